import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TempFolder } from './support/tempFolder.ts';
import { TestServer } from './support/testServer.ts';

const SHOP = fileURLToPath(new URL('../../samples/shop/api', import.meta.url));

let folder: TempFolder;
let server: TestServer;

beforeEach(async () => {
  folder = new TempFolder();
  cpSync(SHOP, folder.path, { recursive: true });
  server = await TestServer.start({ roots: [folder.path] });
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function scan(): Promise<string> {
  const id = await server.scan(folder.path);
  expect(await server.ended(id)).toMatchObject({ status: 'completed' });
  return id;
}

/** What a scan found, without what is its own: its id and its times. */
async function content(scanId: string): Promise<string> {
  const { scan: _, ...found } = await server.json(`/scan/${scanId}/export?format=json`);
  return JSON.stringify(found);
}

function rowsStored(scanId: string): Promise<Record<string, unknown>> {
  return server.json(`/scan/${scanId}/results?limit=1`);
}

describe('a scan of what has not changed', () => {
  it('has the same result under its own id, with its own counts', async () => {
    const first = await scan();
    const second = await scan();
    expect(second).not.toBe(first);
    expect(await content(second)).toBe(await content(first));
    const [before, after] = [await server.json(`/scan/${first}/status`), await server.json(`/scan/${second}/status`)];
    expect(after['nodes_found']).toBe(before['nodes_found']);
    expect(after['files_scanned']).toBe(before['files_scanned']);
    const phases = (await server.json(`/scan/${second}/overview`))['phases'];
    expect(phases).not.toHaveProperty('linking');
  });

  it('keeps its result when the scan that found it is deleted, and the last one takes the rows along', async () => {
    const first = await scan();
    const expected = await content(first);
    const second = await scan();
    const third = await scan();
    expect((await server.request(`/scan/${first}`, { method: 'DELETE' })).status).toBe(204);
    expect((await server.request(`/scan/${first}/overview`)).status).toBe(404);
    expect(await content(second)).toBe(expected);
    expect((await server.request(`/scan/${second}`, { method: 'DELETE' })).status).toBe(204);
    expect(await content(third)).toBe(expected);
    // What is shared can be shared again, although its first owner has gone.
    const fourth = await scan();
    expect(await content(fourth)).toBe(expected);
    expect((await server.request(`/scan/${third}`, { method: 'DELETE' })).status).toBe(204);
    expect((await server.request(`/scan/${fourth}`, { method: 'DELETE' })).status).toBe(204);
    const fifth = await scan();
    expect((await server.json(`/scan/${fifth}/overview`))['phases']).toHaveProperty('linking');
    expect(await content(fifth)).toBe(expected);
    expect((await rowsStored(fifth))['total']).toBeGreaterThan(10);
  });

  it('is linked again after any change', async () => {
    const first = await scan();
    writeFileSync(
      join(folder.path, 'Extra.cs'),
      'class Extra { void Save() { System.IO.File.WriteAllText("a.txt", ""); } }',
    );
    const second = await scan();
    expect(await content(second)).not.toBe(await content(first));
    expect(await content(second)).toContain('a.txt');
  });
});
