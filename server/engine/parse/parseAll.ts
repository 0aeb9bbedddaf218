import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { DiscoveredFile } from '../discover/discover.ts';
import { parseFile, type ParsedFile } from './parseFile.ts';

/** Bytes of source a batch holds: small enough for steady progress, large enough to make the hand-over cheap. */
const BATCH_BYTES = 256 * 1024;
const BATCH_FILES = 64;
/** Below this many bytes in all, starting threads costs more than it gives. */
const IN_THREAD_BYTES = 400 * 1024;
const MAX_THREADS = 8;
/** Milliseconds a batch under way may go on after an abort. */
const ABORT_GRACE = 500;

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './parseWorker.js', import.meta.url),
);

export interface ParseOptions {
  threads?: number | undefined;
  signal: AbortSignal;
  /** Called after each batch. */
  onParsed(count: number, lastFile: string): void;
}

/**
 * Parses all files, in threads when there is enough to do.
 * @returns results by the files' indexes; files not reached before an abort are undefined
 */
export async function parseAll(
  files: readonly DiscoveredFile[],
  options: ParseOptions,
): Promise<(ParsedFile | undefined)[]> {
  const results = new Array<ParsedFile | undefined>(files.length);
  const batches = batchesOf(files);
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes < IN_THREAD_BYTES) await parseInThread(files, batches, results, options);
  else await parseInThreads(files, batches, results, options);
  return results;
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
  results: (ParsedFile | undefined)[],
  options: ParseOptions,
): Promise<void> {
  for (const batch of batches) {
    for (const index of batch) {
      if (options.signal.aborted) return;
      results[index] = await parseFile(files[index] as DiscoveredFile);
    }
    report(files, batch, options);
  }
}

async function parseInThreads(
  files: readonly DiscoveredFile[],
  batches: readonly number[][],
  results: (ParsedFile | undefined)[],
  options: ParseOptions,
): Promise<void> {
  const threads = Math.min(options.threads ?? Math.min(availableParallelism(), MAX_THREADS), batches.length);
  const pool = new Piscina({ filename: WORKER, minThreads: threads, maxThreads: threads, atomics: 'disabled' });
  const job = new ThreadedParse(pool, files, results, options);
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
  readonly #results: (ParsedFile | undefined)[];
  readonly #options: ParseOptions;

  constructor(
    pool: Piscina,
    files: readonly DiscoveredFile[],
    results: (ParsedFile | undefined)[],
    options: ParseOptions,
  ) {
    this.#pool = pool;
    this.#files = files;
    this.#results = results;
    this.#options = options;
  }

  async parse(batch: number[]): Promise<void> {
    await this.#parse(batch);
    if (!this.#options.signal.aborted) report(this.#files, batch, this.#options);
  }

  /** A batch that brings its thread down is halved until the file that did it stands alone; the others are parsed. */
  async #parse(batch: number[]): Promise<void> {
    try {
      const parsed = await this.#run(batch);
      for (const [position, index] of batch.entries()) this.#results[index] = parsed[position];
    } catch (error) {
      if (this.#options.signal.aborted) return;
      if (batch.length === 1) this.#fail(batch[0] as number, error);
      else await this.#halve(batch);
    }
  }

  async #halve(batch: number[]): Promise<void> {
    const middle = batch.length >> 1;
    await this.#parse(batch.slice(0, middle));
    await this.#parse(batch.slice(middle));
  }

  #fail(index: number, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#results[index] = { status: 'failed', reason: `the parser did not survive it: ${reason}` };
  }

  async #run(batch: number[]): Promise<ParsedFile[]> {
    const tasks = batch.map((index) => {
      const { path, language } = this.#files[index] as DiscoveredFile;
      return { path, language };
    });
    // The worker is this package's own code: what it returns has the declared shape.
    return (await this.#pool.run(tasks)) as ParsedFile[];
  }
}

function report(files: readonly DiscoveredFile[], batch: number[], options: ParseOptions): void {
  const last = files[batch.at(-1) ?? 0];
  options.onParsed(batch.length, last ? `${last.root}/${last.file}` : '');
}
