import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const SERVER = `
const express = require('express');
const app = express();
app.get('/api/users', (req, res) => res.json([]));
app.post('/api/users/:id/roles', (req, res) => res.json({}));`;

describe('own functions around HTTP calls', () => {
  it('called with a literal path are HTTP calls where they are called', async () => {
    const result = await scanFiles({
      'agent.js': `
import superagent from 'superagent';
const ROOT = '/api';
const requests = {
  get: (url) => superagent.get(\`\${ROOT}\${url}\`),
  post: (url, body) => superagent.post(ROOT + url, body),
};
export const users = () => requests.get('/users?limit=1');
export const addRole = (id) => requests.post(\`/users/\${id}/roles\`, {});`,
      'server.js': SERVER,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('api_call'))).toEqual([
      'api_call GET /api{url} agent.js:5',
      'api_call POST /api{url} agent.js:6',
      'api_call GET /api/users?limit=1 agent.js:8',
      'api_call POST /api/users/{id}/roles agent.js:9',
    ]);
    expect(edgesOf(result, 'requests')).toEqual([
      'agent.js:8 -> server.js:4 certain',
      'agent.js:9 -> server.js:5 certain',
    ]);
    expect(edgesOf(result, 'calls')).toEqual(
      expect.arrayContaining(['agent.js:8 -> agent.js:5 certain', 'agent.js:9 -> agent.js:6 certain']),
    );
  });

  it('take verb and path from options that are passed on', async () => {
    const result = await scanFiles({
      'api.ts': `
async function request(path: string, options?: RequestInit) {
  return fetch('/api' + path, { ...options, credentials: 'include' });
}
const send = ({ url, method }: { url: string; method: string }) => fetch(url, { method });
export const list = () => request('/users');
export const create = () => request('/users/1/roles', { method: 'post' });
export const remove = (id: string) => send({ url: \`/api/users/\${id}\`, method: 'DELETE' });`,
      'server.js': SERVER,
    });
    expect(
      operationsOf(result).filter(
        (line) => line.startsWith('api_call') && !line.includes('{path}') && !line.includes('{url}'),
      ),
    ).toEqual([
      'api_call GET /api/users api.ts:6',
      'api_call POST /api/users/1/roles api.ts:7',
      'api_call DELETE /api/users/{id} api.ts:8',
    ]);
    expect(edgesOf(result, 'requests')).toEqual(['api.ts:6 -> server.js:4 certain', 'api.ts:7 -> server.js:5 certain']);
  });

  it('over two hops the inner call goes to all the URLs, each only likely', async () => {
    const result = await scanFiles({
      'api.ts': `
const request = (path: string, method: string) => fetch('/api' + path, { method });
const get = (path: string) => request(path, 'GET');
const post = (path: string) => request(path, 'POST');
export const list = () => get('/users');
export const add = () => post('/users/1/roles');`,
      'server.js': SERVER,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('api_call'))).toHaveLength(1);
    expect(edgesOf(result, 'requests').toSorted()).toEqual([
      'api.ts:2 -> server.js:4 likely',
      'api.ts:2 -> server.js:5 likely',
    ]);
  });

  it('that know the path and take one segment of it are no wrappers', async () => {
    const result = await scanFiles({
      'api.ts': `
const roles = (id: string) => fetch(\`/api/users/\${id}/roles\`, { method: 'POST' });
const user = (id: string) => fetch(\`/api/users/\${id}\`);
export const mine = () => [roles('me'), user('me')];`,
      'server.js': SERVER,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('api_call'))).toHaveLength(2);
    expect(edgesOf(result, 'requests')).toEqual(['api.ts:2 -> server.js:5 certain']);
  });

  it('put the base URL of the client that sends before the path', async () => {
    const result = await scanFiles({
      'api.ts': `
import axios from 'axios';
const client = axios.create({ baseURL: '/api/' });
export const list = () => client.get('/users');
export const far = () => client.get('https://example.com/users');`,
      'server.js': SERVER,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('api_call'))).toEqual([
      'api_call GET /api/users api.ts:4',
      'api_call GET https://example.com/users api.ts:5',
    ]);
    expect(edgesOf(result, 'requests')).toEqual(['api.ts:4 -> server.js:4 certain']);
  });

  it('awaited with type arguments are called, too', async () => {
    const result = await scanFiles({
      'api.ts': `import axios from 'axios';\nexport async function list() { return await axios.get<string[]>('/api/users'); }`,
    });
    expect(operationsOf(result)).toEqual(['api_call GET /api/users api.ts:2']);
  });
});
