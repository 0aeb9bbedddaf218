import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_PREFIX } from '#protocol/http.ts';
import { RedisBus } from '../../server/progress/redisBus.ts';
import { TestRedis } from '../support/redis.ts';
import { asRecord, eventually, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const CROWD = join(import.meta.dirname, 'support/crowd.mjs');
const folder = new TempFolder();
let server: TestServer;
let port: number;
let scanId: string;

beforeAll(async () => {
  folder.write({ 'a.ts': 'export const a = 1;' });
  server = await TestServer.start({ roots: [folder.path], limits: { requestTimeoutMs: 3000 } });
  port = Number(new URL(server.address).port);
  scanId = await server.scan(folder.path);
  await server.ended(scanId);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Opens a WebSocket by hand, so that anything at all can be sent over it. The scan must not have ended. */
async function rawSocket(of: TestServer, scan: string): Promise<Socket> {
  const socket = connect(Number(new URL(of.address).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET ${API_PREFIX}/ws/scan/${scan} HTTP/1.1\r\nHost: 127.0.0.1:${new URL(of.address).port}\r\n` +
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      `Sec-WebSocket-Version: 13\r\nAuthorization: Bearer ${of.token}\r\n\r\n`,
  );
  await once(socket, 'data');
  return socket;
}

/** Code of the close frame that ends what a socket says (RFC 6455, 5.5.1); undefined when it just ends. */
async function closeCode(socket: Socket): Promise<number | undefined> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  let rest = Buffer.concat(chunks);
  while (rest.length >= 2) {
    const short = (rest[1] ?? 0) & 0x7f;
    const [header, length] = short === 126 ? [4, rest.readUInt16BE(2)] : [2, short];
    if (((rest[0] ?? 0) & 0x0f) === 8) return rest.readUInt16BE(header);
    rest = rest.subarray(header + length);
  }
  return undefined;
}

describe('malformed frames', () => {
  const mask = [0, 0, 0, 0];
  it.each([
    ['a reserved opcode', [0x83, 0x80, ...mask], 1002],
    ['reserved bits', [0xf1, 0x80, ...mask], 1002],
    ['no mask', [0x81, 0x01, 0x61], 1002],
    ['a fragmented ping', [0x09, 0x80, ...mask], 1002],
    ['a ping of more than 125 bytes', [0x89, 0xfe, 0x00, 0x7e, ...mask], 1002],
    ['text that is no UTF-8', [0x81, 0x82, ...mask, 0xc3, 0x28], 1007],
    ['a length of 2^63', [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, ...mask], 1009],
    ['a length of a gigabyte', [0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, ...mask], 1009],
    ['a continuation of nothing', [0x80, 0x80, ...mask], 1002],
  ])('with %s close their connection and nothing else', async (_name, bytes, code) => {
    await using busy = await TestServer.start({ roots: [folder.path], settings: { concurrency: 0 } });
    const waiting = await busy.scan(folder.path);
    const [broken, other] = [await rawSocket(busy, waiting), busy.watch(waiting)];
    await other.until(() => true);
    const closed = closeCode(broken);
    broken.write(Buffer.from(bytes));
    // The client never answers the close frame: the server ends the connection by itself.
    setTimeout(() => broken.end(), 500);
    expect(await closed).toBe(code);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
    expect((await busy.request('//healthz')).status).toBe(200);
  });
});

describe('a crowd of connections', () => {
  it.each([
    ['say nothing', ''],
    ['each send half a request', 'GET / HTTP/1.1\r\nHost: '],
  ])('of 10,000 that %s leaves the server answering, and is sent away', async (_what, words) => {
    const crowd = fork(CROWD, [`${port}`, '10000', words]);
    try {
      // Some wait for the system to take them in, which is not this server's doing.
      await eventually(async () => (await server.connections()) > 1000, 60_000);
      for (let request = 0; request < 20; request++) expect((await server.request('/scans')).status).toBe(200);
      expect(await server.watch(scanId).closed).toBe(1000);
      await eventually(async () => (await server.connections()) < 100, 60_000);
    } finally {
      crowd.kill();
    }
  });

  it('beyond the limit is refused, while those inside it go on', async () => {
    await using small = await TestServer.start({ roots: [folder.path], limits: { maxConnections: 50 } });
    const inside = connect(Number(new URL(small.address).port), '127.0.0.1');
    await once(inside, 'connect');
    const crowd = fork(CROWD, [new URL(small.address).port, '500']);
    await once(crowd, 'message');
    inside.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${new URL(small.address).port}\r\n\r\n`);
    const [answer] = await once(inside, 'data');
    expect(String(answer)).toContain('200 OK');
    inside.destroy();
    crowd.kill();
    await once(crowd, 'exit');
  });

  it('of requests beyond the rate is told to wait', async () => {
    await using slow = await TestServer.start({ roots: [folder.path], limits: { requestsPerMinute: 20 } });
    const statuses = [];
    for (let request = 0; request < 25; request++) statuses.push((await slow.request('/scans')).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(statuses.slice(20)).toEqual([429, 429, 429, 429, 429]);
  });
});

describe('clients that leave before they are answered', () => {
  it('leave no subscription behind', async () => {
    const redis = await TestRedis.start();
    const bus = new RedisBus(redis.url, { info: () => undefined, warn: () => undefined });
    await bus.connect(5000);
    try {
      await using busy = await TestServer.start({ roots: [folder.path], settings: { concurrency: 0 }, bus });
      const waiting = await busy.scan(folder.path);
      const channels = (): Promise<unknown[]> => redis.command((connection) => connection.pubsub('CHANNELS'));
      const staying = busy.watch(waiting);
      await staying.until(() => true);
      await eventually(async () => (await channels()).length === 1);
      for (let client = 0; client < 60; client++) {
        const leaving = connect(Number(new URL(busy.address).port), '127.0.0.1');
        leaving.on('error', () => undefined);
        const upgrade =
          client % 2 === 0 ? '' : 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
        const path = client % 2 === 0 ? `scan/${waiting}/events` : `ws/scan/${waiting}`;
        leaving.write(
          `GET ${API_PREFIX}/${path} HTTP/1.1\r\nHost: ${new URL(busy.address).host}\r\n${upgrade}` +
            `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${busy.token}\r\n\r\n`,
        );
        setTimeout(() => leaving.resetAndDestroy(), client % 10);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      staying.socket.close();
      await eventually(async () => (await channels()).length === 0);
    } finally {
      await redis.kill();
    }
  });
});

describe('JSON that is a bomb', () => {
  const post = (body: string): Promise<Response> =>
    server.request('/scan', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const wide = (count: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0])));
  it.each([
    ['nested arrays', '['.repeat(400_000)],
    ['nested objects', '{"a":'.repeat(150_000)],
    ['many properties', wide(60_000)],
    ['a huge number', `{"repository_path": 1${'0'.repeat(500_000)}}`],
    ['a long list', JSON.stringify({ repository_path: '/', roots: Array.from({ length: 100_000 }, () => '/') })],
    ['a prototype', '{"__proto__":{"isPublic":true},"repository_path":"/"}'],
    ['a constructor', '{"constructor":{"prototype":{"isPublic":true}},"repository_path":"/"}'],
  ])('of %s is answered with 400', async (_name, body) => {
    expect((await post(body)).status).toBe(400);
    expect(Object.hasOwn(Object.prototype, 'isPublic')).toBe(false);
    expect((await server.request('//healthz')).status).toBe(200);
  });

  it('compressed is not unpacked', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await server.request('/scan', { method: 'POST', headers, body: Buffer.from('1f8b08', 'hex') });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(asRecord(await response.json())).toHaveProperty('request_id');
  });
});
