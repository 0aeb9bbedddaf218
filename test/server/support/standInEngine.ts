/*
 * Takes the place of the engine process in tests of how it may end. The name of the folder that is scanned says what
 * it does; what it writes goes through the real result writer.
 */
import { basename } from 'node:path';
import type { EngineResult } from '#engine/scan.ts';
import { writeResult } from '../../../server/store/resultWriter.ts';
import type { FromEngine, ToEngine } from '../../../server/scans/engineMessages.ts';

const TOTAL = 40;
const STEP_MS = 50;

const abort = new AbortController();

function send(message: FromEngine): void {
  process.send?.(message);
}

function progress(filesScanned: number): void {
  const fraction = filesScanned / TOTAL;
  send({ type: 'progress', phase: 'scanning', filesScanned, totalFiles: TOTAL, nodesFound: filesScanned, fraction });
}

function result(filesScanned: number): EngineResult {
  const paths = Array.from({ length: filesScanned }, (_, index) => `root/file${index}.ts`);
  return {
    cancelled: abort.signal.aborted,
    phases: { scanning: filesScanned * STEP_MS },
    files: { found: filesScanned, scanned: filesScanned, skipped: [], failed: [] },
    scannedFiles: paths,
    nodes: paths.map((path, index) => ({
      id: `node${index}`,
      kind: 'function',
      name: `function${index}`,
      root: 'root',
      file: path,
      start_line: 1,
      start_column: 1,
      end_line: 2,
      end_column: 1,
      rule: 'declaration',
      confidence: 'certain',
    })),
    edges: [],
    workflows: [],
    schemas: [],
    unresolved: [],
    suppressed: [],
    notices: [],
  };
}

/** Works for two seconds, saves the result and reports it; ends early when it is cancelled. */
async function workSlowly(job: Extract<ToEngine, { type: 'start' }>): Promise<void> {
  let files = 0;
  while (files < TOTAL && !abort.signal.aborted) {
    progress(++files);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  const cancelled = abort.signal.aborted;
  await writeResult(job.databasePath, job.scanId, result(files), () => undefined);
  send({ type: 'done', cancelled, filesScanned: files, filesFailed: 0, nodesFound: files, workflowsFound: 0 });
}

function hang(): void {
  progress(1);
  setTimeout(() => {
    for (;;);
  }, 50);
}

function exhaustMemory(): void {
  progress(1);
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, () => Math.random()));
}

async function start(job: Extract<ToEngine, { type: 'start' }>): Promise<void> {
  const behaviour = basename(job.request.roots[0]?.path ?? '');
  if (behaviour === 'hangs') return hang();
  if (behaviour === 'exhausts-memory') return exhaustMemory();
  if (behaviour === 'exits') process.exit(3);
  if (behaviour === 'fails') send({ type: 'failed', message: 'The folder cannot be read.', detail: 'EACCES' });
  else await workSlowly(job);
  process.disconnect();
}

process.on('message', (message: ToEngine) => {
  if (message.type === 'cancel') abort.abort();
  else void start(message);
});
process.on('disconnect', () => process.exit(0));
