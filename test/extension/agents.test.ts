import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTool, TOOLS } from '../../extension/ai/tools.ts';
import { Answers, type AnswerSource } from '../../extension/ai/answers.ts';
import { ServerClient } from '../../extension/server/client.ts';
import { parseEndpoint } from '../../extension/server/endpoint.ts';
import { asRecord, TestServer } from '../server/support/testServer.ts';
import { TempFolder } from '../server/support/tempFolder.ts';
import { generateWorkspace } from '../vscode/generatedWorkspace.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Enough that a hundred workflows are more than one answer holds. */
const FEATURES = 120;
/** Characters; the answers say themselves that their budget is 12,000. */
const BUDGET = 12_000;

interface Tool {
  name: string;
  modelDescription: string;
  inputSchema: { type: string; properties: Record<string, unknown> };
}

const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const tools = asRecord(asRecord(manifest)['contributes'])['languageModelTools'] as Tool[];
const folder = new TempFolder();
let server: TestServer;
let client: ServerClient;
let scanId: string;

beforeAll(async () => {
  await generateWorkspace(folder.path, FEATURES);
  const longAgo = new Date('2020-01-01');
  await utimes(join(folder.path, 'api', 'Controllers', 'Item7Controller.cs'), longAgo, longAgo);
  server = await TestServer.start({ roots: [folder.path] });
  client = new ServerClient(parseEndpoint(server.address), server.token);
  scanId = await server.scan(folder.path);
  await server.ended(scanId);
});

afterAll(async () => {
  client.dispose();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function ask(name: string, input: unknown): Promise<Record<string, unknown>> {
  const source: AnswerSource = { scanId, get: (path, schema) => client.get(`/scan/${scanId}/${path}`, schema) };
  const text = await callTool(new Answers(source), name, input);
  expect(text.length).toBeLessThanOrEqual(BUDGET);
  return asRecord(JSON.parse(text));
}

function items(answer: Record<string, unknown>): Record<string, unknown>[] {
  return (answer['items'] as unknown[]).map(asRecord);
}

describe('tools of language models', () => {
  it('are five at most, and package.json declares exactly those that are answered', () => {
    expect(tools.map(({ name }) => name).toSorted()).toEqual(Object.keys(TOOLS).toSorted());
    expect(tools.length).toBeLessThanOrEqual(5);
  });

  it('begin with counts and the age of the scan', async () => {
    const overview = await ask('pinata_overview', {});
    expect(overview).toMatchObject({ workflows: FEATURES, tables: FEATURES, truncated: false });
    expect(asRecord(overview['scan'])).toMatchObject({ status: 'completed', roots: [folder.path] });
  });

  it('find workflows by text, table and file, and say how many there are and that some are left out', async () => {
    const all = await ask('pinata_find_workflows', { limit: 100 });
    expect(all).toMatchObject({ total: FEATURES, truncated: true });
    expect(all['shown']).toBe(items(all).length);
    expect(items(all).length).toBeLessThan(100);
    expect(await ask('pinata_find_workflows', { limit: 10 })).toMatchObject({ shown: 10, truncated: true });
    const one = await ask('pinata_find_workflows', { table: 'Item7s' });
    expect(one).toMatchObject({ total: 1, shown: 1, truncated: false });
    expect(items(one)[0]).toMatchObject({ writes: ['Item7s'], confidence: expect.any(String) });
    const file = join(folder.path, 'api', 'Controllers', 'Item7Controller.cs');
    for (const name of [file, 'api/Controllers/Item7Controller.cs']) {
      expect(items(await ask('pinata_find_workflows', { file: name }))).toEqual(items(one));
    }
    expect(await ask('pinata_find_workflows', { file: 'nowhere.cs' })).toMatchObject({ total: 0 });
  });

  it('read one workflow hop by hop, and mark what was edited since the scan', async () => {
    const [found] = items(await ask('pinata_find_workflows', { table: 'Item7s' }));
    const before = items(await ask('pinata_get_workflow', { workflow_id: found?.['workflow_id'] }));
    const inFile = (hops: Record<string, unknown>[]) =>
      hops.filter((hop) => String(hop['file']).endsWith('Item7Controller.cs'));
    expect(before[0]).toMatchObject({ kind: 'ui_action', after: -1 });
    expect(inFile(before).length).toBeGreaterThan(1);
    expect(inFile(before).some((hop) => hop['edited_since_scan'])).toBe(false);
    const now = new Date();
    await utimes(join(folder.path, 'api', 'Controllers', 'Item7Controller.cs'), now, now);
    const after = items(await ask('pinata_get_workflow', { workflow_id: found?.['workflow_id'] }));
    expect(inFile(after).every((hop) => hop['edited_since_scan'] === true)).toBe(true);
  });

  it('tell what reads and writes a table by the name of table or entity, in any case', async () => {
    for (const table of ['Item3s', 'Item3', 'item3S']) {
      const answer = await ask('pinata_table_access', { table });
      expect(answer).toMatchObject({ table: 'Item3s', entity: 'Item3', total: 2 });
      expect(items(answer)[0]).toMatchObject({ access: 'writes', kind: 'database_write' });
    }
    expect(await ask('pinata_table_access', { table: 'Nothing' })).toMatchObject({ total: 0 });
  });

  it('find endpoints and those that nothing calls', async () => {
    const answer = await ask('pinata_find_endpoints', { text: 'item77' });
    expect(items(answer)[0]).toMatchObject({ name: 'POST /api/item77', callers_total: 1, writes: ['Item77s'] });
    expect(await ask('pinata_find_endpoints', { without_callers: true })).toMatchObject({ total: 0 });
  });

  it('say what is wrong with a question', async () => {
    await expect(ask('pinata_get_workflow', {})).rejects.toThrow('workflow_id is missing');
    await expect(ask('pinata_table_access', { table: 7 })).rejects.toThrow('does not fit');
    await expect(ask('pinata_delete_everything', {})).rejects.toThrow('no tool');
  });
});

describe('the MCP server', () => {
  let child: ChildProcess;
  const waiting = new Map<number, (message: Record<string, unknown>) => void>();
  let id = 0;

  beforeAll(() => {
    child = spawn(process.execPath, [join(ROOT, 'extension', 'ai', 'mcpServer.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        PINATA_MCP_ADDRESS: server.address,
        PINATA_MCP_TOKEN: server.token,
        PINATA_MCP_FOLDER: folder.path,
        PINATA_MCP_TOOLS: JSON.stringify(tools),
      },
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = asRecord(JSON.parse(line));
      waiting.get(Number(message['id']))?.(message);
    });
  });
  afterAll(() => child.kill());

  function request(method: string, params: object): Promise<Record<string, unknown>> {
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++id, resolve);
    child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return promise;
  }

  it('introduces itself with a version of the protocol that the client knows', async () => {
    const { result } = await request('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: {} });
    expect(result).toMatchObject({ protocolVersion: '2025-03-26', serverInfo: { name: 'pinata' } });
    child.stdin!.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  });

  it('lists the tools with their schemas, and answers them', async () => {
    const { result } = await request('tools/list', {});
    const listed = asRecord(result)['tools'] as { name: string; inputSchema: object }[];
    expect(listed.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
    expect(listed[3]?.inputSchema).toEqual(tools[3]?.inputSchema);
    const called = await request('tools/call', { name: 'pinata_table_access', arguments: { table: 'Item5s' } });
    const [content] = asRecord(called['result'])['content'] as { text: string }[];
    expect(JSON.parse(content?.text ?? '')).toMatchObject({ table: 'Item5s', total: 2 });
  });

  it('tells a model of a failure, and a client of a method it does not have', async () => {
    const { result } = await request('tools/call', { name: 'pinata_get_workflow', arguments: {} });
    expect(result).toMatchObject({ isError: true });
    expect((await request('resources/list', {}))['error']).toMatchObject({ code: -32_601 });
  });

  it('ends when its client goes', async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin!.end();
    expect(await ended).toBe(0);
  });
});
