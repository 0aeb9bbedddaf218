import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { API_PREFIX, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '#protocol/http.ts';
import { newSecret } from '../../server/http/sessions.ts';
import { TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const folder = new TempFolder();
const page = new TempFolder();
let server: TestServer;
let port: number;

beforeAll(async () => {
  folder.write({ 'a.ts': 'export const a = 1;' });
  page.write({ 'index.html': '<!doctype html><title>Pinata</title>', 'main.js': 'void 0;' });
  server = await TestServer.start({
    roots: [folder.path],
    pageFolder: page.path,
    allowedHosts: ['pinata.example'],
    limits: { requestTimeoutMs: 1000 },
  });
  port = Number(new URL(server.address).port);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
  page[Symbol.dispose]();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request with headers that `fetch` would not send. */
function send(path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const scans = `${API_PREFIX}/scans`;
const authorised = (): Record<string, string> => ({ authorization: `Bearer ${server.token}` });

/** Opens a socket. @returns the selected subprotocol, or the status of the refusal */
function upgrade(path: string, protocols: string[], headers: Record<string, string> = {}): Promise<string | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
    socket.once('open', () => {
      resolve(socket.protocol);
      socket.terminate();
    });
    socket.once('unexpected-response', (outgoing, response) => {
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    socket.on('error', () => undefined);
  });
}

describe('the token', () => {
  it('is required on every route but liveness and the files of the page', async () => {
    const guarded = [
      scans,
      `${API_PREFIX}/environment`,
      '/readyz',
      '/metrics',
      '/documentation/json',
      '/documentation/',
    ];
    for (const path of [...guarded, `${API_PREFIX}/nope`]) {
      expect([path, (await send(path, {})).status]).toEqual([path, path.endsWith('nope') ? 404 : 401]);
    }
    for (const path of ['/healthz', `${API_PREFIX}/healthz`, '/', '/main.js']) {
      expect([path, (await send(path, {})).status]).toEqual([path, 200]);
    }
  });

  it('is refused when it is wrong, short, long, empty or of another scheme', async () => {
    const wrong = [newSecret(), server.token.slice(0, -1), `${server.token}x`, '', ' '];
    for (const token of wrong) {
      expect((await send(scans, { authorization: `Bearer ${token}` })).status).toBe(401);
    }
    expect((await send(scans, { authorization: `Basic ${server.token}` })).status).toBe(401);
    expect((await send(scans, authorised())).status).toBe(200);
  });

  it('is refused in a URL even when it is right', async () => {
    for (const name of ['token', 'access_token']) {
      expect((await send(`${scans}?${name}=${server.token}`, authorised())).status).toBe(400);
      expect(await upgrade(`/ws/scan/x?${name}=${server.token}`, [])).toBe(400);
    }
  });

  it('opens a socket by header or by subprotocol, with and without the prefix', async () => {
    for (const path of ['/ws/scan/x', `${API_PREFIX}/ws/scan/x`]) {
      expect(await upgrade(path, [], authorised())).toBe('');
      expect(await upgrade(path, [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + server.token])).toBe(SUBPROTOCOL);
      expect(await upgrade(path, [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + newSecret()])).toBe(401);
      expect(await upgrade(path, [SUBPROTOCOL])).toBe(401);
      expect(await upgrade(path, [])).toBe(401);
    }
  });
});

describe('other pages and other names', () => {
  it('are refused by their origin, also "null"; the own origin and none are accepted', async () => {
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`]) {
      expect([origin, (await send(scans, { ...authorised(), origin })).status]).toEqual([origin, 403]);
      expect([origin, await upgrade('/ws/scan/x', [], { ...authorised(), origin })]).toEqual([origin, 403]);
      expect([origin, (await send('/', { origin })).status]).toEqual([origin, 403]);
    }
    expect((await send(scans, { ...authorised(), origin: `http://127.0.0.1:${port}` })).status).toBe(200);
    expect((await send(scans, authorised())).status).toBe(200);
  });

  it('are refused by the host they ask for; loopback and the configured name with the port are accepted', async () => {
    const foreign = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      'pinata.example',
      '127.0.0.1.nip.io',
    ];
    for (const host of foreign) {
      expect([host, (await send(scans, { ...authorised(), host })).status]).toEqual([
        host,
        host === 'pinata.example' ? 200 : 403,
      ]);
      if (host !== 'pinata.example') expect((await send('/', { host })).status).toBe(403);
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `pinata.example:${port}`]) {
      expect([host, (await send(scans, { ...authorised(), host })).status]).toEqual([host, 200]);
    }
  });
});

describe('the browser page', () => {
  const cookieOf = (answer: Answer): string => String(answer.headers['set-cookie']).split(';')[0] ?? '';

  it('exchanges a code for a strict cookie once and takes the code out of the address', async () => {
    const code = server.sessions.newCode();
    const answer = await send(`/?code=${code}`, {});
    expect([answer.status, answer.headers['location']]).toEqual([303, '/']);
    expect(String(answer.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(String(answer.headers['set-cookie'])).not.toContain(server.token);
    expect((await send(`/?code=${code}`, {})).status).toBe(403);
    expect((await send('/?code=wrong', {})).status).toBe(403);
    const cookie = cookieOf(answer);
    expect((await send(`/?code=${code}`, { cookie })).status).toBe(303);
    expect((await send(scans, { cookie })).status).toBe(200);
    expect(await upgrade('/ws/scan/x', [], { cookie, origin: `http://127.0.0.1:${port}` })).toBe('');
  });

  it('does not let a page on another port use the cookie', async () => {
    const cookie = cookieOf(await send(`/?code=${server.sessions.newCode()}`, {}));
    for (const site of ['same-site', 'cross-site']) {
      expect((await send(scans, { cookie, 'sec-fetch-site': site })).status).toBe(401);
    }
    expect((await send(scans, { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await send(scans, { cookie: cookie.replace(`_${port}`, `_${port + 1}`) })).status).toBe(401);
  });

  it('is served with a policy that allows its own files and sockets only', async () => {
    const { headers, body } = await send('/', {});
    expect(body).toContain('<title>Pinata</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port};`);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  it('gives out no file outside its folder', async () => {
    writeFileSync(join(page.path, '.env'), 'SECRET=1');
    for (const path of ['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '/.env', '//etc/passwd']) {
      expect([path, (await send(path, {})).status]).not.toEqual([path, 200]);
    }
  });
});

describe('hostile clients', () => {
  it('are cut off when they send their request too slowly', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/v1/scanner/scan HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 200);
    socket.resume();
    const before = performance.now();
    await once(socket, 'close');
    clearInterval(drip);
    expect(performance.now() - before).toBeLessThan(8000);
    expect((await send('/healthz', {})).status).toBe(200);
  });

  it('lose their socket when they send a huge frame, a malformed one or too many', async () => {
    const scanId = await server.scan(folder.path);
    const open = async (): Promise<WebSocket> => {
      const { socket } = server.watch(scanId);
      await once(socket, 'open');
      return socket;
    };
    const huge = await open();
    huge.send('x'.repeat(2000));
    expect((await once(huge, 'close'))[0]).toBe(1009);
    const chatty = await open();
    for (let count = 0; count < 200; count++) chatty.send('{"type":"unknown"}');
    await once(chatty, 'close');
    await server.ended(scanId);
    expect((await send('/healthz', {})).status).toBe(200);
  });

  it('do not bring the server down with a deeply nested body', async () => {
    const body = '['.repeat(500_000) + ']'.repeat(500_000);
    const headers = { 'content-type': 'application/json' };
    const response = await server.request('/scan', { method: 'POST', headers, body });
    expect(response.status).toBe(400);
  });
});

describe('files that the server writes', () => {
  it('are readable by their owner only', () => {
    const mode = statSync(join(server.dataFolder, 'pinata.sqlite')).mode & 0o777;
    expect(mode).toBe(0o600);
    mkdirSync(join(folder.path, 'unused'), { recursive: true });
  });
});
