import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { EngineError } from '#engine/errors.ts';
import { type EngineProgress, type EngineResult, scan } from '#engine/scan.ts';
import { writeResult } from '../store/resultWriter.ts';
import type { FromEngine, ToEngine } from './engineMessages.ts';

/*
 * Entry of the engine process, forked by the server for one scan. It runs the engine, writes the result into the store
 * itself, so that the server's event loop never holds a whole result, and ends with its parent however that ends.
 */

const PROGRESS_SPACING_MS = 50;

/**
 * Ends this process when its parent has gone although the main thread is too busy to notice that the channel closed.
 * Under POSIX an orphan gets another parent; on Windows the parent's id no longer answers.
 */
const PARENT_WATCH = `
const parent = process.ppid;
const gone = () => {
  if (process.ppid !== parent) return true;
  if (process.platform !== 'win32') return false;
  try { process.kill(parent, 0); return false; } catch (error) { return error.code === 'ESRCH'; }
};
setInterval(() => { if (gone()) process.kill(process.pid, 'SIGKILL'); }, 1000);
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
  const result = await scan(job.request, { onProgress, signal: abort.signal });
  const saving = {
    filesScanned: result.files.scanned,
    totalFiles: newest?.totalFiles ?? result.files.scanned,
    nodesFound: result.nodes.length,
  };
  report({ ...saving, phase: 'saving', fraction: 0 });
  await writeResult(job.databasePath, job.scanId, result, (fraction) =>
    report({ ...saving, phase: 'saving', fraction }),
  );
  await send(doneMessage(result));
}

function doneMessage(result: EngineResult): FromEngine {
  return {
    type: 'done',
    cancelled: result.cancelled,
    filesScanned: result.files.scanned,
    filesFailed: result.files.failed.length,
    nodesFound: result.nodes.length,
    workflowsFound: result.workflows.length,
  };
}

function failedMessage(error: unknown): FromEngine {
  const message = error instanceof Error ? error.message : String(error);
  return {
    type: 'failed',
    message: error instanceof EngineError ? message : `The scan failed: ${message}. The log has the details.`,
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
new Worker(PARENT_WATCH, { eval: true, name: 'parent-watch' }).unref();
