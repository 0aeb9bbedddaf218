import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createLog } from './log.ts';
import { openBrowser } from './openBrowser.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { followScan, type Interruption, onInterrupt, prepareRequest, submitScan } from './scanCommand.ts';
import { PACKAGE_FOLDER, type RunningServer, startServer } from './server.ts';
import { printSummary } from './summary.ts';
import { EXIT, type StartOptions, UsageError } from './usage.ts';

/**
 * `pinata start`: scans with a progress bar while it serves, then prints the address of the page and serves until
 * Ctrl-C.
 * @returns the exit code
 * @throws {UsageError}
 */
export async function startCommand(options: StartOptions): Promise<number> {
  const runtime = await openRuntime(options, 'fallback', createLog('warn'));
  const interruption = onInterrupt(runtime);
  let server: RunningServer | undefined;
  try {
    await runtime.folders.set(options.roots.map((root) => resolve(root)));
    const folders = options.folders.length > 0 ? options.folders : sampleFolders();
    const request = await prepareRequest(runtime, { folders });
    server = await startServer(runtime, { host: '127.0.0.1', port: options.port }, { allowedHosts: [] });
    await scanAndReport(runtime, await submitScan(runtime, request));
    if (interruption.code !== undefined) return interruption.code;
    await showPage(server, options.openBrowser);
    await interrupted(interruption);
    return EXIT.done;
  } finally {
    interruption.stop();
    await server?.app.close();
    await runtime.close();
  }
}

/** The folders of the bundled sample workspace. */
function sampleFolders(): string[] {
  const samples = join(PACKAGE_FOLDER, 'samples');
  if (!existsSync(samples)) throw new UsageError('name a folder to scan; this installation has no sample');
  return readdirSync(samples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(samples, entry.name));
}

async function scanAndReport(runtime: Runtime, scanId: string): Promise<void> {
  const status = await followScan(runtime, scanId);
  if (status.status === 'completed') return printSummary(runtime.store, scanId, process.stdout);
  const summary = await runtime.store.summary(scanId);
  process.stderr.write(`${status.message}${summary?.error ? `: ${summary.error}` : ''}\n`);
}

async function showPage(server: RunningServer, open: boolean): Promise<void> {
  const address = `${server.address}/?code=${server.sessions.newCode()}`;
  process.stdout.write(`\nOpen ${address}\n(the address works once; Ctrl-C ends Pinata)\n`);
  if (!open) return;
  const reason = await openBrowser(address);
  if (reason) process.stdout.write(`No browser was opened: ${reason}.\n`);
}

/** Resolves at the next signal; the handlers of `onInterrupt` note its exit code. */
function interrupted(interruption: Interruption): Promise<void> {
  return new Promise((done) => {
    if (interruption.code !== undefined) return done();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}
