import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScanStatus } from '#protocol/scan.ts';
import { isTerminal } from '#protocol/scan.ts';
import { asRecord, eventually, TestServer, type TestServerOptions } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const POISON = pathToFileURL(join(import.meta.dirname, 'support/poison.mjs')).href;
const KINDS = ['hang', 'bloat', 'trap'] as const;
/** Enough text for the files to be read in threads. */
const PADDING = `// ${'x'.repeat(97)}\n`.repeat(300);

let folder: TempFolder;

beforeEach(() => {
  folder = new TempFolder();
});
afterEach(() => {
  delete process.env['NODE_OPTIONS'];
  folder[Symbol.dispose]();
});

/** A server whose engine processes can be poisoned by what files say. */
function poisonedServer(): Promise<TestServer> {
  process.env['NODE_OPTIONS'] = `--import ${POISON}`;
  return startServer({ settings: { stallMs: 4000, fileBudgetMs: 1500, memoryMb: 256 } });
}

function startServer(options: Partial<TestServerOptions> = {}): Promise<TestServer> {
  return TestServer.start({ roots: [folder.path], ...options });
}

/** Thirty good files and a poisonous one of a kind. */
function writeTree(kind: string, padding: string): string {
  const path = join(folder.path, 'tree');
  mkdirSync(path, { recursive: true });
  for (let index = 0; index < 30; index++) {
    writeFileSync(
      join(path, `good${index}.ts`),
      `export const load${index} = () => fetch('/api/${index}');\n${padding}`,
    );
  }
  writeFileSync(join(path, `good15b.ts`), `export const poison = 1; // pinata-poison:${kind}\n`);
  return path;
}

async function scanned(server: TestServer, path: string): Promise<ScanStatus> {
  return server.ended(await server.scan(path));
}

describe.each([
  ['in the main thread', ''],
  ['in threads', PADDING],
])('a poisonous file read %s', (_where, padding) => {
  it.each(KINDS)('that makes the parser %s is reported and the rest is scanned, also the next time', async (kind) => {
    await using server = await poisonedServer();
    const path = writeTree(kind, padding);
    const first = await scanned(server, path);
    expect(first).toMatchObject({ status: 'completed', files_scanned: 30 });
    const files = await server.json(`/scan/${first.scan_id}/files?kind=failed`);
    expect(files).toMatchObject({
      total: 1,
      items: [{ path: 'tree/good15b.ts', reason: expect.stringContaining('did not survive') }],
    });
    const cache = join(server.dataFolder, 'cache/quarantine.json');
    expect(Object.values(JSON.parse(readFileSync(cache, 'utf8')).files)).toHaveLength(1);

    // The content is known now under any name, and costs no thread and no second process.
    writeFileSync(join(path, 'renamed.ts'), readFileSync(join(path, 'good15b.ts')));
    const scanId = await server.scan(path);
    await eventually(() => server.coordinator.enginePid(scanId) !== undefined);
    const pid = server.coordinator.enginePid(scanId);
    const pids = new Set([pid]);
    const watcher = server.watch(scanId);
    watcher.socket.on('message', () => pids.add(server.coordinator.enginePid(scanId) ?? pid));
    const second = await watcher.until((status) => isTerminal(status.status));
    expect(second).toMatchObject({ status: 'completed', files_scanned: 30 });
    expect(pids.size).toBe(1);
    expect((await server.json(`/scan/${scanId}/files?kind=failed`))['total']).toBe(2);
  });
});

describe('a quarantine', () => {
  it('lets a file go that was changed', async () => {
    await using server = await poisonedServer();
    const path = writeTree('trap', '');
    await scanned(server, path);
    writeFileSync(join(path, 'good15b.ts'), `export const cured = () => fetch('/api/cured');\n`);
    expect(await scanned(server, path)).toMatchObject({ status: 'completed', files_scanned: 31 });
  });

  it('that is no JSON or of another version is begun anew', async () => {
    await using server = await poisonedServer();
    mkdirSync(join(server.dataFolder, 'cache'), { recursive: true });
    const cache = join(server.dataFolder, 'cache/quarantine.json');
    const path = writeTree('trap', '');
    for (const content of ['{', '{"version":"0.0.0","files":{}}']) {
      writeFileSync(cache, content);
      expect(await scanned(server, path)).toMatchObject({ status: 'completed', files_scanned: 30 });
      expect(Object.keys(JSON.parse(readFileSync(cache, 'utf8')).files)).toHaveLength(1);
    }
  });
});

describe('memory', () => {
  it('beyond the limit of the whole process ends the scan with the limit and what to do', async () => {
    process.env['NODE_OPTIONS'] = `--import ${POISON}`;
    await using server = await startServer({ settings: { memoryMb: 64 } });
    const end = await scanned(server, writeTree('swell', ''));
    expect(end).toMatchObject({ status: 'error', error: expect.stringContaining('out of memory (limit 64 MB)') });
    expect(end.error).toContain('raise the limit');
  });
});

describe('a workspace that changes during the scan', () => {
  it('and vanishes altogether: the scan ends and accounts for every file', async () => {
    await using server = await startServer();
    const path = join(folder.path, 'vanishing');
    mkdirSync(path);
    for (let index = 0; index < 300; index++) {
      writeFileSync(
        join(path, `f${index}.ts`),
        `export const load${index} = () => fetch('/api/${index}');\n${PADDING}`,
      );
    }
    const scanId = await server.scan(path);
    await server.watch(scanId).until((status) => status.files_scanned > 10);
    rmSync(path, { recursive: true });
    const end = await server.ended(scanId);
    expect(end.status).toBe('completed');
    const { files } = await server.json(`/scan/${scanId}/overview`);
    const counts = files as { found: number; scanned: number; skipped: number; failed: number };
    expect(counts.found).toBe(300);
    expect(counts.scanned + counts.skipped + counts.failed).toBe(300);
    expect(counts.failed).toBeGreaterThan(0);
    const { items } = await server.json(`/scan/${scanId}/files?kind=failed&limit=1`);
    expect(items).toMatchObject([{ reason: expect.stringContaining('no longer there') }]);
  });

  it('and is rewritten all the time: the scan completes', async () => {
    await using server = await startServer();
    const path = join(folder.path, 'changing');
    mkdirSync(path);
    const write = (index: number, version: number): void =>
      writeFileSync(
        join(path, `f${index}.ts`),
        `export const v${version} = () => fetch('/api/${version}');\n${PADDING}`,
      );
    for (let index = 0; index < 60; index++) write(index, 0);
    let version = 0;
    const rewriting = setInterval(() => {
      version++;
      for (let index = 0; index < 60; index += 7) write(index, version);
      rmSync(join(path, `f${version % 60}.ts`), { force: true });
    }, 5);
    const end = await scanned(server, path);
    clearInterval(rewriting);
    expect(end.status).toBe('completed');
  });
});

/** A small file system of its own, where the system lets this process make one. */
class SmallDisk implements Disposable {
  readonly path: string;

  constructor(path: string, size: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path], { stdio: 'ignore' });
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.path]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path]);
  }
}

function canMount(): boolean {
  using probe = new TempFolder();
  try {
    new SmallDisk(join(probe.path, 'disk'), '64k')[Symbol.dispose]();
    return true;
  } catch {
    console.warn('tests of a full disk are skipped: only root may mount a file system for them');
    return false;
  }
}

describe.skipIf(!canMount())('a disk', () => {
  function fill(disk: SmallDisk): string {
    const path = join(disk.path, 'filler');
    for (const size of [1 << 20, 1 << 16, 1 << 12]) {
      try {
        for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // Full for pieces of this size.
      }
    }
    return path;
  }

  it('that is full when the result is saved fails the scan with a reason; the next scan works again', async () => {
    using disk = new SmallDisk(join(folder.path, 'disk'), '10m');
    await using server = await startServer({ dataFolder: disk.path });
    const path = writeTree('none', '');
    expect((await scanned(server, path)).status).toBe('completed');
    const filler = fill(disk);
    const refused = await server.post('/scan', { repository_path: path });
    const body = asRecord(await refused.json());
    if (refused.status === 202) {
      const end = await server.ended(String(body['scan_id']));
      expect(end).toMatchObject({ status: 'error', error: expect.stringContaining('disk') });
      expect(end.error).toContain('full');
    } else {
      expect([refused.status, body]).toMatchObject([
        507,
        { code: 'store_not_writable', message: expect.stringContaining('full') },
      ]);
    }
    rmSync(filler);
    expect((await scanned(server, path)).status).toBe('completed');
  });

  it('that becomes full while the result is saved: watchers hear of the failure', async () => {
    using disk = new SmallDisk(join(folder.path, 'disk'), '1500k');
    await using server = await startServer({ dataFolder: disk.path });
    const path = join(folder.path, 'many');
    mkdirSync(path);
    const lines = Array.from(
      { length: 60 },
      (_, line) => `export const f${line} = () => fetch('/api/item/${line}');\n`,
    );
    for (let index = 0; index < 60; index++) writeFileSync(join(path, `m${index}.ts`), lines.join(''));
    const scanId = await server.scan(path);
    const watcher = server.watch(scanId);
    const end = await watcher.until((status) => isTerminal(status.status));
    expect(end).toMatchObject({ status: 'error', error: expect.stringContaining('full') });
    expect((await server.json(`/scan/${scanId}/results`))['total']).toBe(0);
  });

  it('whose cache may only be read costs the memory of quarantine, not the scan', async () => {
    await using server = await poisonedServer();
    using cache = new SmallDisk(join(server.dataFolder, 'cache'), '64k');
    cache.makeReadOnly();
    expect(await scanned(server, writeTree('trap', ''))).toMatchObject({ status: 'completed', files_scanned: 30 });
    expect(existsSync(join(cache.path, 'quarantine.json'))).toBe(false);
  });
});
