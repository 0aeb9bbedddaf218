import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ReadyLine } from '#protocol/http.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '#protocol/version.ts';
import { FolderError } from '../scans/allowedFolders.ts';
import { createLog } from './log.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { startServer } from './server.ts';
import { EXIT, type ServeOptions, UsageError } from './usage.ts';

/** A launched server must be gone within 10 s of its parent. */
const FORCED_EXIT_MS = 8000;
const MIN_TOKEN_LENGTH = 32;

/**
 * `pinata serve`: prints the ready line and serves until a signal comes or, with `--exit-with-parent`, stdin closes.
 * @returns the exit code
 * @throws {UsageError}
 */
export async function serveCommand(options: ServeOptions): Promise<number> {
  const token = configuredToken();
  const log = createLog('info');
  const runtime = await openRuntime(options, options.exitWithParent ? 'fallback' : 'required', log);
  try {
    await allowRoots(runtime, options.roots);
    const target =
      options.socket === undefined ? { host: options.host, port: options.port } : { socket: options.socket };
    const server = await startServer(runtime, target, { allowedHosts: options.allowedHosts, token });
    const reason = stopReason(options, runtime);
    printReady({ address: server.address, token: server.token });
    log.info({ address: server.address, roots: runtime.folders.roots }, 'server is ready');
    log.info({ reason: await reason }, 'server stops');
    // Whatever hangs, the process does not outlive its parent.
    setTimeout(() => process.exit(EXIT.failed), FORCED_EXIT_MS).unref();
    // Scans end first, so that their watchers hear the end before the connections close.
    await runtime.coordinator.close();
    await server.app.close();
  } finally {
    await runtime.close();
    if (options.exitWithParent && options.socket !== undefined) await leaveSocketFolder(options.socket);
  }
  return EXIT.done;
}

/** The parent made the folder for this socket and removes it, unless it has gone; only an empty folder is removed. */
async function leaveSocketFolder(socket: string): Promise<void> {
  await rmdir(dirname(socket)).catch(() => undefined);
}

function configuredToken(): string | undefined {
  const token = process.env['PINATA_TOKEN'];
  if (!token) return undefined;
  if (token.length >= MIN_TOKEN_LENGTH && /^[\w.~+/=-]+$/.test(token)) return token;
  throw new UsageError(`PINATA_TOKEN: use at least ${MIN_TOKEN_LENGTH} letters, digits or . ~ + / = _ -`);
}

async function allowRoots(runtime: Runtime, roots: readonly string[]): Promise<void> {
  try {
    await runtime.folders.set(roots);
  } catch (error) {
    throw error instanceof FolderError ? new UsageError(`--root: ${error.message}`) : error;
  }
}

function printReady(server: { address: string; token: string }): void {
  const line: ReadyLine = {
    ...server,
    pid: process.pid,
    version: PRODUCT_VERSION,
    protocol_version: PROTOCOL_VERSION,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Resolves with the reason once the server is to stop. */
function stopReason(options: ServeOptions, runtime: Runtime): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    process.stdout.on('error', () => resolve('stdout is closed'));
    if (options.exitWithParent) followParent(runtime, resolve);
  });
}

const ParentMessage = Compile(Type.Object({ roots: Type.Array(Type.String({ minLength: 1 })) }));

/**
 * Listens to the parent on stdin: its end is the parent's end, a line `{"roots": [...]}` replaces the allowed roots
 * when the folders of its window change. Only the parent holds the other end of the pipe.
 */
function followParent(runtime: Runtime, stop: (reason: string) => void): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('close', () => stop('the parent has gone'));
  lines.on('line', (line) => {
    const message = parseLine(line);
    if (!ParentMessage.Check(message)) return runtime.log.warn({}, 'a line on stdin is not understood');
    runtime.folders
      .set(message.roots)
      .then(() => runtime.log.info({ roots: message.roots }, 'allowed roots are replaced'))
      .catch((error: unknown) => runtime.log.warn({ err: error }, 'allowed roots stay as they were'));
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Reported by the caller, like any other line that is no message.
    return null;
  }
}
