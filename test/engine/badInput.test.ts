import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '#engine/errors.ts';
import { type EngineResult, scan } from '#engine/scan.ts';
import { operationsOf } from '../support/scanFiles.ts';

const GOOD = 'export function load() { return fetch("/api/orders"); }\n';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinata-bad-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function scanFolder(path = folder): Promise<EngineResult> {
  const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
  return scan({ roots: [{ name: 'app', path }] }, hooks);
}

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

/** The ledger must add up, and the good file beside the bad one must have been read. */
function expectGoodFileScanned(result: EngineResult): void {
  const { found, scanned, skipped, failed } = result.files;
  expect(scanned + skipped.length + failed.length).toBe(found);
  expect(operationsOf(result)).toContain('api_call GET /api/orders good.ts:1');
}

describe('a folder that cannot be scanned', () => {
  it('is named when it is missing', async () => {
    await expect(scanFolder(join(folder, 'nowhere'))).rejects.toThrow(EngineError);
  });

  it('is named when it is a file', async () => {
    write('file.txt', 'x');
    await expect(scanFolder(join(folder, 'file.txt'))).rejects.toMatchObject({ code: 'root_not_a_folder' });
  });

  it('is named when it cannot be read', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o000);
    const isRoot = process.getuid?.() === 0;
    const attempt = scanFolder(closed);
    if (isRoot) expect((await attempt).files.found).toBe(0);
    else await expect(attempt).rejects.toMatchObject({ code: 'root_unreadable' });
    chmodSync(closed, 0o700);
  });
});

describe('a folder with little to scan', () => {
  it('gives an empty result when it is empty', async () => {
    const result = await scanFolder();
    expect(result.files.found).toBe(0);
    expect(result.nodes).toEqual([]);
    expect(result.cancelled).toBe(false);
  });

  it('gives an empty result when it holds no source file', async () => {
    write('readme.txt', 'hello');
    expect((await scanFolder()).files).toMatchObject({ found: 0, scanned: 0 });
  });
});

describe('a bad file is accounted for and the rest is scanned', () => {
  beforeEach(() => {
    write('good.ts', GOOD);
  });

  it('when it is a 40 MB minified bundle', async () => {
    write('bundle.js', 'a=1;'.repeat(10 * 1024 * 1024));
    const result = await scanFolder();
    expectGoodFileScanned(result);
    expect(result.files.skipped).toEqual([
      { path: 'app/bundle.js', reason: expect.stringContaining('larger than') as string },
    ]);
  });

  it('when it is minified', async () => {
    write('lib.js', `var a=1;${'function f(x){return x+1};'.repeat(4000)}`);
    const result = await scanFolder();
    expectGoodFileScanned(result);
    expect(result.files.skipped[0]?.reason).toContain('minified');
  });

  it('when it is not valid UTF-8', async () => {
    write(
      'latin.ts',
      Buffer.concat([Buffer.from('const caf'), Buffer.from([0xe9]), Buffer.from(' = fetch("/api/x");\n')]),
    );
    const result = await scanFolder();
    expectGoodFileScanned(result);
    expect(operationsOf(result)).toContain('api_call GET /api/x latin.ts:1');
  });

  it('when it is UTF-16 with a byte order mark', async () => {
    write('wide.ts', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('fetch("/api/wide");\n', 'utf16le')]));
    const result = await scanFolder();
    expectGoodFileScanned(result);
    expect(operationsOf(result)).toContain('api_call GET /api/wide wide.ts:1');
  });

  it('when it is binary', async () => {
    write('data.ts', new Uint8Array(2048));
    const result = await scanFolder();
    expectGoodFileScanned(result);
    expect(result.files.skipped).toEqual([{ path: 'app/data.ts', reason: 'binary content' }]);
  });

  it('when links form a loop', async () => {
    mkdirSync(join(folder, 'a'));
    symlinkSync(folder, join(folder, 'a', 'up'));
    symlinkSync(join(folder, 'self'), join(folder, 'self'));
    expectGoodFileScanned(await scanFolder());
  });

  it('when a named pipe lies in the tree', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.ts')]);
    const result = await scanFolder();
    expectGoodFileScanned(result);
    expect(result.files.skipped).toEqual([{ path: 'app/pipe.ts', reason: 'not a regular file' }]);
  });

  it.each([
    ['deep.ts', `const x = ${'('.repeat(10_000)}1${')'.repeat(10_000)};`],
    ['deep.js', `const x = ${'['.repeat(10_000)}${']'.repeat(10_000)};`],
    ['deep.tsx', `const x = ${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)};`],
    ['Deep.cs', `class C { void M() { ${'{'.repeat(10_000)}${'}'.repeat(10_000)} } }`],
    ['deep.html', `${'<div (click)="go()">'.repeat(10_000)}${'</div>'.repeat(10_000)}`],
  ])('when %s is nested 10,000 deep', async (name, content) => {
    write(name, content);
    expectGoodFileScanned(await scanFolder());
  });
});

describe('a scan', () => {
  it('gives the same result with one thread and with several', async () => {
    for (let index = 0; index < 60; index++) {
      write(
        `service${index}.ts`,
        `${GOOD}// ${'x'.repeat(12_000)}\nexport class S${index} { run() { return load${index}(); } }\nfunction load${index}() { return fetch('/api/${index}'); }\n`,
      );
    }
    const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
    const roots = [{ name: 'app', path: folder }];
    const [one, several] = await Promise.all([scan({ roots, threads: 1 }, hooks), scan({ roots, threads: 3 }, hooks)]);
    expect(one.nodes.length).toBeGreaterThan(100);
    const found = (result: typeof one): string => JSON.stringify({ ...result, phases: {} });
    expect(found(several)).toBe(found(one));
  });

  it('ends when it is cancelled and says which files were not read', async () => {
    for (let index = 0; index < 40; index++) write(`f${index}.ts`, `${GOOD}// ${'x'.repeat(30_000)}\n`);
    const abort = new AbortController();
    const onProgress = ({ filesScanned }: { filesScanned: number }): void => {
      if (filesScanned > 0) abort.abort();
    };
    const result = await scan({ roots: [{ name: 'app', path: folder }] }, { onProgress, signal: abort.signal });
    expect(result.cancelled).toBe(true);
    const { found, scanned, skipped, failed } = result.files;
    expect(found).toBe(40);
    expect(scanned + skipped.length + failed.length).toBe(found);
  });
});
