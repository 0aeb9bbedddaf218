import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanResult } from '#protocol/graph.ts';
import { ReadyLine } from '#protocol/http.ts';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import { TestRedis } from '../support/redis.ts';
import { asRecord, eventually, isAlive } from './support/testServer.ts';
import { SHOP_FILES, TempFolder } from './support/tempFolder.ts';

const MAIN = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

let folder: TempFolder;
const children: Pinata[] = [];

beforeEach(() => {
  folder = new TempFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.end();
  folder[Symbol.dispose]();
});

/** A running `pinata` with its output. */
class Pinata {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, PINATA_DATA_DIR: join(folder.path, 'data'), ...env },
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exit = once(this.process, 'close').then(([code]) => (typeof code === 'number' ? code : null));
    children.push(this);
  }

  async ready(): Promise<ReadyLine> {
    await eventually(() => this.stdout.includes('\n') || this.process.exitCode !== null, 30_000);
    const line: unknown = JSON.parse(this.stdout.split('\n')[0] ?? '');
    return Value.Parse(ReadyLine, line);
  }

  async end(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.exit;
  }
}

/** Many files, so that a scan takes a few seconds. */
function writeManyFiles(count: number): string {
  const text = 'export function work(a: number) { return fetch(`/api/items/${a}`); }\n'.repeat(300);
  const path = join(folder.path, 'many');
  mkdirSync(path);
  for (let index = 0; index < count; index++)
    writeFileSync(join(path, `file${index}.ts`), text.replaceAll('work', `w${index}`));
  return path;
}

/** Processes whose parent is `pid`. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === pid;
      } catch {
        // The process ended while the list was read.
        return false;
      }
    })
    .map(Number);
}

describe('pinata', () => {
  it('prints its version and its help', async () => {
    const version = new Pinata(['--version']);
    expect(await version.exit).toBe(0);
    expect(version.stdout).toBe(`${PRODUCT_VERSION}\n`);
    const help = new Pinata(['--help']);
    expect(await help.exit).toBe(0);
    expect(help.stdout).toContain('pinata scan <folder>');
  });

  it.each([
    [[], 'name a command'],
    [['paint'], '"paint" is no command'],
    [['scan'], 'at least one folder'],
    [['scan', '.', '--format', 'xls'], 'use one of json, csv'],
    [['scan', '.', '--colour'], '--colour'],
    [['scan', '/does/not/exist'], '/does/not/exist does not exist'],
    [['scan', MAIN], 'is not a folder'],
    [['scan', '.', '--output', '/does/not/exist/out.json'], '/does/not/exist does not exist'],
    [['serve', '--port', '70000'], '--port'],
    [['serve', '--socket', '/s', '--port', '1'], 'either --socket'],
  ])('ends with 2 and says what is wrong with %j', async (args, message) => {
    const pinata = new Pinata(args);
    expect(await pinata.exit).toBe(2);
    expect(pinata.stderr).toContain(message);
    expect(pinata.stdout).toBe('');
  });
});

describe('pinata scan', () => {
  it('writes a result that fits the schema and prints progress, with exit code 0', async () => {
    folder.write(SHOP_FILES);
    const output = join(folder.path, 'out.json');
    const pinata = new Pinata(['scan', join(folder.path, 'api'), join(folder.path, 'web'), '--output', output]);
    expect(await pinata.exit).toBe(0);
    const result: unknown = JSON.parse(readFileSync(output, 'utf8'));
    expect([...Value.Errors(ScanResult, result)]).toEqual([]);
    expect(result).toMatchObject({ roots: [{ name: 'api' }, { name: 'web' }] });
    expect(pinata.stderr).toContain('Reading files');
    expect(pinata.stdout).toBe('');
  });

  it('prints the result on stdout, and nothing else there', async () => {
    folder.write(SHOP_FILES);
    const pinata = new Pinata(['scan', join(folder.path, 'api'), '--format', 'json']);
    expect(await pinata.exit).toBe(0);
    expect(asRecord(JSON.parse(pinata.stdout))['format']).toBe('pinata-result/1');
  });

  it('handles an empty folder', async () => {
    mkdirSync(join(folder.path, 'empty'));
    const pinata = new Pinata(['scan', join(folder.path, 'empty')]);
    expect(await pinata.exit).toBe(0);
    expect(pinata.stdout).toContain('Scanned 0 of 0 files');
  });

  it('gives the same result twice but for the run and the places', async () => {
    folder.write(SHOP_FILES);
    const results = [];
    for (const name of ['a.json', 'b.json']) {
      const output = join(folder.path, 'data', name);
      mkdirSync(join(folder.path, 'data'), { recursive: true });
      expect(await new Pinata(['scan', join(folder.path, 'api'), '-o', output]).exit).toBe(0);
      results.push(readFileSync(output, 'utf8').replace(/^"scan":.*$/m, ''));
    }
    expect(results[0]).toBe(results[1]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends everything on %s and leaves no output', async (signal) => {
    const output = join(folder.path, 'out.json');
    const pinata = new Pinata(['scan', writeManyFiles(600), '--output', output]);
    await eventually(() => pinata.stderr.includes('Reading files'), 30_000);
    const engines = childrenOf(pinata.process.pid ?? 0);
    expect(engines).toHaveLength(1);
    pinata.process.kill(signal);
    const before = performance.now();
    expect(await pinata.exit).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(performance.now() - before).toBeLessThan(6000);
    for (const pid of engines) expect(isAlive(pid)).toBe(false);
    expect(readdirSync(folder.path).toSorted()).toEqual(['data', 'many']);
  });

  it('takes its engine process along when it is killed', async () => {
    const pinata = new Pinata(['scan', writeManyFiles(600)]);
    await eventually(() => pinata.stderr.includes('Reading files'), 30_000);
    const engines = childrenOf(pinata.process.pid ?? 0);
    pinata.process.kill('SIGKILL');
    await eventually(() => engines.every((pid) => !isAlive(pid)), 5000);
    const next = new Pinata(['serve', '--root', folder.path]);
    const { address, token } = await next.ready();
    const answer = await fetch(`${address}/api/v1/scanner/scans`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toMatchObject({
      scans: [{ status: 'error', error: expect.stringContaining('interrupted') }],
    });
  });
});

describe('pinata serve', () => {
  it('prints one ready line, logs to stderr and ends with 0 on SIGTERM', async () => {
    const pinata = new Pinata(['serve', '--root', folder.path]);
    const ready = await pinata.ready();
    expect(ready).toMatchObject({ pid: pinata.process.pid, version: PRODUCT_VERSION });
    expect(ready.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Buffer.from(ready.token, 'base64url')).toHaveLength(32);
    expect((await fetch(`${ready.address}/healthz`)).status).toBe(200);
    pinata.process.kill('SIGTERM');
    expect(await pinata.exit).toBe(0);
    expect(pinata.stdout.trim().split('\n')).toHaveLength(1);
    for (const line of pinata.stderr.trim().split('\n')) expect(asRecord(JSON.parse(line))).toHaveProperty('msg');
    expect(pinata.stderr).not.toContain(ready.token);
  });

  it('never writes a secret into its log, and names the scan in what belongs to one', async () => {
    folder.write(SHOP_FILES);
    const pinata = new Pinata(['serve', '--root', folder.path], { PINATA_LOG_LEVEL: 'trace' });
    const { address, token } = await pinata.ready();
    const api = `${address}/api/v1/scanner`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', cookie: 'session=hunter2' };
    const body = JSON.stringify({ repository_path: join(folder.path, 'web') });
    const accepted = asRecord(await (await fetch(`${api}/scan`, { method: 'POST', headers, body })).json());
    const scanId = String(accepted['scan_id']);
    await (await fetch(`${api}/scan/${scanId}/events`, { headers })).text();
    await fetch(`${api}/scans?token=${token}`, { headers });
    await fetch(`${api}/scans`, { headers: { authorization: 'Bearer wrong-token-hunter2' } });
    pinata.process.kill('SIGTERM');
    expect(await pinata.exit).toBe(0);
    expect(pinata.stderr).not.toContain(token);
    expect(pinata.stderr).not.toContain('hunter2');
    expect(pinata.stderr).not.toMatch(/FSTDEP|DeprecationWarning/);
    const records = pinata.stderr
      .trim()
      .split('\n')
      .map((line) => asRecord(JSON.parse(line)));
    const named = records.filter((record) => record['scan_id'] === scanId).map((record) => record['msg']);
    expect(named).toEqual(expect.arrayContaining(['scan starts', 'scan ended', 'request']));
  });

  it('ends a running scan as cancelled for everybody who watches when it is told to stop', async () => {
    const many = writeManyFiles(600);
    const pinata = new Pinata(['serve', '--root', many]);
    const { address, token } = await pinata.ready();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ repository_path: many });
    const answer = await fetch(`${address}/api/v1/scanner/scan`, { method: 'POST', headers, body });
    const scanId = String(asRecord(await answer.json())['scan_id']);
    const stream = await fetch(`${address}/api/v1/scanner/scan/${scanId}/events`, { headers });
    const text = stream.text();
    await eventually(() => childrenOf(pinata.process.pid ?? 0).length > 0);
    pinata.process.kill('SIGTERM');
    expect((await text).trim().split('\n').at(-1)).toContain('"status":"cancelled"');
    expect(await pinata.exit).toBe(0);
  });

  it('listens on a socket that only its owner can reach, and takes over a dead one', async () => {
    const path = join(folder.path, 'private/pinata.sock');
    const first = new Pinata(['serve', '--root', folder.path, '--socket', path]);
    const { address, token } = await first.ready();
    expect(address).toBe(path);
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await statusOver(path, token)).toBe(200);
    expect(await statusOver(path, 'wrong')).toBe(401);
    const second = new Pinata(['serve', '--root', folder.path, '--socket', path]);
    expect(await second.exit).toBe(1);
    expect(second.stderr).toContain('Another server listens');
    first.process.kill('SIGKILL');
    await first.exit;
    const third = new Pinata(['serve', '--root', folder.path, '--socket', path]);
    expect(await statusOver(path, (await third.ready()).token)).toBe(200);
  });

  it('refuses a socket in a folder that is open to others', async () => {
    mkdirSync(join(folder.path, 'open'), { mode: 0o755 });
    const pinata = new Pinata(['serve', '--root', folder.path, '--socket', join(folder.path, 'open/pinata.sock')]);
    expect(await pinata.exit).toBe(1);
    expect(pinata.stderr).toContain('chmod 700');
  });

  it('ends with its parent, also in the middle of a scan, and takes new roots from it', async () => {
    const many = writeManyFiles(600);
    const pinata = new Pinata(['serve', '--exit-with-parent', '--root', join(folder.path, 'data')], {});
    mkdirSync(join(folder.path, 'data'), { recursive: true });
    const { address, token } = await pinata.ready();
    const post = (): Promise<Response> =>
      fetch(`${address}/api/v1/scanner/scan`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ repository_path: many }),
      });
    expect((await post()).status).toBe(403);
    pinata.process.stdin?.write(`${JSON.stringify({ roots: [many] })}\n`);
    await eventually(async () => (await post()).status === 202);
    await eventually(() => childrenOf(pinata.process.pid ?? 0).length > 0);
    const engines = childrenOf(pinata.process.pid ?? 0);
    const before = performance.now();
    pinata.process.stdin?.end();
    expect(await pinata.exit).toBe(0);
    expect(performance.now() - before).toBeLessThan(9000);
    for (const pid of engines) expect(isAlive(pid)).toBe(false);
  });

  it('shows the end of a scan that another server on the same store runs', async () => {
    const many = writeManyFiles(40);
    const [first, second] = [new Pinata(['serve', '--root', many]), new Pinata(['serve', '--root', many])];
    const [runner, other] = [await first.ready(), await second.ready()];
    const headers = { authorization: `Bearer ${runner.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ repository_path: many });
    const answer = await fetch(`${runner.address}/api/v1/scanner/scan`, { method: 'POST', headers, body });
    const scanId = String(asRecord(await answer.json())['scan_id']);
    const stream = await fetch(`${other.address}/api/v1/scanner/scan/${scanId}/events`, {
      headers: { authorization: `Bearer ${other.token}` },
    });
    expect((await stream.text()).trim().split('\n').at(-1)).toContain('"status":"completed"');
  });

  it('waits for a Redis that does not answer, not ready, and gets ready when it comes', async () => {
    const redis = await TestRedis.start();
    await redis.kill();
    try {
      const pinata = new Pinata(['serve', '--root', folder.path], { PINATA_REDIS_URL: redis.url });
      const { address, token } = await pinata.ready();
      const readiness = (): Promise<Response> =>
        fetch(`${address}/readyz`, { headers: { authorization: `Bearer ${token}` } });
      const before = await readiness();
      expect(before.status).toBe(503);
      expect(await before.json()).toMatchObject({ ready: false, checks: { bus: expect.stringContaining('Redis') } });
      expect(pinata.stderr).toContain('does not answer');
      await redis.restart();
      await eventually(async () => (await readiness()).status === 200);
      pinata.process.kill('SIGTERM');
      expect(await pinata.exit).toBe(0);
    } finally {
      await redis.kill();
    }
  });

  it('goes on without a Redis that does not answer when a parent has launched it, and says so', async () => {
    const args = ['serve', '--exit-with-parent', '--root', folder.path];
    const pinata = new Pinata(args, { PINATA_REDIS_URL: 'redis://user:hunter2@127.0.0.1:1' });
    const { address, token } = await pinata.ready();
    const headers = { authorization: `Bearer ${token}` };
    const environment = asRecord(await (await fetch(`${address}/api/v1/scanner/environment`, { headers })).json());
    expect(environment).toMatchObject({ bus: 'memory', notices: [expect.stringContaining('127.0.0.1:1')] });
    expect(JSON.stringify(environment) + pinata.stderr).not.toContain('hunter2');
  });
});

describe('pinata start', () => {
  it('scans, prints an address that opens the page once, and ends on Ctrl-C', async () => {
    folder.write(SHOP_FILES);
    const pinata = new Pinata(['start', join(folder.path, 'api'), '--no-open']);
    await eventually(() => pinata.stdout.includes('?code='), 30_000);
    const address = /Open (\S+)/.exec(pinata.stdout)?.[1] ?? '';
    const opened = await fetch(address, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    const cookie = String(opened.headers.get('set-cookie')).split(';')[0] ?? '';
    const scans = await fetch(new URL('/api/v1/scanner/scans', address), { headers: { cookie } });
    expect(await scans.json()).toMatchObject({ scans: [{ status: 'completed' }] });
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(403);
    pinata.process.kill('SIGINT');
    expect(await pinata.exit).toBe(0);
  });
});

/** Requests the history over a socket. */
function statusOver(socketPath: string, token: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request({ socketPath, path: '/api/v1/scanner/scans', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
