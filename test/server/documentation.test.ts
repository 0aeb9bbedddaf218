import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_IN_ENGINE, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const folder = new TempFolder();
let server: TestServer;
let scanId: string;

beforeAll(async () => {
  folder.write({ 'one.ts': 'export const one = 1;' });
  server = await TestServer.start({ roots: [folder.path], settings: { engineEntry: STAND_IN_ENGINE } });
  scanId = await server.scan(folder.path);
  await server.ended(scanId);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: object }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
}

async function document(): Promise<Document> {
  return (await (await server.request('//documentation/json')).json()) as Document;
}

const PREFIX = '/api/v1/scanner';

describe('the documentation', () => {
  it('is a valid OpenAPI document', async () => {
    const outcome = await new Validator().validate(JSON.parse(JSON.stringify(await document())));
    expect(outcome.valid ? [] : outcome.errors).toEqual([]);
  });

  it('lists every route of the product with a summary, a tag and what it answers', async () => {
    const { paths } = await document();
    const routes = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((verb) => `${verb} ${path}`));
    expect(routes).toEqual(
      expect.arrayContaining([
        `post ${PREFIX}/scan`,
        `get ${PREFIX}/scan/{scanId}/status`,
        `post ${PREFIX}/scan/{scanId}/cancel`,
        ...['results', 'workflows', 'endpoints', 'tables', 'unresolved', 'files', 'overview', 'export'].map(
          (name) => `get ${PREFIX}/scan/{scanId}/${name}`,
        ),
        `get ${PREFIX}/scans`,
        `get ${PREFIX}/scans/active`,
        `delete ${PREFIX}/scan/{scanId}`,
        `get ${PREFIX}/scans/{a}/compare/{b}`,
        `get ${PREFIX}/repositories`,
        `get ${PREFIX}/environment`,
      ]),
    );
    for (const [path, item] of Object.entries(paths)) {
      if (!path.startsWith(`${PREFIX}/scan`)) continue;
      for (const [verb, operation] of Object.entries(item)) {
        const route = `${verb} ${path}`;
        expect([route, operation.summary]).toEqual([route, expect.stringMatching(/\w/)]);
        expect([route, operation.tags]).toEqual([route, [expect.any(String)]]);
        expect([route, Object.keys(operation.responses)]).not.toEqual([route, ['200']]);
      }
    }
  });

  it.each([
    ['results', 'limit=0', 'limit'],
    ['results', 'limit=1001', 'limit'],
    ['results', 'limit=ten', 'limit'],
    ['results', 'cursor=abc', 'cursor'],
    ['results', 'sort=colour', 'sort'],
    ['results', 'order=up', 'order'],
    ['results', 'kind=api_call,colour', 'kind'],
    ['files', 'kind=api_call', 'kind'],
    ['results', 'confidence=sure', 'confidence'],
    ['results', `q=${'x'.repeat(201)}`, 'q'],
    ['workflows', 'group_by=colour', 'group_by'],
    ['workflows', 'brief=perhaps', 'brief'],
    ['endpoints', 'colour=red', 'colour'],
    ['tables', 'sort=line', 'sort'],
    ['unresolved', 'limit=-1', 'limit'],
    ['files', 'sort=confidence', 'sort'],
    ['export', 'format=xls', 'format'],
    ['source', 'root=a&file=b', 'line'],
    ['node-groups', 'by=target', 'kind'],
    ['entity-diagram', 'limit=0', 'limit'],
  ])('of %s says what %s breaks: 400 names the field', async (route, query, field) => {
    const response = await server.request(`/scan/${scanId}/${route}?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ field, message: expect.stringContaining(field) });
  });
});
