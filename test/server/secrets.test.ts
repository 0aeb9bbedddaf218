import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_FORMATS } from '#protocol/exports.ts';
import { TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

/** Each is a secret as it stands in code; none of them may leave the server again. */
const SECRETS = {
  password: 'Tr0ub4dor-and-3',
  apiKey: 'sk_live_51HxyzABCDEFGHIJKLMNOP',
  urlPassword: 'pw0fTheUrl99',
  connection: 'Sup3rS3cretDb',
  token: 'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
};
const folder = new TempFolder();
let server: TestServer;
let scanId: string;

beforeAll(async () => {
  folder.write({
    'client.ts': `const apiKey = '${SECRETS.apiKey}';
export const a = () => fetch('https://admin:${SECRETS.urlPassword}@api.example/orders');
export const b = () => fetch('/api/orders?api_key=${SECRETS.apiKey}', { headers: { authorization: 'Bearer ${SECRETS.token}' } });
export function login() { const password = '${SECRETS.password}'; return fetch('/api/login', { method: 'POST', body: password }); }
`,
    'Store.cs': `using Microsoft.Data.SqlClient;
public class Store {
  public void Run() {
    using var connection = new SqlConnection("Server=db;User Id=sa;Password=${SECRETS.connection}");
    using var command = new SqlCommand("SELECT * FROM Orders WHERE key = 1 -- password=${SECRETS.password}", connection);
    command.ExecuteReader();
  }
}
`,
  });
  server = await TestServer.start({ roots: [folder.path] });
  scanId = await server.scan(folder.path);
  await server.ended(scanId);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function leaked(text: string): string[] {
  return Object.entries(SECRETS)
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => name);
}

describe('secrets of the code that is scanned', () => {
  it('are in no list and in no detail of a node', async () => {
    const nodes = await server.json(`/scan/${scanId}/results?limit=1000`);
    expect(nodes['total']).toBeGreaterThan(4);
    expect(leaked(JSON.stringify(nodes))).toEqual([]);
    for (const list of ['workflows', 'endpoints', 'tables', 'unresolved', 'files', 'overview']) {
      expect([list, leaked(await (await server.request(`/scan/${scanId}/${list}`)).text())]).toEqual([list, []]);
    }
    for (const { id } of nodes['items'] as { id: string }[]) {
      const detail = await (await server.request(`/scan/${scanId}/nodes/${encodeURIComponent(id)}`)).text();
      expect([id, leaked(detail)]).toEqual([id, []]);
    }
  });

  it.each(EXPORT_FORMATS)('are not in the export as %s', async (format) => {
    const response = await server.request(`/scan/${scanId}/export?format=${format}`);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text.length).toBeGreaterThan(5);
    expect(leaked(text)).toEqual([]);
  });

  it('are not in the lines of a file that the page shows', async () => {
    for (const file of ['client.ts', 'Store.cs']) {
      const query = `root=${basename(folder.path)}&file=${file}&line=3&context=50`;
      const lines = await (await server.request(`/scan/${scanId}/source?${query}`)).text();
      expect(lines).toContain('total_lines');
      expect([file, leaked(lines)]).toEqual([file, []]);
    }
  });
});

describe('the place of the folder on this machine', () => {
  it.each(EXPORT_FORMATS)('is not in the export as %s but where the result file names its roots', async (format) => {
    let text = await (await server.request(`/scan/${scanId}/export?format=${format}`)).text();
    if (format === 'json') text = JSON.stringify({ ...JSON.parse(text), roots: [], scan: {} });
    expect(text).not.toContain(folder.path);
  });
});
