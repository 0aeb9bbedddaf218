import type { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { EngineError } from '#engine/errors.ts';
import { type EngineProgress, type EngineResult, scan } from '#engine/scan.ts';
import { errorMessage } from '../errorMessage.ts';
import { openDatabase } from '../store/database.ts';
import { writeResult } from '../store/resultWriter.ts';
import { markReused, reuseResult, type ReusedResult } from '../store/reuseResult.ts';
import { storageProblem } from '../store/storageProblem.ts';
import { type FromEngine, MEMORY_LIMIT_VARIABLE, MEMORY_MARK, type ToEngine } from './engineMessages.ts';

/*
 * Entry of the engine process, forked by the server for one scan. It runs the engine, writes the result into the store
 * itself, so that the server's event loop never holds a whole result, and ends with its parent however that ends.
 */

const PROGRESS_SPACING_MS = 50;
const ALIVE_MS = 1000;

/**
 * Ends this process when its parent has gone or its memory has grown beyond the limit, although the main thread is too
 * busy to notice. Under POSIX an orphan gets another parent; on Windows the parent's id no longer answers. The heap has
 * a limit of V8's own; trees, the parser's memory and the heaps of the threads count only here.
 */
const WATCH = `
const { writeSync } = require('node:fs');
const { workerData: { memoryLimit, memoryMark } } = require('node:worker_threads');
const parent = process.ppid;
const gone = () => {
  if (process.ppid !== parent) return true;
  if (process.platform !== 'win32') return false;
  try { process.kill(parent, 0); return false; } catch (error) { return error.code === 'ESRCH'; }
};
setInterval(() => {
  const tooLarge = process.memoryUsage.rss() > memoryLimit;
  if (tooLarge) writeSync(2, memoryMark);
  if (tooLarge || gone()) process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

const abort = new AbortController();
let started = false;

function send(message: FromEngine): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) return resolve();
    // A failed send means that the parent has gone; the `disconnect` event ends this process.
    process.send(message, () => resolve());
  });
}

/** Passes on at most 20 reports a second besides changes of phase. */
function throttledProgress(): (report: Omit<Extract<FromEngine, { type: 'progress' }>, 'type'>) => void {
  let last = Number.NEGATIVE_INFINITY;
  let phase: string | undefined;
  return (report) => {
    const now = performance.now();
    if (report.phase === phase && now - last < PROGRESS_SPACING_MS) return;
    last = now;
    phase = report.phase;
    void send({ type: 'progress', ...report });
  };
}

async function run(job: Extract<ToEngine, { type: 'start' }>): Promise<void> {
  const report = throttledProgress();
  let newest: EngineProgress | undefined;
  const onProgress = (progress: EngineProgress): void => {
    newest = progress;
    report(progress);
  };
  const earlier = new EarlierResult(job);
  const result = await scan(job.request, {
    onProgress,
    signal: abort.signal,
    reuseResult: (fingerprint) => earlier.share(fingerprint),
  });
  const found = earlier.found ?? { nodes: result.nodes.length, workflows: result.workflows.length };
  const saving = {
    filesScanned: result.files.scanned,
    totalFiles: newest?.totalFiles ?? result.files.scanned,
    nodesFound: found.nodes,
  };
  report({ ...saving, phase: 'saving', fraction: 0 });
  if (result.reused) earlier.markReused(result.phases);
  else {
    await writeResult(job.databasePath, job.scanId, result, (fraction) =>
      report({ ...saving, phase: 'saving', fraction }),
    );
  }
  await send(doneMessage(result, found));
  result.saveCache?.();
}

/** The stored result of an earlier scan that found the same as this one will. */
class EarlierResult {
  readonly #job: { scanId: string; databasePath: string };
  found: ReusedResult | undefined;

  constructor(job: { scanId: string; databasePath: string }) {
    this.#job = job;
  }

  share(fingerprint: string): boolean {
    this.found = this.#with((database) => reuseResult(database, this.#job.scanId, fingerprint));
    return this.found !== undefined;
  }

  markReused(phases: Record<string, number>): void {
    this.#with((database) => markReused(database, this.#job.scanId, phases));
  }

  #with<T>(work: (database: DatabaseSync) => T): T {
    const database = openDatabase(this.#job.databasePath);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }
}

function doneMessage(result: EngineResult, found: ReusedResult): FromEngine {
  return {
    type: 'done',
    cancelled: result.cancelled,
    filesScanned: result.files.scanned,
    filesFailed: result.files.failed.length,
    nodesFound: found.nodes,
    workflowsFound: found.workflows,
  };
}

function failedMessage(error: unknown): FromEngine {
  return {
    type: 'failed',
    message:
      error instanceof EngineError
        ? error.message
        : (storageProblem(error) ?? `The scan failed: ${errorMessage(error)}. The log has the details.`),
    detail: inspect(error, { depth: 4 }),
  };
}

process.on('message', (message: ToEngine) => {
  if (message.type === 'cancel') return abort.abort();
  if (started) return;
  started = true;
  run(message)
    .catch((error: unknown) => send(failedMessage(error)))
    .finally(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; the server decides how the scan ends.
process.on('SIGINT', () => undefined);
const memoryLimit = Number(process.env[MEMORY_LIMIT_VARIABLE] ?? Number.POSITIVE_INFINITY);
new Worker(WATCH, { eval: true, name: 'watch', workerData: { memoryLimit, memoryMark: MEMORY_MARK } }).unref();
setInterval(() => void send({ type: 'alive' }), ALIVE_MS).unref();
