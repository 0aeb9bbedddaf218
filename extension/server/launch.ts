import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Value } from 'typebox/value';
import { ReadyLine } from '#protocol/http.ts';
import { PROTOCOL_VERSION } from '#protocol/version.ts';
import type { Log } from '../log.ts';
import { isPlainSocketPath } from './endpoint.ts';
import { writeServerLine } from './serverLog.ts';

const READY_TIMEOUT_MS = 30_000;
/** How long the server may take to end by itself once its stdin is closed, and again after SIGTERM. */
const STOP_TIMEOUT_MS = 1_500;
/** Room in `sockaddr_un` on the strictest system (macOS: 104 bytes with the closing zero). */
const MAX_SOCKET_PATH = 103;
const KEPT_LINES = 20;

export interface LaunchOptions {
  /** The Node to run it on: VS Code's own executable. */
  nodePath: string;
  /** `pinata.js` of the server bundle. */
  serverEntry: string;
  /** Where the server keeps results and history. */
  dataFolder: string;
  /** The folders the server may read. */
  roots: readonly string[];
  logLevel: string;
  /** Becomes `PINATA_REDIS_URL`. */
  redisUrl: string | null;
  log: Log;
  readyTimeoutMs?: number;
}

export interface LaunchedServer {
  ready: ReadyLine;
  /** Resolves with a sentence when the process has ended, whatever ended it. */
  exited: Promise<string>;
  /** Ends the process: closed stdin, then SIGTERM, then SIGKILL. Resolves when it is gone. */
  dispose(): Promise<void>;
}

/**
 * Starts a server that only this user can reach and that ends when its stdin closes, that is when this process goes,
 * however it goes. Resolves once it listens.
 * @throws Error with the server's last words when it does not get there.
 */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  await mkdir(options.dataFolder, { recursive: true });
  const address = await reserveAddress();
  const child = spawnServer(options, address.path);
  const lastWords: string[] = [];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastWords.push(line);
      if (lastWords.length > KEPT_LINES) lastWords.shift();
      writeServerLine(options.log, line);
    });
  }
  const exited = exitOf(child).then(async (reason) => {
    await address.release();
    return reason;
  });
  const dispose = (): Promise<void> => stop(child, exited);
  try {
    const ready = await readyLine(child, exited, options.readyTimeoutMs ?? READY_TIMEOUT_MS);
    if (ready.protocol_version !== PROTOCOL_VERSION) {
      throw new Error(`it speaks protocol ${ready.protocol_version}, this extension ${PROTOCOL_VERSION}`);
    }
    return { ready, exited, dispose };
  } catch (cause) {
    await dispose();
    const said = lastWords.length > 0 ? ` Its last words: ${lastWords.slice(-3).join(' | ')}` : '';
    throw new Error(`The Pinata server did not start.${said}`, { cause });
  }
}

function spawnServer(options: LaunchOptions, socketPath: string): ChildProcess {
  // Without any root the server would allow its working folder.
  const allowed = options.roots.length > 0 ? options.roots : [options.dataFolder];
  const roots = allowed.flatMap((root) => ['--root', root]);
  const place = ['--socket', socketPath, '--exit-with-parent', '--data-dir', options.dataFolder];
  const args = ['serve', ...place, ...roots];
  return spawn(options.nodePath, [options.serverEntry, ...args], {
    env: serverEnvironment(process.env, options),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/** The environment without what VS Code set for its own processes and what would change how Node starts. */
export function serverEnvironment(
  env: NodeJS.ProcessEnv,
  { redisUrl, logLevel }: Pick<LaunchOptions, 'redisUrl' | 'logLevel'>,
): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_REPL|PINATA_TOKEN$)/;
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
  const redis = redisUrl === null ? {} : { PINATA_REDIS_URL: redisUrl };
  return { ...kept, ...redis, ELECTRON_RUN_AS_NODE: '1', PINATA_LOG_LEVEL: logLevel };
}

/** A socket path in a new folder of this user alone (`mkdtemp` makes it with mode 0700), or a pipe name on Windows. */
async function reserveAddress(): Promise<{ path: string; release(): Promise<void> }> {
  const name = `pinata-${randomBytes(16).toString('hex')}`;
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, release: async () => undefined };
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const folders = [runtime, tmpdir(), '/tmp'].filter((folder) => folder !== undefined && folder !== '');
  const failures: unknown[] = [];
  for (const parent of folders) {
    const example = join(parent ?? '', 'pinata-XXXXXX', 'socket');
    if (Buffer.byteLength(example) > MAX_SOCKET_PATH || !isPlainSocketPath(example)) continue;
    try {
      const folder = await mkdtemp(join(parent ?? '', 'pinata-'));
      return { path: join(folder, 'socket'), release: () => rm(folder, { recursive: true, force: true }) };
    } catch (error) {
      failures.push(error);
    }
  }
  throw new Error('No folder for the socket of the server could be made', { cause: failures[0] });
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  });
}

function readyLine(child: ChildProcess, exited: Promise<string>, timeoutMs: number): Promise<ReadyLine> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadyLine>();
  const timer = setTimeout(() => reject(new Error(`it was not ready after ${timeoutMs / 1000} s`)), timeoutMs);
  void exited.then((reason) => reject(new Error(`the process ${reason}`)));
  if (!child.stdout) throw new Error('the process has no stdout');
  // Stays attached for the life of the process, so that a full pipe never blocks it.
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      resolve(Value.Parse(ReadyLine, JSON.parse(line)));
    } catch (cause) {
      reject(new Error('its first line is not the ready line', { cause }));
    }
  });
  return promise.finally(() => clearTimeout(timer));
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  const gone = (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), STOP_TIMEOUT_MS);
    void exited.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
    return promise;
  };
  child.stdin?.on('error', () => {
    // A server that is gone already has closed its end: just what is wanted here.
  });
  child.stdin?.end();
  if (await gone()) return;
  child.kill('SIGTERM');
  if (await gone()) return;
  child.kill('SIGKILL');
  await exited;
}
