import { describe, expect, it } from 'vitest';
import { edgesOf, scanFiles } from '../support/scanFiles.ts';

const SERVER = `import express from 'express';
const app = express();
const articles = express.Router();
articles.get('/feed', (req, res) => res.json([]));
articles.get('/:slug', (req, res) => res.json({}));
articles.post('/', (req, res) => res.json({}));
app.use('/api/articles', articles);
app.get('/api/tags', (req, res) => res.json([]));
`;

async function requests(calls: string): Promise<string[]> {
  const result = await scanFiles({
    'server.ts': SERVER,
    'client.ts': `export function run(slug: string, base: string) {\n${calls}\n}\n`,
  });
  return edgesOf(result, 'requests').sort();
}

describe('an HTTP call', () => {
  it('reaches the route with the same literal segments before one with a parameter', async () => {
    expect(await requests(`fetch('/api/articles/feed');`)).toEqual(['client.ts:2 -> server.ts:4 certain']);
  });

  it('with a variable segment reaches the route with a parameter, never a literal one', async () => {
    expect(await requests('fetch(`/api/articles/${slug}`);')).toEqual(['client.ts:2 -> server.ts:5 certain']);
  });

  it('is matched whatever the case, the slashes and the query', async () => {
    expect(await requests(`fetch('/API/Tags/?page=1');`)).toEqual(['client.ts:2 -> server.ts:8 certain']);
  });

  it('needs the same verb', async () => {
    expect(
      await requests(`fetch('/api/articles', { method: 'POST' }); fetch('/api/tags', { method: 'DELETE' });`),
    ).toEqual(['client.ts:2 -> server.ts:6 certain']);
  });

  it('takes a literal base URL in front as given', async () => {
    expect(await requests(`fetch('http://localhost:3000/api/tags');`)).toEqual(['client.ts:2 -> server.ts:8 certain']);
  });

  it('takes a placeholder named like a base URL in front as a base URL', async () => {
    const result = await scanFiles({
      'server.ts': SERVER,
      'client.ts':
        'export function run(baseUrl: string, entity: string) {\n  fetch(`${baseUrl}/api/tags`);\n  fetch(`${entity}/tags`);\n}\n',
    });
    expect(edgesOf(result, 'requests')).toEqual(['client.ts:2 -> server.ts:8 certain']);
  });

  it('to a foreign host is not joined and says so', async () => {
    const result = await scanFiles({
      'server.ts': SERVER,
      'client.ts': `fetch('https://api.example.com/api/tags');\n`,
    });
    expect(edgesOf(result, 'requests')).toEqual([]);
    expect(result.unresolved.map((entry) => entry.reason)).toEqual(['external_host']);
  });

  it('whose URL is not known says so', async () => {
    const result = await scanFiles({
      'server.ts': SERVER,
      'client.ts': 'export function run(url: string) { return fetch(url); }\n',
    });
    expect(edgesOf(result, 'requests')).toEqual([]);
    expect(result.unresolved.map((entry) => entry.reason)).toEqual(['dynamic_url']);
  });

  it('with a query string glued to the path does not reach a route with a parameter', async () => {
    expect(await requests('fetch(`/api/articles/feed${slug}`);')).toEqual(['client.ts:2 -> server.ts:4 certain']);
  });

  it('that two routes fit equally is joined with neither for sure', async () => {
    const result = await scanFiles({
      'server.ts': `import express from 'express';\nconst a = express();\nconst b = express();\na.get('/x', (q, r) => r.end());\nb.get('/x', (q, r) => r.end());\n`,
      'client.ts': `fetch('/x');\n`,
    });
    expect(edgesOf(result, 'requests').sort()).toEqual([
      'client.ts:1 -> server.ts:4 possible',
      'client.ts:1 -> server.ts:5 possible',
    ]);
    expect(result.unresolved.map((entry) => entry.reason)).toEqual(['ambiguous']);
  });
});
