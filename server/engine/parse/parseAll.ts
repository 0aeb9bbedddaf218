import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { contentHash } from '../contentHash.ts';
import type { DiscoveredFile } from '../discover/discover.ts';
import { BrokenParserError, parseFile, type ParsedFile } from './parseFile.ts';
import type { Quarantine } from './quarantine.ts';
import type { ParseBatch } from './worker.ts';

/** Bytes of source a batch holds: small enough for steady progress, large enough to make the hand-over cheap. */
const BATCH_BYTES = 256 * 1024;
const BATCH_FILES = 64;
/** Below this many bytes in all, starting threads costs more than it gives. */
const IN_THREAD_BYTES = 400 * 1024;
const MAX_THREADS = 8;
/** Milliseconds a batch under way may go on after an abort. */
const ABORT_GRACE = 500;
/** Milliseconds one file may keep a thread; its parsing alone has a budget of processor time far below. */
const FILE_BUDGET = 30_000;
/** Most heap of one parser thread in MiB unless said otherwise; ordinary files need a tenth. */
const THREAD_MEMORY_MB = 768;
/** How often a file is parsed alone before it is taken for the one that brings threads down. */
const TRIES_ALONE = 2;

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './parseWorker.js', import.meta.url),
);

export interface ParseOptions {
  threads?: number | undefined;
  /** Always parse in threads, which can be lost without losing the scan. */
  isolated?: boolean | undefined;
  /** Contents that bring a thread down; what is found to be one is added. */
  quarantine?: Quarantine | undefined;
  /** Milliseconds one file may keep a thread before the thread is given up. */
  fileBudgetMs?: number | undefined;
  /** Most heap of one thread in MiB. */
  threadMemoryMb?: number | undefined;
  signal: AbortSignal;
  /** Called with each file's result; files not reached before an abort have none. */
  onFile(index: number, parsed: ParsedFile): void;
  /** Called after each batch. */
  onBatch(count: number, lastFile: string): void;
}

/** Parses all files, in threads when there is enough to do. */
export async function parseAll(files: readonly DiscoveredFile[], options: ParseOptions): Promise<void> {
  const batches = batchesOf(files);
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes >= IN_THREAD_BYTES || options.isolated) await parseInThreads(files, batches, options);
  else await parseHere(files, batches, options);
}

/** Parses in this thread; when a file breaks its parser, what has not been reported yet is left to threads. */
async function parseHere(
  files: readonly DiscoveredFile[],
  batches: readonly number[][],
  options: ParseOptions,
): Promise<void> {
  const left = [...batches];
  try {
    for (; left[0]; left.shift()) await parseInThread(files, [left[0]], options);
  } catch (error) {
    if (!(error instanceof BrokenParserError)) throw error;
    await parseInThreads(files, left, options);
  }
}

/** Indexes of files, in their order, cut into batches. */
function batchesOf(files: readonly DiscoveredFile[]): number[][] {
  const batches: number[][] = [];
  let batch: number[] = [];
  let bytes = 0;
  for (const [index, file] of files.entries()) {
    if (batch.length > 0 && (bytes + file.size > BATCH_BYTES || batch.length >= BATCH_FILES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(index);
    bytes += file.size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

async function parseInThread(
  files: readonly DiscoveredFile[],
  batches: readonly number[][],
  options: ParseOptions,
): Promise<void> {
  for (const batch of batches) {
    for (const index of batch) {
      if (options.signal.aborted) return;
      const { path, language } = files[index] as DiscoveredFile;
      options.onFile(index, await parseFile({ path, language, quarantined: quarantinedOf(options) }));
    }
    report(files, batch, options);
  }
}

async function parseInThreads(
  files: readonly DiscoveredFile[],
  batches: readonly number[][],
  options: ParseOptions,
): Promise<void> {
  const threads = Math.min(options.threads ?? Math.min(availableParallelism(), MAX_THREADS), batches.length);
  const pool = new Piscina({
    filename: WORKER,
    minThreads: threads,
    maxThreads: threads,
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: options.threadMemoryMb ?? THREAD_MEMORY_MB },
  });
  const job = new ThreadedParse(pool, files, options);
  const pending = [...batches].reverse();
  const feed = async (): Promise<void> => {
    for (let batch = pending.pop(); batch && !options.signal.aborted; batch = pending.pop()) await job.parse(batch);
  };
  const fed = Promise.all(Array.from({ length: threads }, feed));
  try {
    await Promise.race([fed, abortedFor(options.signal, ABORT_GRACE)]);
  } finally {
    await pool.destroy();
    // What still ran when the pool was taken away is rejected: nobody waits for it any more.
    await Promise.allSettled([fed]);
  }
}

/** Resolves some milliseconds after an abort: a batch under way may end by itself. */
async function abortedFor(signal: AbortSignal, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const wait = (): void => {
      setTimeout(resolve, milliseconds).unref();
    };
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
}

/** Parses batches in the threads of a pool. */
class ThreadedParse {
  readonly #pool: Piscina;
  readonly #files: readonly DiscoveredFile[];
  readonly #options: ParseOptions;

  constructor(pool: Piscina, files: readonly DiscoveredFile[], options: ParseOptions) {
    this.#pool = pool;
    this.#files = files;
    this.#options = options;
  }

  async parse(batch: number[]): Promise<void> {
    await this.#parse(batch);
    if (!this.#options.signal.aborted) report(this.#files, batch, this.#options);
  }

  /**
   * A batch that brings its thread down is cut around the file the thread was at, or in the middle when that is not
   * known, until the file that did it stands alone; the others are parsed.
   */
  async #parse(batch: number[], triesAlone = 0): Promise<void> {
    if (batch.length === 0) return;
    const position = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    try {
      const parsed = await this.#run(batch, position);
      for (const [at, index] of batch.entries()) this.#options.onFile(index, parsed[at] as ParsedFile);
    } catch (error) {
      if (this.#options.signal.aborted) return;
      if (batch.length > 1) await this.#cut(batch, position[0] ?? -1);
      else if (triesAlone + 1 < TRIES_ALONE) await this.#parse(batch, triesAlone + 1);
      else this.#fail(batch[0] as number, error);
    }
  }

  async #cut(batch: number[], at: number): Promise<void> {
    const isKnown = at >= 0 && at < batch.length;
    const [from, to] = isKnown ? [at, at + 1] : [batch.length >> 1, batch.length >> 1];
    await this.#parse(batch.slice(0, from));
    await this.#parse(batch.slice(from, to));
    await this.#parse(batch.slice(to));
  }

  #fail(index: number, cause: unknown): void {
    const { path } = this.#files[index] as DiscoveredFile;
    const reason = `the parser did not survive it: ${whatHappened(cause)}`;
    this.#options.onFile(index, { status: 'failed', reason });
    try {
      this.#options.quarantine?.add(contentHash(readFileSync(path)), reason);
    } catch {
      // Gone in the meantime: there is no content left to remember.
    }
  }

  async #run(batch: number[], position: Int32Array): Promise<ParsedFile[]> {
    const files = batch.map((index) => {
      const { path, language } = this.#files[index] as DiscoveredFile;
      return { path, language, quarantined: quarantinedOf(this.#options) };
    });
    const task: ParseBatch = { files, position };
    const watch = watchPosition(position, this.#options.fileBudgetMs ?? FILE_BUDGET);
    try {
      // The worker is this package's own code: what it returns has the declared shape.
      return (await this.#pool.run(task, { signal: watch.signal })) as ParsedFile[];
    } catch (error) {
      throw watch.signal.aborted ? watch.signal.reason : error;
    } finally {
      watch.end();
    }
  }
}

/** Thrown into a batch whose thread has been at one file for too long. */
class FileBudgetError extends Error {
  constructor(milliseconds: number) {
    super(`it took longer than ${milliseconds / 1000} s`);
    this.name = 'FileBudgetError';
  }
}

/** Aborts when the position stands still for longer than the budget; a batch that waits for its thread is at none. */
function watchPosition(position: Int32Array, budget: number): { signal: AbortSignal; end(): void } {
  const abort = new AbortController();
  let last = -1;
  let since = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const at = Atomics.load(position, 0);
    if (at !== last) [last, since] = [at, now];
    else if (at >= 0 && now - since > budget) abort.abort(new FileBudgetError(budget));
  }, budget / 10);
  return { signal: abort.signal, end: () => clearInterval(timer) };
}

function quarantinedOf({ quarantine }: ParseOptions): ReadonlyMap<string, string> | undefined {
  return quarantine && quarantine.reasons.size > 0 ? quarantine.reasons : undefined;
}

/** What brought a thread down, in plain words. */
function whatHappened(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ('code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return 'it needed more memory than a parser thread may take';
  }
  return cause.message;
}

function report(files: readonly DiscoveredFile[], batch: number[], options: ParseOptions): void {
  const last = files[batch.at(-1) ?? 0];
  options.onBatch(batch.length, last ? `${last.root}/${last.file}` : '');
}
