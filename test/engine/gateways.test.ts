import { describe, expect, it } from 'vitest';
import { edgesOf, scanFiles } from '../support/scanFiles.ts';

const SERVER = `const express = require('express');
const app = express();
app.get('/orders', (req, res) => res.json([]));
app.listen(5000);
`;
const OTHER = SERVER.replace('5000', '6000');
const CLIENT = `export const load = () => fetch('/api/orders');\n`;
const PROJECTS = { 'web/package.json': '{ "name": "web" }', 'api/package.json': '{ "name": "api" }' };

async function joined(files: Record<string, string>) {
  return scanFiles({
    ...PROJECTS,
    'api/server.js': SERVER,
    'old/package.json': '{ "name": "old" }',
    'old/server.js': OTHER,
    'web/src/client.ts': CLIENT,
    ...files,
  });
}

describe('a development proxy', () => {
  it('of Angular may be a script, with several contexts for one target', async () => {
    const result = await joined({
      'web/src/proxy.conf.js': `const PROXY_CONFIG = [
  { context: ['/api', '/hubs'], target: 'http://localhost:5000', pathRewrite: { '^/api': '' } },
];
module.exports = PROXY_CONFIG;
`,
    });
    expect(edgesOf(result, 'requests')).toEqual(['web/src/client.ts:1 -> api/server.js:3 certain']);
  });

  it('of Create React App may use the middleware', async () => {
    const result = await joined({
      'web/src/setupProxy.js': `const { createProxyMiddleware } = require('http-proxy-middleware');
module.exports = function (app) {
  app.use('/api', createProxyMiddleware({ target: 'http://localhost:6000', pathRewrite: { '^/api/': '/' } }));
};
`,
    });
    expect(edgesOf(result, 'requests')).toEqual(['web/src/client.ts:1 -> old/server.js:3 certain']);
  });

  it('is named in the evidence, and what it rules out stays a candidate', async () => {
    const result = await joined({
      'web/src/proxy.conf.json': JSON.stringify({
        '/api/*': { target: 'http://localhost:5000', pathRewrite: { '^/api': '' } },
      }),
    });
    const edge = result.edges.find(({ kind }) => kind === 'requests');
    expect(edge?.evidence?.detail).toContain('through web/src/proxy.conf.json to http://localhost:5000 as /orders');
    expect(edge?.candidates?.map(({ reason }) => reason)).toEqual(['served at another base address: GET /orders']);
  });

  it('does not concern the calls of another package', async () => {
    const result = await joined({
      'admin/package.json': '{ "name": "admin" }',
      'admin/proxy.conf.json': JSON.stringify({
        '/api': { target: 'http://localhost:5000', pathRewrite: { '^/api': '' } },
      }),
    });
    expect(edgesOf(result, 'requests').every((line) => line.endsWith('possible'))).toBe(true);
  });

  it('with an expression that cannot be read changes nothing', async () => {
    const result = await joined({
      'web/src/proxy.conf.json': JSON.stringify({
        '/api': { target: 'http://localhost:5000', pathRewrite: { '^(/a+)+$': '' } },
      }),
    });
    expect(edgesOf(result, 'requests').filter((line) => line.endsWith('certain'))).toEqual([]);
  });
});
