import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_IN_ENGINE, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const folder = new TempFolder();
let server: TestServer;
const scans: string[] = [];

beforeAll(async () => {
  folder.write({ 'a/one.ts': 'export const one = 1;', 'b/two.ts': 'export const two = 2;' });
  server = await TestServer.start({ roots: [folder.path], settings: { engineEntry: STAND_IN_ENGINE } });
  for (const [path, more] of [
    ['a', {}],
    ['b', {}],
    ['a', { roots: [join(folder.path, 'b')] }],
    ['a', {}],
  ] as const) {
    const scanId = await server.scan(join(folder.path, path), more);
    await server.ended(scanId);
    scans.push(scanId);
  }
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Page {
  scans: { scan_id: string }[];
  total: number;
  next_cursor: string | null;
}

async function history(query: string): Promise<Page> {
  return (await (await server.request(`/scans${query}`)).json()) as Page;
}

function ids(page: Page): string[] {
  return page.scans.map((scan) => scan.scan_id);
}

describe('GET /scans', () => {
  it('comes newest first, in pages', async () => {
    const all = await history('');
    expect(ids(all)).toEqual(scans.toReversed());
    expect(all).toMatchObject({ total: 4, next_cursor: null });
    const first = await history('?limit=3');
    const second = await history(`?limit=3&cursor=${first.next_cursor}`);
    expect([...ids(first), ...ids(second)]).toEqual(ids(all));
    expect([first.total, second.total, second.next_cursor]).toEqual([4, 4, null]);
  });

  it('finds the scans of a folder, also among several, and those in a state', async () => {
    const [, second, both] = scans;
    const ofB = await history(`?root=${encodeURIComponent(join(folder.path, 'b'))}`);
    expect(ids(ofB)).toEqual([both, second]);
    expect(ids(await history(`?root=${encodeURIComponent(folder.path)}`))).toEqual([]);
    expect((await history('?status=completed&limit=1')).total).toBe(4);
    expect((await history('?status=error')).total).toBe(0);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=many', 'limit'],
    ['?status=done', 'status'],
    ['?cursor=abc', 'cursor'],
    ['?colour=red', 'colour'],
  ])('refuses %s and names the field', async (query, field) => {
    const response = await server.request(`/scans${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ field });
  });

  it('refuses a cursor of another query', async () => {
    const { next_cursor } = await history('?limit=1');
    expect((await server.request(`/scans?status=completed&cursor=${next_cursor}`)).status).toBe(400);
  });
});

describe('DELETE /scan/{id}', () => {
  it('does not let the next scan inherit what was known of the removed one', async () => {
    const changing = new TempFolder();
    changing.write({ 'a.ts': `export const a = () => fetch('/a');` });
    const real = await TestServer.start({ roots: [changing.path] });
    try {
      const calls = async (scanId: string): Promise<unknown> =>
        (await real.json(`/scan/${scanId}/results?kind=api_call`))['total'];
      const first = await real.scan(changing.path);
      await real.ended(first);
      const before = await calls(first);
      await real.json(`/scan/${first}/overview`);
      expect((await real.request(`/scan/${first}`, { method: 'DELETE' })).status).toBe(204);
      changing.write({ 'b.ts': `export const b = () => fetch('/b');` });
      const second = await real.scan(changing.path);
      await real.ended(second);
      expect([before, await calls(second)]).toEqual([1, 2]);
      expect(await real.json(`/scan/${second}/overview`)).toMatchObject({ nodes_by_kind: { api_call: 2 } });
    } finally {
      await real[Symbol.asyncDispose]();
      changing[Symbol.dispose]();
    }
  });

  it('leaves nothing of a scan in the files of the store', async () => {
    const secret = new TempFolder();
    secret.write({ 'unmistakable-file-name.ts': `export const load = () => fetch('/api/unmistakable-target');` });
    const real = await TestServer.start({ roots: [secret.path] });
    try {
      const scanId = await real.scan(secret.path);
      await real.ended(scanId);
      const files = ['pinata.sqlite', 'pinata.sqlite-wal'].map((name) => join(real.dataFolder, name));
      const stored = (): string =>
        files.map((file) => (statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'latin1') : '')).join('');
      expect(stored()).toContain('unmistakable-target');
      const answer = await real.request(`/scan/${scanId}`, { method: 'DELETE' });
      expect(answer.status).toBe(204);
      expect(stored()).not.toContain('unmistakable');
      expect((await real.request(`/scan/${scanId}/results`)).status).toBe(404);
    } finally {
      await real[Symbol.asyncDispose]();
      secret[Symbol.dispose]();
    }
  });
});
