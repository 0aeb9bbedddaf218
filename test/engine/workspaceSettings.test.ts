import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const SERVER = `import express from 'express';
const app = express();
app.get('/v1/orders', (req, res) => res.json([]));
app.get('/orders', (req, res) => res.json([]));
`;
const CLIENT = `export function load() {\n  return fetch('https://api.shop.test/v1/orders');\n}\n`;

describe('pinata.json', () => {
  it('names hosts that the scanned code serves', async () => {
    const files = { 'server.ts': SERVER, 'client.ts': CLIENT };
    expect(edgesOf(await scanFiles(files), 'requests')).toEqual([]);
    const settings = JSON.stringify({ base_urls: ['https://api.shop.test'] });
    expect(edgesOf(await scanFiles({ ...files, 'pinata.json': settings }), 'requests')).toEqual([
      'client.ts:2 -> server.ts:3 certain',
    ]);
  });

  it('names the prefix a proxy puts before calls', async () => {
    const files = {
      'server.ts': `import express from 'express';\nconst app = express();\napp.get('/gateway/orders', (req, res) => res.end());\n`,
      'client.ts': `export function load() {\n  return fetch('/orders');\n}\n`,
    };
    expect(edgesOf(await scanFiles(files), 'requests')).toEqual([]);
    const settings = JSON.stringify({ prefixes: ['/gateway'] });
    expect(edgesOf(await scanFiles({ ...files, 'pinata.json': settings }), 'requests')).toEqual([
      'client.ts:2 -> server.ts:3 certain',
    ]);
  });

  it('takes out a link by its stable identity, also after an edit elsewhere in the file', async () => {
    const client = `export function load() {\n  return fetch('/orders');\n}\n`;
    const first = await scanFiles({ 'server.ts': SERVER, 'client.ts': client });
    const edge = first.edges.find((candidate) => candidate.kind === 'requests');
    const settings = { suppressions: [{ source: edge?.source, target: edge?.target, reason: 'another service' }] };
    const second = await scanFiles({
      'server.ts': SERVER,
      'client.ts': `// a line more\n${client}`,
      'pinata.json': JSON.stringify(settings),
    });
    expect(edgesOf(first, 'requests')).toHaveLength(1);
    expect(edgesOf(second, 'requests')).toEqual([]);
    expect(second.suppressed).toEqual(settings.suppressions);
  });

  it('makes a confirmed link certain', async () => {
    const files = {
      'server.ts': `import express from 'express';\nconst a = express();\nconst b = express();\na.get('/x', (q, r) => r.end());\nb.get('/x', (q, r) => r.end());\n`,
      'client.ts': `export function load() {\n  return fetch('/x');\n}\n`,
    };
    const first = await scanFiles(files);
    const edge = first.edges.find((candidate) => candidate.kind === 'requests');
    const settings = { confirmations: [{ source: edge?.source, target: edge?.target, reason: 'seen in production' }] };
    const second = await scanFiles({ ...files, 'pinata.json': JSON.stringify(settings) });
    expect(edgesOf(second, 'requests').filter((line) => line.endsWith('certain'))).toHaveLength(1);
  });

  it('that cannot be read is named, and the scan goes on without it', async () => {
    const result = await scanFiles({ 'server.ts': SERVER, 'pinata.json': '{ "base_url": 1 }' });
    expect(result.notices).toEqual([expect.stringContaining('app/pinata.json is not used')]);
    expect(operationsOf(result)).toHaveLength(2);
  });

  it('names functions whose calls are HTTP calls, where their verb and URL are passed', async () => {
    const files = {
      'server.ts': `${SERVER}app.post('/orders', (req, res) => res.end());\n`,
      'call.ts':
        'export async function call(name: string, path: string, body?: object) { return legacy.send(name, path, body); }\n',
      'client.ts': `import { call } from './call';
export function run(other: { call(name: string): void }) {
  call('list', '/orders');
  call('create', '/orders', { id: 1 });
  other.call('not one of them');
  $api.post({ path: '/orders' });
}
`,
    };
    expect(edgesOf(await scanFiles(files), 'requests')).toEqual([]);
    const settings = {
      wrappers: [
        { name: 'call', url: 1, body: 2 },
        { name: '$api.post', url: { argument: 0, key: 'path' }, method: 'post' },
      ],
    };
    const result = await scanFiles({ ...files, 'pinata.json': JSON.stringify(settings) });
    expect(edgesOf(result, 'requests').sort()).toEqual([
      'client.ts:3 -> server.ts:4 certain',
      'client.ts:4 -> server.ts:5 certain',
      'client.ts:6 -> server.ts:5 certain',
    ]);
    expect(operationsOf(result)).toHaveLength(6);
  });

  it('brings own rule packs in a trusted folder only', async () => {
    const files = {
      'pinata.json': JSON.stringify({ rule_packs: ['rules/ledger.json'] }),
      'rules/ledger.json': JSON.stringify({
        id: 'ledger',
        language: 'typescript',
        provider: 'Ledger',
        operations: [
          { id: 'post', kind: 'message_send', on: ['@acme/ledger#Ledger'], methods: ['post'], target: 'argument.0' },
        ],
      }),
      'a.ts': `import { Ledger } from '@acme/ledger';\nexport function run(ledger: Ledger) {\n  ledger.post('sales');\n}\n`,
    };
    expect(operationsOf(await scanFiles(files))).toEqual([]);
    expect(operationsOf(await scanFiles(files, { trusted: true }))).toEqual(['message_send sales a.ts:3']);
  });

  it('may not name rule packs outside the folder', async () => {
    const settings = JSON.stringify({ rule_packs: ['../outside.json'] });
    const result = await scanFiles({ 'a.ts': 'export const a = 1;\n', 'pinata.json': settings }, { trusted: true });
    expect(result.notices).toEqual([expect.stringContaining('lies outside the folder')]);
  });
});
