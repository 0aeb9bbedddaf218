import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScanResult } from '#protocol/graph.ts';
import { ErrorBody } from '#protocol/http.ts';
import { asRecord, TestServer } from './support/testServer.ts';
import { SHOP_FILES, TempFolder } from './support/tempFolder.ts';

/** One server and one finished scan of a small shop, which the tests only read. */
const shop = new TempFolder();
const outside = new TempFolder();
let server: TestServer;
let scanId: string;

beforeAll(async () => {
  shop.write(SHOP_FILES);
  outside.write({ 'secret.ts': 'export const secret = 1;' });
  server = await TestServer.start({ roots: [shop.path] });
  scanId = await server.scan(shop.path);
  await server.ended(scanId);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  shop[Symbol.dispose]();
  outside[Symbol.dispose]();
});

async function errorOf(response: Response): Promise<ErrorBody> {
  const body: unknown = await response.json();
  if (!Value.Check(ErrorBody, body)) throw new Error(`no error body: ${JSON.stringify(body)}`);
  return body;
}

function items(page: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(page['items']) ? page['items'].map(asRecord) : [];
}

describe('POST /scan', () => {
  it('answers 202 at once and names the scan', async () => {
    const response = await server.post('/scan', { repository_path: join(shop.path, 'web') });
    expect(response.status).toBe(202);
    const body = asRecord(await response.json());
    expect(body).toMatchObject({ status: 'queued' });
    expect((await server.ended(String(body['scan_id']))).status).toBe('completed');
  });

  it.each([
    [{}, 'repository_path'],
    [{ repository_path: 5 }, 'repository_path'],
    [{ repository_path: '' }, 'repository_path'],
    [{ repository_path: 'relative/folder' }, 'repository_path'],
    [{ repository_path: '/', file_types: ['cs'] }, 'file_types.0'],
    [{ repository_path: '/', exclude_patterns: 'a' }, 'exclude_patterns'],
    [{ repository_path: '/', colour: 'red' }, 'colour'],
  ])('refuses the body %j with 400 and names %s', async (body, field) => {
    const response = await server.post('/scan', body);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ field });
  });

  it('refuses what is no JSON, and prototype pollution', async () => {
    for (const body of ['{', '{"__proto__": {"isPublic": true}, "repository_path": "/"}']) {
      const headers = { 'content-type': 'application/json' };
      const response = await server.request('/scan', { method: 'POST', headers, body });
      expect(response.status).toBe(400);
      await errorOf(response);
    }
  });

  it('refuses a body over 1 MB with 413', async () => {
    const response = await server.post('/scan', { repository_path: 'x'.repeat(1_100_000) });
    expect(response.status).toBe(413);
    expect((await errorOf(response)).code).toBe('body_too_large');
  });

  it('answers 404 for a folder that does not exist and 400 for a file', async () => {
    const missing = await server.post('/scan', { repository_path: join(shop.path, 'missing') });
    expect([missing.status, (await errorOf(missing)).code]).toEqual([404, 'path_not_found']);
    const file = await server.post('/scan', { repository_path: join(shop.path, 'web/orders.ts') });
    expect([file.status, (await errorOf(file)).code]).toEqual([400, 'not_a_folder']);
  });

  it('answers 403 outside the allowed roots, by any way of getting there', async () => {
    symlinkSync(outside.path, join(shop.path, 'escape'));
    const paths = [outside.path, join(shop.path, '..'), `${shop.path}/web/../../`, join(shop.path, 'escape'), '/'];
    for (const path of paths) {
      const response = await server.post('/scan', { repository_path: path });
      expect([path, response.status]).toEqual([path, 403]);
      expect(await errorOf(response)).toMatchObject({ code: 'outside_allowed_roots', field: 'repository_path' });
    }
    const second = await server.post('/scan', { repository_path: shop.path, roots: [outside.path] });
    expect(await errorOf(second)).toMatchObject({ code: 'outside_allowed_roots', field: 'roots.0' });
    rmSync(join(shop.path, 'escape'));
  });
});

describe('the result of a scan', () => {
  it('has the endpoint, its caller, its handler and the table behind it', async () => {
    const [row] = items(await server.json(`/scan/${scanId}/endpoints?q=orders&sort=callers&order=desc`));
    expect(row).toMatchObject({ node: { kind: 'api_endpoint', target: expect.stringMatching(/api\/orders/i) } });
    expect(row?.['callers']).toHaveLength(1);
    expect(row?.['handlers']).toHaveLength(1);
  });

  it('counts in the overview what the lists hold', async () => {
    const overview = await server.json(`/scan/${scanId}/overview`);
    const byKind = asRecord(overview['nodes_by_kind']);
    for (const [kind, count] of Object.entries(byKind)) {
      expect((await server.json(`/scan/${scanId}/results?kind=${kind}&limit=1`))['total']).toBe(count);
    }
    const files = asRecord(overview['files']);
    expect(files['scanned']).toBe((await server.json(`/scan/${scanId}/files?kind=scanned`))['total']);
    expect(overview['scan']).toMatchObject({ status: 'completed', files_scanned: files['scanned'] });
  });

  it('comes page by page without gaps or repetitions, whatever the order', async () => {
    for (const order of ['', '&sort=name', '&sort=file&order=desc', '&sort=target', '&sort=line&order=desc']) {
      const whole = items(await server.json(`/scan/${scanId}/results?limit=1000${order}`)).map((node) => node['id']);
      const paged: unknown[] = [];
      for (let cursor: unknown = ''; cursor !== null;) {
        const page = await server.json(
          `/scan/${scanId}/results?limit=3${order}${typeof cursor === 'string' && cursor ? `&cursor=${cursor}` : ''}`,
        );
        paged.push(...items(page).map((node) => node['id']));
        cursor = page['next_cursor'];
      }
      expect(paged).toEqual(whole);
    }
  });

  it('takes filters as text, never as SQL or as a pattern', async () => {
    for (const text of ["'; DROP TABLE nodes; --", '%', 'order_', '\\', '" OR 1=1']) {
      const query = encodeURIComponent(text);
      expect((await server.json(`/scan/${scanId}/results?q=${query}`))['total']).toBe(0);
      expect((await server.json(`/scan/${scanId}/results?target=${query}`))['total']).toBe(0);
      const ofKind = await server.request(`/scan/${scanId}/results?kind=${query}`);
      expect(await errorOf(ofKind)).toMatchObject({ field: 'kind' });
      const sorted = await server.request(`/scan/${scanId}/results?sort=${query}`);
      expect(await errorOf(sorted)).toMatchObject({ field: 'sort' });
    }
    expect((await server.json(`/scan/${scanId}/results`))['total']).toBeGreaterThan(0);
  });

  it('refuses a cursor of another list and one that is made up', async () => {
    const page = await server.json(`/scan/${scanId}/results?limit=1`);
    for (const cursor of [`${String(page['next_cursor'])}&sort=name`, 'x', 'W10', 'bnVsbA']) {
      const response = await server.request(`/scan/${scanId}/results?limit=1&cursor=${cursor}`);
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toMatchObject({ field: 'cursor' });
    }
  });

  it('has every list, and 404 for an unknown scan', async () => {
    for (const list of ['results', 'workflows', 'endpoints', 'tables', 'unresolved', 'files']) {
      expect(await server.json(`/scan/${scanId}/${list}`)).toMatchObject({ items: expect.any(Array) });
      const unknown = await server.request(`/scan/nope/${list}`);
      expect([list, unknown.status]).toEqual([list, 404]);
      expect((await errorOf(unknown)).code).toBe('unknown_scan');
    }
    for (const path of ['status', 'overview', 'export', 'events', 'nodes/x', 'source?root=a&file=b&line=1']) {
      expect([path, (await server.request(`/scan/nope/${path}`)).status]).toEqual([path, 404]);
    }
  });

  it('shows workflows with a chain that starts at their entry', async () => {
    const workflows = items(await server.json(`/scan/${scanId}/workflows`));
    expect(workflows.length).toBeGreaterThan(0);
    for (const workflow of workflows) {
      const [first] = Array.isArray(workflow['chain']) ? workflow['chain'].map(asRecord) : [];
      expect(first).toMatchObject({ node: { id: workflow['entry'] }, depth: 0 });
    }
  });

  it('shows a node with the edges on both its sides', async () => {
    const [node] = items(await server.json(`/scan/${scanId}/results?kind=api_endpoint&limit=1`));
    const detail = await server.json(`/scan/${scanId}/nodes/${String(node?.['id'])}`);
    expect(detail['node']).toEqual(node);
    expect(detail['outgoing']).toContainEqual(
      expect.objectContaining({ edge: expect.objectContaining({ kind: 'handles' }) }),
    );
  });

  it('exports as JSON that fits the schema of the result file', async () => {
    const response = await server.request(`/scan/${scanId}/export?format=json`);
    expect(response.headers.get('content-type')).toContain('application/json');
    const result: unknown = await response.json();
    expect([...Value.Errors(ScanResult, result)]).toEqual([]);
    expect(result).toMatchObject({ scan: { scan_id: scanId, status: 'completed' }, roots: [{ path: shop.path }] });
  });

  it('exports as CSV and names the formats when asked for another', async () => {
    const text = await (await server.request(`/scan/${scanId}/export?format=csv`)).text();
    expect(text.split('\r\n')[0]).toBe(
      'id,kind,name,root,file,start_line,end_line,method,target,provider,rule,confidence,symbol',
    );
    const unknown = await server.request(`/scan/${scanId}/export?format=xls`);
    expect(unknown.status).toBe(400);
    expect(await errorOf(unknown)).toMatchObject({ field: 'format', message: expect.stringContaining('json, csv') });
  });
});

describe('GET /scan/{id}/source', () => {
  const rootName = (): string => shop.path.split('/').at(-1) ?? '';
  const source = (file: string, line = 3): Promise<Response> =>
    server.request(`/scan/${scanId}/source?root=${rootName()}&file=${encodeURIComponent(file)}&line=${line}&context=1`);

  it('returns the lines around a line, with secrets hidden', async () => {
    const body = asRecord(await (await source('web/orders.ts')).json());
    expect(body).toMatchObject({ start_line: 2, total_lines: 6 });
    expect(body['lines']).toHaveLength(3);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('refuses files that are not in the scan and files that have become links out of the root', async () => {
    writeFileSync(join(shop.path, 'later.ts'), 'later');
    for (const file of ['later.ts', '../secret.ts', '/etc/passwd', 'web/../web/orders.ts', 'web', '']) {
      const { status } = await source(file);
      expect([file, status]).toEqual([file, file === '' ? 400 : 404]);
    }
    rmSync(join(shop.path, 'api/Order.cs'));
    symlinkSync(join(outside.path, 'secret.ts'), join(shop.path, 'api/Order.cs'));
    expect((await source('api/Order.cs')).status).toBe(403);
    rmSync(join(shop.path, 'api/Order.cs'));
    expect(await errorOf(await source('api/Order.cs'))).toMatchObject({ code: 'file_gone' });
    mkdirSync(join(shop.path, 'api/Order.cs'));
    expect((await source('api/Order.cs')).status).toBe(422);
  });
});

describe('the server about itself', () => {
  it('is alive and ready, with and without the prefix', async () => {
    for (const path of ['//healthz', '/healthz', '//readyz', '/readyz', '//metrics', '/metrics']) {
      expect([path, (await server.request(path)).status]).toEqual([path, 200]);
    }
    expect(await server.json('/readyz')).toEqual({ ready: true, checks: { bus: 'ok', store: 'ok', scans: 'ok' } });
    expect(await (await server.request('/metrics')).text()).toMatch(
      /pinata_event_loop_delay_seconds_bucket\{le="\+Inf"\} \d/,
    );
  });

  it('names its environment', async () => {
    expect(await server.json('/environment')).toMatchObject({ bus: 'memory', queue: 'local', store: 'sqlite' });
  });

  it('lists the allowed roots and the projects in them with their last scans', async () => {
    writeFileSync(join(shop.path, 'web/package.json'), '{}');
    const { repositories } = await server.json('/repositories?source=local');
    expect(repositories).toMatchObject([
      { path: shop.path, last_scan: { scan_id: scanId } },
      { path: join(shop.path, 'web'), is_git: false },
    ]);
  });

  it('documents its routes with named schemas and serves the page of the documentation itself', async () => {
    const document = await server.json('//documentation/json');
    const paths = Object.keys(asRecord(document['paths']));
    expect(paths).toContain('/api/v1/scanner/scan/{scanId}/status');
    expect(Object.keys(asRecord(asRecord(document['components'])['schemas']))).toContain('ScanStatus');
    const page = await (await server.request('//documentation/')).text();
    expect(page).toContain('swagger-ui');
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });

  it('keeps the history, newest first, and forgets a scan on request', async () => {
    const extra = await server.scan(join(shop.path, 'web'));
    const running = await server.request(`/scan/${extra}`, { method: 'DELETE' });
    expect((await errorOf(running)).code).toBe('scan_running');
    expect(await server.json('/scans/active')).toMatchObject({ scans: [{ scan_id: extra }] });
    await server.ended(extra);
    expect(await server.json('/scans/active')).toEqual({ scans: [] });
    expect(await server.json('/scans')).toMatchObject({ scans: expect.arrayContaining([]) });
    const { scans } = await server.json('/scans');
    expect(Array.isArray(scans) && asRecord(scans[0])['scan_id']).toBe(extra);
    expect((await server.request(`/scan/${extra}`, { method: 'DELETE' })).status).toBe(204);
    expect((await server.request(`/scan/${extra}/overview`)).status).toBe(404);
    expect((await server.request(`/scan/${scanId}/overview`)).status).toBe(200);
  });

  it('answers an unknown route and an unknown page file with an error body', async () => {
    for (const [path, status] of [
      ['/nope', 404],
      ['//nope.js', 404],
      ['//..%2f..%2fetc%2fpasswd', 403],
    ] as const) {
      const response = await server.request(path);
      expect([path, response.status]).toEqual([path, status]);
      await errorOf(response);
    }
  });
});
