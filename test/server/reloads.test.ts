import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadyLine } from '#protocol/http.ts';
import { buildIsolatedServer, type IsolatedServer } from '../support/isolatedServer.ts';
import { eventually, isAlive } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const HOST = join(import.meta.dirname, 'support/extensionHost.ts');
const RELOADS = 100;
const WINDOWS = 4;
/** Ways in which an extension host goes, none of which may leave a server. */
const ENDS = ['SIGKILL', 'deactivate', 'exit', 'SIGTERM', 'SIGHUP'] as const;

const folder = new TempFolder();
let bundle: IsolatedServer;

beforeAll(async () => {
  bundle = await buildIsolatedServer();
  for (const name of ['data', 'sockets', 'code']) mkdirSync(join(folder.path, name));
});

afterAll(() => {
  bundle.remove();
  folder[Symbol.dispose]();
});

/** One window's extension host with its server. */
class Window {
  readonly ready: ReadyLine;
  readonly #host: ChildProcess;

  private constructor(host: ChildProcess, ready: ReadyLine) {
    this.#host = host;
    this.ready = ready;
  }

  static async open(): Promise<Window> {
    const host = fork(HOST, [bundle.pinata, join(folder.path, 'data'), join(folder.path, 'code')], {
      env: { ...process.env, XDG_RUNTIME_DIR: join(folder.path, 'sockets') },
    });
    const [ready] = await once(host, 'message');
    return new Window(host, Value.Parse(ReadyLine, ready));
  }

  async end(how: (typeof ENDS)[number]): Promise<void> {
    const gone = once(this.#host, 'exit');
    if (how === 'deactivate' || how === 'exit') this.#host.send(how);
    else this.#host.kill(how);
    await gone;
  }

  /** Status of an answer of its server. */
  answer(): Promise<number> {
    const { address, token } = this.ready;
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      request({ socketPath: address, path: '/api/v1/scanner/scans', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }
}

describe('a window', () => {
  it(`that is reloaded ${RELOADS} times leaves no server, no socket and no file`, async () => {
    const servers: number[] = [];
    const reload = async (first: number): Promise<void> => {
      for (let turn = first; turn < RELOADS; turn += WINDOWS) {
        const window = await Window.open();
        servers.push(window.ready.pid);
        await window.end(ENDS[turn % ENDS.length] ?? 'SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: WINDOWS }, (_, index) => reload(index)));
    expect(new Set(servers).size).toBe(RELOADS);
    await eventually(() => !servers.some((pid) => isAlive(pid)), 10_000);
    expect(readdirSync(join(folder.path, 'sockets'))).toEqual([]);
    const left = readdirSync(join(folder.path, 'data')).filter(
      (name) => !/^(pinata\.sqlite(-wal|-shm)?|cache)$/.test(name),
    );
    expect(left).toEqual([]);
    expect(readdirSync(join(folder.path, 'code'))).toEqual([]);
  }, 240_000);

  it('does not disturb another one on the same history when it crashes', async () => {
    const [first, second] = [await Window.open(), await Window.open()];
    expect(first.ready.pid).not.toBe(second.ready.pid);
    expect([await first.answer(), await second.answer()]).toEqual([200, 200]);
    await first.end('SIGKILL');
    await eventually(() => !isAlive(first.ready.pid), 10_000);
    expect(await second.answer()).toBe(200);
    await second.end('deactivate');
    await eventually(() => !isAlive(second.ready.pid), 10_000);
  });
});
