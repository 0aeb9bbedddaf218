import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../../..');
const MAIN = path.join(ROOT, 'server/cli/main.ts');
const START_TIMEOUT_MS = 55_000;
const STOP_TIMEOUT_MS = 10_000;

/** The sample workspace of the repository. */
export const SAMPLE = path.join(ROOT, 'samples/shop');

export interface RunningServer {
  /** What the awaited line of stdout said. */
  ready: RegExpExecArray;
  stop(): Promise<void>;
}

/** `pinata start` on a folder, as `npm start` runs it: scans, then serves the page. */
export async function startPage(
  folder: string,
  roots: readonly string[],
): Promise<RunningServer & { address: string }> {
  const allowed = roots.flatMap((root) => ['--root', root]);
  const server = await run(['start', folder, ...allowed, '--no-open'], /^Open (\S+)/m);
  return { ...server, address: server.ready[1] ?? '' };
}

/** `pinata serve` for these folders; `ready[0]` is its line of JSON. */
export function startServer(roots: readonly string[], allowedHost: string): Promise<RunningServer> {
  const allowed = roots.flatMap((root) => ['--root', root]);
  return run(['serve', ...allowed, '--allow-host', allowedHost], /^\{"address".*\}$/m);
}

/** A new temporary folder under its real path, as the server names it. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(path.join(tmpdir(), 'pinata-page-')));
}

async function run(args: string[], ready: RegExp): Promise<RunningServer> {
  const data = temporaryFolder();
  const child = spawn(process.execPath, [MAIN, ...args, '--data-dir', data], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    return { ready: await outputMatching(child, ready), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function outputMatching(child: ChildProcess, ready: RegExp): Promise<RegExpExecArray> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the server ${why}; it said:\n${output}`));
    const timer = setTimeout(() => fail('was not ready in time'), START_TIMEOUT_MS);
    const read = (text: Buffer): void => {
      output += text.toString('utf8');
      const found = ready.exec(output);
      if (found) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => fail(`ended with code ${code}`));
    child.once('exit', () => clearTimeout(timer));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGINT');
  await exit;
  clearTimeout(force);
}
