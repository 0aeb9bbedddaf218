import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '#protocol/http.ts';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import { MemoryBus } from '../../server/progress/memoryBus.ts';
import { RedisBus } from '../../server/progress/redisBus.ts';
import { TestRedis } from '../support/redis.ts';
import { asRecord, eventually, STAND_IN_ENGINE, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const quiet = { info: () => undefined, warn: () => undefined };
const folders = new TempFolder();
let server: TestServer;
let redis: TestRedis;

beforeAll(async () => {
  mkdirSync(join(folders.path, 'works'));
  redis = await TestRedis.start();
});

afterAll(async () => {
  await redis.kill();
  folders[Symbol.dispose]();
});

async function startServer(kind: 'memory' | 'redis'): Promise<TestServer> {
  const bus = kind === 'redis' ? new RedisBus(redis.url, quiet) : new MemoryBus();
  if (bus instanceof RedisBus) await bus.connect(5000);
  return TestServer.start({
    roots: [folders.path],
    settings: { engineEntry: STAND_IN_ENGINE, concurrency: 4 },
    limits: { heartbeatMs: 300 },
    bus,
  });
}

/** Starts a scan of two seconds. */
function startScan(): Promise<string> {
  return server.scan(join(folders.path, 'works'));
}

/** What every watcher is promised, whenever it came. */
function expectTrueStream(statuses: ScanStatus[], end: ScanStatus): void {
  expect(statuses.at(-1)).toEqual(end);
  expect(statuses.filter((status) => isTerminal(status.status))).toHaveLength(1);
  let seq = -1;
  let progress = 0;
  for (const status of statuses) {
    expect(status.seq).toBeGreaterThan(seq);
    expect(status.progress ?? progress).toBeGreaterThanOrEqual(progress);
    expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThan(400);
    if (status.status !== 'completed') expect(status.progress).not.toBe(100);
    seq = status.seq;
    progress = status.progress ?? progress;
  }
}

describe.each(['memory', 'redis'] as const)('over the %s bus', (kind) => {
  beforeAll(async () => {
    server = await startServer(kind);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describe('WS /ws/scan/{id}', () => {
    it('brings watchers that come at any moment to the same true end and closes with 1000', async () => {
      const scanId = await startScan();
      const watchers = [server.watch(scanId), server.watch(scanId, `/ws/scan/${scanId}`)];
      await watchers[0]?.until((status) => status.status === 'scanning');
      watchers.push(server.watch(scanId));
      await watchers[0]?.until((status) => status.files_scanned > 20);
      watchers.push(server.watch(scanId));
      const end = await server.ended(scanId);
      watchers.push(server.watch(scanId));
      for (const watcher of watchers) {
        expect(await watcher.closed).toBe(CLOSE_CODES.done);
        expectTrueStream(watcher.statuses, end);
      }
      expect(watchers.at(-1)?.statuses).toEqual([end]);
      expect(end).toMatchObject({ status: 'completed', progress: 100, files_scanned: 40, nodes_found: 40 });
    });

    it('has the result in the store when it says that the scan is completed', async () => {
      const scanId = await startScan();
      const watcher = server.watch(scanId);
      await watcher.until((status) => isTerminal(status.status));
      expect(await server.json(`/scan/${scanId}/results?limit=1`)).toMatchObject({ total: 40 });
    });

    it('sends the current status at once, not at the next change', async () => {
      const scanId = await startScan();
      await eventually(async () => (await server.coordinator.status(scanId))?.status === 'scanning');
      const before = performance.now();
      await server.watch(scanId).until(() => true);
      expect(performance.now() - before).toBeLessThan(1000);
      await server.ended(scanId);
    });

    it('says something at least every second and no more than ten times a second', async () => {
      const scanId = await startScan();
      const watcher = server.watch(scanId);
      const times: number[] = [];
      watcher.socket.on('message', () => times.push(performance.now()));
      await watcher.closed;
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(1300);
      const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
      // Start, change of phase and end go at once, besides the ten.
      expect(times.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 4);
    });

    it('closes with 4404 for an unknown scan', async () => {
      expect(await server.watch('nope').closed).toBe(CLOSE_CODES.unknownScan);
    });

    it('drops a silent peer and keeps one that answers pings', async () => {
      const scanId = await startScan();
      const answering = server.watch(scanId);
      const silent = server.watch(scanId);
      silent.socket.pong = () => undefined;
      const code = await silent.closed;
      expect(code).toBe(1006);
      expect(await answering.closed).toBe(CLOSE_CODES.done);
    });

    it('gives a client that reads nothing for a while the newest status, not a backlog', async () => {
      const scanId = await startScan();
      const watcher = server.watch(scanId);
      await watcher.until((status) => status.status === 'scanning');
      watcher.socket.pause();
      await eventually(async () => ((await server.coordinator.status(scanId))?.files_scanned ?? 0) > 5);
      watcher.socket.resume();
      const end = await server.ended(scanId);
      await watcher.closed;
      expectTrueStream(watcher.statuses, end);
    });
  });

  describe('GET /scan/{id}/events', () => {
    /** Reads an event stream to its end. */
    async function events(scanId: string, lastEventId?: number): Promise<ScanStatus[]> {
      const headers = lastEventId === undefined ? {} : { 'last-event-id': `${lastEventId}` };
      const response = await server.request(`/scan/${scanId}/events`, { headers });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('data: '));
      return blocks.map((block) => {
        const status: ScanStatus = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '');
        expect(block).toContain(`id: ${status.seq}\n`);
        return status;
      });
    }

    it('is the same stream as the socket', async () => {
      const scanId = await startScan();
      const statuses = await events(scanId);
      expectTrueStream(statuses, await server.ended(scanId));
      expect(statuses.length).toBeGreaterThan(5);
    });

    it('goes on after the last event a client has had', async () => {
      const scanId = await startScan();
      await eventually(async () => ((await server.coordinator.status(scanId))?.seq ?? 0) >= 4);
      const statuses = await events(scanId, 4);
      expect(statuses[0]?.seq).toBeGreaterThan(4);
      expectTrueStream(statuses, await server.ended(scanId));
    });

    it('tells a client that has had the end not to come back', async () => {
      const scanId = await startScan();
      const end = await server.ended(scanId);
      expect(await events(scanId)).toEqual([end]);
      const headers = { 'last-event-id': `${end.seq}` };
      expect((await server.request(`/scan/${scanId}/events`, { headers })).status).toBe(204);
    });
  });

  describe('cancelling', () => {
    it('is acknowledged at once, stops the scan within two seconds and keeps what was found', async () => {
      const scanId = await startScan();
      const watcher = server.watch(scanId);
      await watcher.until((status) => status.files_scanned > 5);
      const before = performance.now();
      const answer = asRecord(await (await server.request(`/scan/${scanId}/cancel`, { method: 'POST' })).json());
      expect(performance.now() - before).toBeLessThan(300);
      expect(answer).toMatchObject({ scan_id: scanId, accepted: true });
      const end = await server.ended(scanId);
      expect(performance.now() - before).toBeLessThan(2500);
      expect(end.status).toBe('cancelled');
      expect(end.progress).not.toBe(100);
      await watcher.closed;
      expectTrueStream(watcher.statuses, end);
      const kept = await server.json(`/scan/${scanId}/results`);
      expect(kept['total']).toBe(end.nodes_found);
      const again = await (await server.request(`/scan/${scanId}/cancel`, { method: 'POST' })).json();
      expect(again).toMatchObject({ accepted: false, message: expect.stringContaining('already') });
    });

    it('twice is the same as once', async () => {
      const scanId = await startScan();
      const [first, second] = await Promise.all([server.coordinator.cancel(scanId), server.coordinator.cancel(scanId)]);
      expect([first?.accepted, second?.accepted]).toEqual([true, true]);
      expect((await server.ended(scanId)).status).toBe('cancelled');
    });

    it('takes a waiting scan out of the queue, and running ones keep their order', async () => {
      const running = await Promise.all([1, 2, 3, 4].map(() => startScan()));
      const waiting = await startScan();
      expect((await server.coordinator.status(waiting))?.status).toBe('queued');
      const watcher = server.watch(waiting);
      await watcher.until((status) => status.status === 'queued');
      await server.coordinator.cancel(waiting);
      expect(await watcher.closed).toBe(CLOSE_CODES.done);
      expect(watcher.statuses.map((status) => status.status)).toEqual(['queued', 'cancelled']);
      for (const scanId of running) expect((await server.ended(scanId)).status).toBe('completed');
    });

    it('of an unknown scan is answered with 404', async () => {
      expect((await server.request('/scan/nope/cancel', { method: 'POST' })).status).toBe(404);
    });
  });
});

describe('two servers that share a Redis', () => {
  it('bring twenty watchers that come at random moments to the same end', async () => {
    await using first = await startServer('redis');
    await using second = await startServer('redis');
    const scanId = await first.scan(join(folders.path, 'works'));
    const watchers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3000));
        return (index % 2 === 0 ? first : second).watch(scanId);
      }),
    );
    const end = await first.ended(scanId);
    for (const watcher of watchers) {
      expect(await watcher.closed).toBe(CLOSE_CODES.done);
      expectTrueStream(watcher.statuses, end);
    }
  });

  it('bring their watchers to the end although Redis is killed in between', async () => {
    await using first = await startServer('redis');
    await using second = await startServer('redis');
    const scanId = await first.scan(join(folders.path, 'works'));
    const watchers = [first.watch(scanId), second.watch(scanId)];
    await watchers[1]?.until((status) => status.files_scanned > 5);
    await redis.kill();
    const end = await first.ended(scanId);
    expect(end.status).toBe('completed');
    await redis.restart();
    for (const watcher of watchers) {
      expect(await watcher.closed).toBe(CLOSE_CODES.done);
      expectTrueStream(watcher.statuses, end);
    }
  });
});
