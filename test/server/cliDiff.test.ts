import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXPORT_FILES, EXPORT_FORMATS } from '#protocol/exports.ts';
import { openExport } from '../../server/exports/exports.ts';
import { readResultFile } from '../../server/exports/resultFile.ts';
import { edge, largeResult, node } from '../support/graphResult.ts';
import { SHOP_FILES, TempFolder } from './support/tempFolder.ts';

const MAIN = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

let folder: TempFolder;

beforeEach(() => {
  folder = new TempFolder();
});
afterEach(() => folder[Symbol.dispose]());

function pinata(args: string[], env: NodeJS.ProcessEnv = {}): { code: number | null; stdout: string; stderr: string } {
  const options = {
    encoding: 'utf8',
    cwd: folder.path,
    env: { ...process.env, PINATA_DATA_DIR: join(folder.path, 'data'), ...env },
  } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], options);
  return { code: status, stdout, stderr };
}

/** Two result files; in the second one something more writes a table. */
function writeResults(): void {
  const before = largeResult(3);
  writeFileSync(join(folder.path, 'a.json'), JSON.stringify(before));
  const after = structuredClone(before);
  after.nodes.push(node('extra', 'database_write'));
  after.edges.push(edge('extra', 't1', 'accesses'));
  writeFileSync(join(folder.path, 'b.json'), JSON.stringify(after));
}

describe('pinata diff', () => {
  it('ends with 0 without a rule, and with 1 when one is broken', () => {
    writeResults();
    const plain = pinata(['diff', 'a.json', 'b.json']);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toContain('tables: 0 added, 0 removed, 1 changed');
    expect(plain.stdout).toContain('  ~ Table1  src/app.ts:1  writers +extra (src/app.ts)');
    const strict = pinata(['diff', 'a.json', 'b.json', '--fail-on', 'removed-endpoint,new-table-write']);
    expect([strict.code, strict.stderr]).toEqual([1, 'pinata: new-table-write: 1\n']);
    expect(pinata(['diff', 'b.json', 'a.json', '--fail-on', 'new-table-write']).code).toBe(0);
    expect(pinata(['diff', 'a.json', 'a.json', '--fail-on', 'any']).code).toBe(0);
  });

  it('writes JSON with every change and the rules that were broken', () => {
    writeResults();
    const args = ['diff', 'a.json', 'b.json', '--format', 'json', '--fail-on', 'any', '--output', 'diff.json'];
    const { code, stdout } = pinata(args);
    expect([code, stdout]).toEqual([1, '']);
    const report = JSON.parse(readFileSync(join(folder.path, 'diff.json'), 'utf8'));
    expect(report).toMatchObject({
      a: { source: 'a.json' },
      totals: { tables: { changed: 1 }, nodes: { added: 1 } },
      failed: [{ rule: 'any', count: 2 }],
    });
    expect(report.items).toHaveLength(2);
  });

  it.each([
    [['diff', 'a.json'], 'name two result files'],
    [['diff', 'a.json', 'missing'], 'missing is neither a result file nor a scan'],
    [['diff', 'a.json', 'none.json'], 'none.json is no result file'],
    [['diff', 'a.json', 'other.json'], 'other.json is no result file'],
    [['diff', 'a.json', 'b.json', '--fail-on', 'everything'], '"everything" is unknown; use new-endpoint'],
    [['diff', 'a.json', 'b.json', '--format', 'sarif'], 'use text or json'],
    [['diff', 'a.json', 'b.json', '--output', 'no/such/folder'], 'does not exist'],
  ])('ends with 2 and says what is wrong with %j', (args, message) => {
    writeResults();
    writeFileSync(join(folder.path, 'none.json'), '{"half": ');
    writeFileSync(join(folder.path, 'other.json'), '{"format": "pinata-result/9"}');
    const { code, stderr } = pinata(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('pinata scan', () => {
  it('writes the format that the name of the output file says, and its scans can be compared by id', async () => {
    folder.write(SHOP_FILES);
    expect(pinata(['scan', 'api', 'web', '--output', 'result.json']).code).toBe(0);
    const result = await readResultFile(join(folder.path, 'result.json'));
    const scanned = pinata(['scan', 'api', 'web', '--output', 'endpoints.openapi.json']);
    expect(scanned.code).toBe(0);
    const { text } = await openExport('openapi', result);
    let expected = '';
    for await (const piece of text) expected += piece;
    expect(readFileSync(join(folder.path, 'endpoints.openapi.json'), 'utf8')).toBe(expected);
    const same = pinata(['diff', result.head.scan.scan_id, 'result.json', '--fail-on', 'any']);
    expect([same.code, same.stderr]).toEqual([0, '']);
  });

  it('knows each format by the extension of its file', () => {
    const extensions = EXPORT_FORMATS.map((format) => EXPORT_FILES[format].extension);
    expect(extensions).toContain('sarif');
    expect(new Set(extensions).size).toBe(extensions.length - 1);
  });

  it('keeps as many scans of a folder as it is told to, and refuses what is no number', () => {
    folder.write({ 'api/one.ts': 'export const load = () => fetch("/api/one");' });
    const ids = [1, 2, 3].map((round) => {
      folder.write({ 'api/one.ts': `export const load = () => fetch("/api/${round}");` });
      const { stdout } = pinata(['scan', 'api', '--format', 'json'], { PINATA_KEEP_SCANS: '2' });
      return String(JSON.parse(stdout).scan.scan_id);
    });
    const [first = '', second = '', third = ''] = ids;
    expect(pinata(['diff', first, third]).code).toBe(2);
    expect(pinata(['diff', second, third]).code).toBe(0);
    const wrong = pinata(['scan', 'api'], { PINATA_KEEP_SCANS: 'many' });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('PINATA_KEEP_SCANS')]);
  });
});
