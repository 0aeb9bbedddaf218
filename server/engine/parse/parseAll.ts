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
  try {
    await Promise.all(batches.map(async (batch) => parseBatch(pool, files, batch, results, options)));
  } finally {
    await pool.destroy();
  }
}

async function parseBatch(
  pool: Piscina,
  files: readonly DiscoveredFile[],
  batch: number[],
  results: (ParsedFile | undefined)[],
  options: ParseOptions,
): Promise<void> {
  if (options.signal.aborted) return;
  try {
    const parsed = await runBatch(pool, files, batch, options.signal);
    for (const [position, index] of batch.entries()) results[index] = parsed[position];
  } catch (error) {
    if (options.signal.aborted) return;
    await isolate(pool, files, batch, results, options, error);
  }
  if (!options.signal.aborted) report(files, batch, options);
}

async function runBatch(
  pool: Piscina,
  files: readonly DiscoveredFile[],
  batch: number[],
  signal: AbortSignal,
): Promise<ParsedFile[]> {
  const tasks = batch.map((index) => {
    const file = files[index] as DiscoveredFile;
    return { path: file.path, language: file.language };
  });
  // The worker is this package's own code: what it returns has the declared shape.
  return (await pool.run(tasks, { signal })) as ParsedFile[];
}

/** A batch that brought its thread down is halved until the file that did it stands alone; the others are parsed. */
async function isolate(
  pool: Piscina,
  files: readonly DiscoveredFile[],
  batch: number[],
  results: (ParsedFile | undefined)[],
  options: ParseOptions,
  cause: unknown,
): Promise<void> {
  if (batch.length === 1) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    results[batch[0] as number] = { status: 'failed', reason: `the parser did not survive it: ${reason}` };
    return;
  }
  const middle = batch.length >> 1;
  for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
    try {
      const parsed = await runBatch(pool, files, half, options.signal);
      for (const [position, index] of half.entries()) results[index] = parsed[position];
    } catch (error) {
      if (options.signal.aborted) return;
      await isolate(pool, files, half, results, options, error);
    }
  }
}

function report(files: readonly DiscoveredFile[], batch: number[], options: ParseOptions): void {
  const last = files[batch.at(-1) ?? 0];
  options.onParsed(batch.length, last ? `${last.root}/${last.file}` : '');
}
