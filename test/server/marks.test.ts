import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { FileMarks } from '#protocol/marks.ts';
import { WorkflowPage } from '#protocol/http.ts';
import { asRecord, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';
import { generateWorkspace } from '../vscode/generatedWorkspace.ts';

const folder = new TempFolder();
let server: TestServer;
let scanId: string;

beforeAll(async () => {
  await generateWorkspace(folder.path, 3);
  server = await TestServer.start({ roots: [folder.path] });
  scanId = await server.scan(folder.path);
  await server.ended(scanId);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function marks(file: string, root = rootName()): Promise<FileMarks> {
  const query = new URLSearchParams({ root, file });
  return Value.Parse(FileMarks, await server.json(`/scan/${scanId}/marks?${query.toString()}`));
}

function rootName(): string {
  return folder.path.split('/').at(-1) ?? '';
}

describe('GET /scan/{id}/marks', () => {
  it('says of an endpoint and its handler how many workflows pass and which tables they write', async () => {
    const found = await marks('api/Controllers/Item2Controller.cs');
    expect(found).toMatchObject({ scanned: true, truncated: false });
    const [endpoint] = found.marks.filter((mark) => mark.role === 'endpoint');
    expect(endpoint).toMatchObject({ workflows: 1, callers: 1, reads: [], writes: ['Item2s'] });
    const [handler] = found.marks.filter((mark) => mark.role === 'handler');
    expect(handler).toMatchObject({ workflows: 1, reads: [], writes: ['Item2s'] });
    expect(handler?.node.name).toBe('Item2Controller.Save');
  });

  it('says of an entity how many operations read and write its table: here Add and SaveChanges', async () => {
    const found = await marks('api/Controllers/Item2Controller.cs');
    const [entity] = found.marks.filter((mark) => mark.role === 'entity');
    expect(entity).toMatchObject({ workflows: 1, readers: 0, writers: 2 });
    expect(entity?.node.name).toBe('Item2s');
  });

  it('follows a handler of the front end over the request to the table', async () => {
    const found = await marks('web/item1.component.ts');
    const [handler] = found.marks.filter((mark) => mark.role === 'handler');
    expect(handler).toMatchObject({ workflows: 1, writes: ['Item1s'] });
  });

  it('comes in the order of lines, and has none for a file the scan did not read', async () => {
    const lines = (await marks('api/Controllers/Item1Controller.cs')).marks.map((mark) => mark.node.start_line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(await marks('README.md')).toMatchObject({ scanned: false, marks: [] });
    expect((await marks('web/item1.component.ts', 'elsewhere')).marks).toEqual([]);
  });

  it('is 404 for an unknown scan and 400 without a file', async () => {
    expect((await server.request('/scan/none/marks?root=a&file=b')).status).toBe(404);
    expect((await server.request(`/scan/${scanId}/marks?root=a`)).status).toBe(400);
  });

  it('leads on to the workflows that pass through a node', async () => {
    const found = await marks('api/Controllers/Item2Controller.cs');
    const handler = found.marks.find((mark) => mark.role === 'handler');
    const page = await server.json(`/scan/${scanId}/workflows?brief=true&node=${handler?.node.id}`);
    const { items, total } = Value.Parse(WorkflowPage, asRecord(page));
    expect(total).toBe(1);
    expect(items[0]?.name).toContain('item2');
    expect(asRecord(await server.json(`/scan/${scanId}/workflows?node=none`))['items']).toEqual([]);
  });
});
