import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

describe('Express routes', () => {
  it('are composed over routers mounted across files, in CommonJS', async () => {
    const result = await scanFiles({
      'app.js': `const express = require('express');
const users = require('./routes/users');
const app = express();
app.use(express.json());
app.use('/api/v1', require('./routes'));
app.use('/users', users);
app.get('/health', (req, res) => res.send('ok'));
app.get('env');
module.exports = app;`,
      'routes/index.js': `const { Router } = require('express');
const articles = require('../controllers/articles');
const router = Router();
router.get('/articles', articles.list);
router.route('/articles/:id').get(articles.one).delete(articles.remove);
router.use('/nested', require('./nested'));
module.exports = router;`,
      'routes/nested.js': `const express = require('express');
const router = express.Router();
router.post('/deep', async (req, res) => {});
module.exports = router;`,
      'routes/users.js': `const router = require('express').Router();
const UserController = require('../controllers/user');
const wrap = (fn) => (req, res, next) => fn(req, res).catch(next);
const controller = new UserController();
router.get('/', wrap(controller.list));
router.put('/:id', controller.update.bind(controller));
module.exports = router;`,
      'controllers/articles.js': `exports.list = async (req, res) => {};
exports.one = async function (req, res) {};
async function remove(req, res) {}
exports.remove = remove;`,
      'controllers/user.js': `class UserController {
  async list(req, res) {}
  async update(req, res) {}
}
module.exports = UserController;`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET health app.js:7',
      'api_endpoint GET api/v1/articles routes/index.js:4',
      'api_endpoint GET api/v1/articles/:id routes/index.js:5',
      'api_endpoint DELETE api/v1/articles/:id routes/index.js:5',
      'api_endpoint POST api/v1/nested/deep routes/nested.js:3',
      'api_endpoint GET users routes/users.js:5',
      'api_endpoint PUT users/:id routes/users.js:6',
    ]);
    expect(edgesOf(result, 'handles').sort()).toEqual([
      'app.js:7 -> app.js:7 certain',
      'routes/index.js:4 -> controllers/articles.js:1 certain',
      'routes/index.js:5 -> controllers/articles.js:2 certain',
      'routes/index.js:5 -> controllers/articles.js:3 certain',
      'routes/nested.js:3 -> routes/nested.js:3 certain',
      'routes/users.js:5 -> controllers/user.js:2 certain',
      'routes/users.js:6 -> controllers/user.js:3 certain',
    ]);
  });

  it('are found in functions that are given the application, and in classes that hold it', async () => {
    const result = await scanFiles({
      'server.js': `const express = require('express');
const app = express();
require('./features')(app);
require('./admin').register(app);`,
      'features.js': `module.exports = (app) => { app.get('/features', (req, res) => res.json([])); };`,
      'admin.js': `exports.register = function (server) { server.post('/admin', function (req, res) {}); };`,
      'app.ts': `import express, { Application, Router, type Request, type Response } from 'express';
class Orders {
  public readonly router: Router = Router();
  constructor() { this.router.get('/:id', this.one); }
  one = async (req: Request, res: Response) => {};
}
export class App {
  public app: Application;
  constructor() {
    this.app = express();
    this.routes();
  }
  private routes(): void {
    this.app.use('/orders', new Orders().router);
    this.app.delete('/all', (req, res) => {});
  }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint POST admin admin.js:1',
      'api_endpoint GET orders/:id app.ts:4',
      'api_endpoint DELETE all app.ts:15',
      'api_endpoint GET features features.js:1',
    ]);
  });

  it('are joined with calls under every place their router is mounted at', async () => {
    const result = await scanFiles({
      'app.ts': `import * as express from 'express';
import { items } from './items';
const app = express();
const check = (req, res, next) => next();
app.use('/v1', check, items);
app.use('/v2', items);
app.get(['/a', '/b'], (req, res) => {});`,
      'items.ts': `import { Router } from 'express';
export const items = Router();
items.get('/items', (req, res) => {});`,
      'client.ts': `export const one = () => fetch('/v1/items');
export const two = () => fetch('/v2/items');
export const three = () => fetch('/b');`,
    });
    expect(edgesOf(result, 'requests').sort()).toEqual([
      'client.ts:1 -> items.ts:3 certain',
      'client.ts:2 -> items.ts:3 certain',
      'client.ts:3 -> app.ts:7 certain',
    ]);
  });

  it('reach the database through services that are handed to constructors without types', async () => {
    const result = await scanFiles({
      'app.js': `const express = require('express');
const { UserService } = require('./service');
const { UserController } = require('./controller');
const router = express.Router();
const controller = new UserController(new UserService());
router.get('/users', (req, res) => controller.list(req, res));`,
      'controller.js': `class UserController {
  constructor(service) { this.service = service; }
  async list(req, res) { res.json(await this.service.all()); }
}
module.exports = { UserController };`,
      'service.js': `const fs = require('fs');
class UserService { all() { return fs.promises.readFile('users.json', 'utf8'); } }
module.exports = { UserService };`,
    });
    expect(edgesOf(result, 'calls').sort()).toEqual([
      'app.js:6 -> controller.js:3 certain',
      'controller.js:3 -> service.js:2 certain',
    ]);
  });

  it('are no methods of maps, caches and clients of the same name', async () => {
    const result = await scanFiles({
      'a.ts': `import axios from 'axios';
const app = new Map<string, () => void>();
app.get('/x');
const router = { get(path: string, handler: () => void) { handler(); }, use(path: string) {} };
router.get('/y', () => {});
export function route(app: { post(path: string, body: object): void }) { app.post('/z', {}); }
// app.get('/commented', handler)
export const text = "app.get('/string', handler)";
export const call = () => axios.get('/served', { headers: {} });`,
    });
    expect(operationsOf(result)).toEqual(['api_call GET /served a.ts:9']);
  });
});

describe('Fastify routes', () => {
  it('have the prefixes of the plugins they are in', async () => {
    const result = await scanFiles({
      'server.ts': `import Fastify from 'fastify';
import users from './users';
import { orders } from './orders';
const fastify = Fastify({ logger: true });
fastify.get('/ping', async () => 'pong');
fastify.register(users, { prefix: '/users' });
fastify.register(async (api) => {
  api.register(orders, { prefix: '/orders' });
  api.get('/version', { schema: {} }, async () => '1');
}, { prefix: '/api' });`,
      'users.ts': `import fp from 'fastify-plugin';
import type { FastifyInstance } from 'fastify';
async function routes(app: FastifyInstance) {
  app.route({ method: ['GET', 'HEAD'], url: '/:id', handler: one });
  app.route({ method: 'DELETE', url: '/:id', async handler() {} });
}
async function one() {}
export default fp(routes);`,
      'orders.ts': `export async function orders(server, options) { server.post('/', async (request, reply) => {}); }`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint POST api/orders orders.ts:1',
      'api_endpoint GET ping server.ts:5',
      'api_endpoint GET api/version server.ts:9',
      'api_endpoint GET|HEAD users/:id users.ts:4',
      'api_endpoint DELETE users/:id users.ts:5',
    ]);
    expect(edgesOf(result, 'handles')).toContain('users.ts:4 -> users.ts:7 certain');
  });
});

describe('Koa and Hono routes', () => {
  it('have the prefixes of their routers', async () => {
    const result = await scanFiles({
      'koa.js': `const Koa = require('koa');
const Router = require('@koa/router');
const app = new Koa();
const books = new Router({ prefix: '/books' });
const api = new Router();
books.get('/:id', async (ctx) => {});
books.del('/:id', async (ctx) => {});
api.use('/api', books.routes(), books.allowedMethods());
app.use(api.routes());`,
      'hono.ts': `import { Hono } from 'hono';
const app = new Hono().basePath('/v1');
const posts = new Hono();
posts.get('/', (c) => c.json([])).post('/:id', (c) => c.json({}));
app.route('/posts', posts);
app.on('PUT', '/thing', (c) => c.text(''));`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET v1/posts hono.ts:4',
      'api_endpoint POST v1/posts/:id hono.ts:4',
      'api_endpoint PUT v1/thing hono.ts:6',
      'api_endpoint GET api/books/:id koa.js:6',
      'api_endpoint DELETE api/books/:id koa.js:7',
    ]);
  });
});

describe('handlers and routers by name', () => {
  it('are found through wrappers, loops over route tables and barrels of CommonJS', async () => {
    const result = await scanFiles({
      'index.js': `const express = require('express');
const users = require('./users.route');
const posts = require('./posts.route');
const app = express();
const table = [{ path: '/users', route: users }, { path: '/posts', route: posts }];
table.forEach((entry) => { app.use(entry.path, entry.route); });
for (const { path, route } of [{ path: '/again', route: posts }]) app.use(path, route);`,
      'users.route.js': `const { users } = require('./controllers');
const router = require('express').Router();
router.get('/', users.list);
module.exports = router;`,
      'posts.route.js': `const router = require('express').Router();
router.get('/:id', (req, res) => res.send(''));
module.exports = router;`,
      'controllers/index.js': `module.exports.users = require('./users');`,
      'controllers/users.js': `const fs = require('fs');
const guard = (fn) => (req, res, next) => fn(req, res).catch(next);
const list = guard(async (req, res) => { res.send(fs.readFileSync('users.json')); });
module.exports = { list };`,
    });
    expect(operationsOf(result)).toEqual([
      'file_read users.json controllers/users.js:3',
      'api_endpoint GET posts/:id posts.route.js:2',
      'api_endpoint GET users users.route.js:3',
    ]);
    expect(edgesOf(result, 'handles').sort()).toEqual([
      'posts.route.js:2 -> posts.route.js:2 certain',
      'users.route.js:3 -> controllers/users.js:3 certain',
    ]);
    expect(result.workflows.map(({ name }) => name)).toEqual(['GET /users']);
  });
});
