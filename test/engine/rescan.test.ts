import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineRequest, type EngineResult, scan } from '#engine/scan.ts';

const SHOP = fileURLToPath(new URL('../../samples/shop', import.meta.url));

let workspace: string;
let cacheFolder: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'pinata-rescan-'));
  cacheFolder = mkdtempSync(join(tmpdir(), 'pinata-cache-'));
  cpSync(SHOP, workspace, { recursive: true });
});

afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
  rmSync(cacheFolder, { recursive: true, force: true });
});

async function scanWorkspace(
  options: Partial<EngineRequest> = {},
  reuseResult?: (fingerprint: string) => boolean,
): Promise<EngineResult> {
  const hooks = {
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...(reuseResult && { reuseResult }),
  };
  const result = await scan({ roots: [{ name: 'shop', path: workspace }], ...options }, hooks);
  result.saveCache?.();
  return result;
}

/** All that a scan found, without how long it took. */
function content(result: EngineResult): string {
  return JSON.stringify({ ...result, phases: {} });
}

async function expectCleanResult(): Promise<void> {
  expect(content(await scanWorkspace({ cacheFolder }))).toBe(content(await scanWorkspace()));
}

function sourceFiles(): string[] {
  return readdirSync(workspace, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(cs|ts|tsx|html)$/.test(file) && statSync(join(workspace, file)).isFile())
    .sort();
}

type Edit = { kind: 'change' | 'remove' | 'rename' | 'copy' | 'restore' | 'touch'; pick: number };

/** One edit of a developer; contents come from the sample itself, so that what is found changes with them. */
function apply({ kind, pick }: Edit): void {
  const files = sourceFiles();
  const file = files[pick % files.length];
  if (file === undefined) return;
  const path = join(workspace, file);
  const other = join(workspace, files[(pick * 7 + 3) % files.length] ?? file);
  if (kind === 'change')
    writeFileSync(path, `// edit ${pick}\n${readFileSync(path, 'utf8').replace(/orders?/i, `Order${pick}`)}`);
  if (kind === 'remove') rmSync(path);
  if (kind === 'rename') renameSync(path, path.replace(/(\w+)\.(\w+)$/, `$1${pick}.$2`));
  if (kind === 'copy') writeFileSync(path, readFileSync(other));
  if (kind === 'touch') writeFileSync(path, readFileSync(path));
  if (kind === 'restore') cpSync(SHOP, workspace, { recursive: true });
}

const edit = fc.record({
  kind: fc.constantFrom('change', 'remove', 'rename', 'copy', 'restore', 'touch' as const),
  pick: fc.nat({ max: 1000 }),
}) as fc.Arbitrary<Edit>;

describe('a rescan', () => {
  it('finds what a clean scan finds, whatever was edited in between', async () => {
    await expectCleanResult();
    const property = fc.asyncProperty(
      fc.array(fc.array(edit, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      async (rounds) => {
        for (const edits of rounds) {
          for (const one of edits) apply(one);
          await expectCleanResult();
        }
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });

  it('survives a cache that is damaged anywhere', async () => {
    const clean = content(await scanWorkspace({ cacheFolder }));
    const [pack] = readdirSync(cacheFolder).map((name) => join(cacheFolder, name));
    if (pack === undefined) throw new Error('nothing was kept');
    const whole = readFileSync(pack);
    const damage = fc.record({ at: fc.nat({ max: whole.length - 1 }), cut: fc.boolean() });
    const property = fc.asyncProperty(damage, async ({ at, cut }) => {
      const damaged = cut ? whole.subarray(0, at) : Buffer.from(whole);
      if (!cut) damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(pack, damaged);
      expect(content(await scanWorkspace({ cacheFolder }))).toBe(clean);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('reads again what changed right after it was read, although its size and time are the same', async () => {
    const file = sourceFiles().find((name) => name.endsWith('.cs')) ?? '';
    await scanWorkspace({ cacheFolder });
    const before = readFileSync(join(workspace, file), 'utf8');
    writeFileSync(join(workspace, file), before.replace(/e/g, 'x'));
    await expectCleanResult();
  });

  it('does not keep what another engine has read, nor mix scans that ask for different files', async () => {
    await scanWorkspace({ cacheFolder });
    const typescript = await scanWorkspace({ cacheFolder, fileTypes: ['.ts'] });
    expect(content(typescript)).toBe(content(await scanWorkspace({ fileTypes: ['.ts'] })));
    expect(readdirSync(cacheFolder).filter((name) => name.endsWith('.trees'))).toHaveLength(2);
  });

  it('gives the same fingerprint as long as nothing changed, and another one for every change that counts', async () => {
    const { fingerprint } = await scanWorkspace({ cacheFolder });
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect((await scanWorkspace({ cacheFolder })).fingerprint).toBe(fingerprint);
    const seen = new Set([fingerprint]);
    seen.add((await scanWorkspace({ cacheFolder, trusted: true })).fingerprint);
    seen.add((await scanWorkspace({ cacheFolder, includeTests: true })).fingerprint);
    writeFileSync(join(workspace, 'pinata.json'), '{ "prefixes": ["/api"] }');
    seen.add((await scanWorkspace({ cacheFolder })).fingerprint);
    apply({ kind: 'change', pick: 5 });
    seen.add((await scanWorkspace({ cacheFolder })).fingerprint);
    apply({ kind: 'rename', pick: 5 });
    seen.add((await scanWorkspace({ cacheFolder })).fingerprint);
    expect(seen.size).toBe(6);
  });

  it('gives another fingerprint when a rule pack of the workspace changes', async () => {
    writeFileSync(join(workspace, 'pinata.json'), '{ "rule_packs": ["ledger.json"] }');
    const fingerprintWith = async (provider: string): Promise<string | undefined> => {
      const pack = { id: 'ledger', language: 'typescript', provider, operations: [] };
      writeFileSync(join(workspace, 'ledger.json'), JSON.stringify(pack));
      return (await scanWorkspace({ cacheFolder, trusted: true })).fingerprint;
    };
    const before = await fingerprintWith('Ledger');
    expect(await fingerprintWith('Accounts')).not.toBe(before);
    expect(await fingerprintWith('Ledger')).toBe(before);
  });

  it('links nothing when an earlier result with its fingerprint is at hand', async () => {
    const first = await scanWorkspace({ cacheFolder });
    const second = await scanWorkspace({ cacheFolder }, (fingerprint) => fingerprint === first.fingerprint);
    expect(second.reused).toBe(true);
    expect(second.nodes).toEqual([]);
    expect(second.files).toEqual(first.files);
    expect(second.scannedFiles).toEqual(first.scannedFiles);
  });

  it('goes on without a cache that cannot be written', async () => {
    const notAFolder = join(cacheFolder, 'file');
    writeFileSync(notAFolder, '');
    expect((await scanWorkspace({ cacheFolder: notAFolder })).nodes.length).toBeGreaterThan(10);
  });
});
