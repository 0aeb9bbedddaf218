import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ScanState, ScanStatus } from '#protocol/scan.ts';
import { MemoryBus } from '../../server/progress/memoryBus.ts';
import type { ProgressBus } from '../../server/progress/progressBus.ts';
import { progressChannel, RedisBus, statusKey } from '../../server/progress/redisBus.ts';
import { TestRedis } from '../support/redis.ts';
import { eventually } from './support/testServer.ts';

const quiet = { info: () => undefined, warn: () => undefined };
let scanNumber = 0;

function newScanId(): string {
  return `scan${++scanNumber}`;
}

function update(scanId: string, seq: number, state: ScanState = 'scanning'): ScanStatus {
  return {
    type: 'scan_update',
    scan_id: scanId,
    seq,
    status: state,
    progress: 10,
    message: 'Reading files',
    files_scanned: seq,
    total_files: 100,
    nodes_found: 0,
    eta_seconds: null,
    timestamp: new Date().toISOString(),
  };
}

/** Listens to a scan and keeps the numbers of what is heard. */
async function listen(bus: ProgressBus, scanId: string): Promise<{ seqs: number[]; unsubscribe: () => void }> {
  const seqs: number[] = [];
  const unsubscribe = await bus.subscribe(scanId, (status) => seqs.push(status.seq));
  return { seqs, unsubscribe };
}

let redis: TestRedis;
const open: ProgressBus[] = [];

beforeAll(async () => {
  redis = await TestRedis.start();
});
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});
afterAll(() => redis.kill());

async function redisBus(): Promise<RedisBus> {
  const bus = new RedisBus(redis.url, quiet);
  open.push(bus);
  await bus.connect(5000);
  return bus;
}

function memoryBus(): Promise<ProgressBus> {
  const bus = new MemoryBus();
  open.push(bus);
  return Promise.resolve(bus);
}

describe.each([
  { name: 'MemoryBus', create: memoryBus },
  { name: 'RedisBus', create: redisBus },
])('$name keeps the contract of the progress bus', ({ create }) => {
  it('delivers everything published after the acknowledgement, in order', async () => {
    const bus = await create();
    const scanId = newScanId();
    const { seqs } = await listen(bus, scanId);
    for (let seq = 1; seq <= 20; seq++) bus.publish(update(scanId, seq));
    await eventually(() => seqs.length === 20);
    expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('delivers to every listener of a scan and to none of another', async () => {
    const bus = await create();
    const [scanId, otherId] = [newScanId(), newScanId()];
    const first = await listen(bus, scanId);
    const second = await listen(bus, scanId);
    const other = await listen(bus, otherId);
    bus.publish(update(scanId, 1));
    bus.publish(update(otherId, 7));
    await eventually(() => first.seqs.length > 0 && second.seqs.length > 0 && other.seqs.length > 0);
    expect([first.seqs, second.seqs, other.seqs]).toEqual([[1], [1], [7]]);
  });

  it('is silent after the subscription ends, also when it is ended twice', async () => {
    const bus = await create();
    const scanId = newScanId();
    const leaving = await listen(bus, scanId);
    const staying = await listen(bus, scanId);
    leaving.unsubscribe();
    leaving.unsubscribe();
    bus.publish(update(scanId, 1));
    await eventually(() => staying.seqs.length === 1);
    expect(leaving.seqs).toEqual([]);
  });

  it('can be subscribed to again at once after the last listener has left', async () => {
    const bus = await create();
    const scanId = newScanId();
    (await listen(bus, scanId)).unsubscribe();
    const again = await listen(bus, scanId);
    bus.publish(update(scanId, 1));
    await eventually(() => again.seqs.length === 1);
  });

  it('knows the newest status and null for an unknown scan', async () => {
    const bus = await create();
    const scanId = newScanId();
    expect(await bus.latest(scanId)).toBeNull();
    bus.publish(update(scanId, 1));
    bus.publish(update(scanId, 2));
    await eventually(async () => (await bus.latest(scanId))?.seq === 2);
  });

  it('never lets an older status or one after the end overwrite a newer one', async () => {
    const bus = await create();
    const scanId = newScanId();
    const { seqs } = await listen(bus, scanId);
    bus.publish(update(scanId, 5));
    await eventually(async () => (await bus.latest(scanId))?.seq === 5);
    bus.publish(update(scanId, 3));
    bus.publish(update(scanId, 6, 'completed'));
    await eventually(async () => (await bus.latest(scanId))?.seq === 6);
    bus.publish(update(scanId, 7));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await bus.latest(scanId))?.status).toBe('completed');
    expect(seqs).toEqual([5, 6]);
  });
});

describe('RedisBus', () => {
  it('carries statuses between servers', async () => {
    const [publisher, watcher] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    const { seqs } = await listen(watcher, scanId);
    publisher.publish(update(scanId, 1));
    await eventually(() => seqs.length === 1);
    expect((await watcher.latest(scanId))?.seq).toBe(1);
  });

  it('keeps the status under its key for an hour from the last update', async () => {
    const bus = await redisBus();
    const scanId = newScanId();
    bus.publish(update(scanId, 1));
    await eventually(async () => (await redis.command((client) => client.ttl(statusKey(scanId)))) > 3590);
    await redis.command((client) => client.expire(statusKey(scanId), 100));
    bus.publish(update(scanId, 2));
    await eventually(async () => (await redis.command((client) => client.ttl(statusKey(scanId)))) > 3590);
  });

  it('subscribes once for all listeners of a scan', async () => {
    const bus = await redisBus();
    const scanId = newScanId();
    await Promise.all(Array.from({ length: 50 }, () => listen(bus, scanId)));
    const clients = await redis.command((client) => client.client('LIST'));
    const subscribers = String(clients)
      .split('\n')
      .filter((line) => line.includes('name=pinata-subscribe') && / sub=[1-9]/.test(line));
    expect(subscribers).toHaveLength(1);
  });

  it('refuses an older status in Redis itself, whoever publishes it', async () => {
    const [newer, older] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    newer.publish(update(scanId, 9));
    await eventually(async () => (await redis.command((client) => client.exists(statusKey(scanId)))) === 1);
    older.publish(update(scanId, 4));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const text = await redis.command((client) => client.get(statusKey(scanId)));
    expect(JSON.parse(text ?? '{}')).toMatchObject({ seq: 9 });
  });

  it('ignores what is no status on a channel', async () => {
    const bus = await redisBus();
    const scanId = newScanId();
    const { seqs } = await listen(bus, scanId);
    await redis.command((client) => client.publish(progressChannel(scanId), 'not json'));
    await redis.command((client) => client.publish(progressChannel(scanId), '{"seq": 99}'));
    bus.publish(update(scanId, 1));
    await eventually(() => seqs.length > 0);
    expect(seqs).toEqual([1]);
  });

  it('serves its own watchers during an outage and tells other servers the newest status after it', async () => {
    const [publisher, watcher] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    const local = await listen(publisher, scanId);
    const remote = await listen(watcher, scanId);
    publisher.publish(update(scanId, 1));
    await eventually(() => remote.seqs.length === 1);
    await redis.kill();
    await eventually(() => !publisher.health().ok);
    for (let seq = 2; seq <= 9; seq++) publisher.publish(update(scanId, seq));
    publisher.publish(update(scanId, 10, 'completed'));
    expect(local.seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await redis.restart();
    await eventually(() => remote.seqs.includes(10));
    expect(publisher.health()).toEqual({ ok: true });
    expect(remote.seqs.at(-1)).toBe(10);
  });

  it('lets clients subscribe during an outage and serves them afterwards', async () => {
    const [publisher, watcher] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    await redis.kill();
    await eventually(() => !watcher.health().ok && !publisher.health().ok);
    const { seqs } = await listen(watcher, scanId);
    publisher.publish(update(scanId, 3, 'error'));
    await redis.restart();
    await eventually(() => seqs.includes(3));
  });

  it('answers within a second while Redis hangs, and catches up when it goes on', async () => {
    const [publisher, watcher] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    redis.pause();
    const before = performance.now();
    const { seqs } = await listen(watcher, scanId);
    expect(await watcher.latest(scanId)).toBeNull();
    expect(performance.now() - before).toBeLessThan(2500);
    publisher.publish(update(scanId, 4));
    redis.resume();
    await eventually(() => seqs.includes(4));
  });

  it('reads the newest status for a watcher that came while only the subscribing connection was up', async () => {
    const [publisher, watcher] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    publisher.publish(update(scanId, 5));
    await eventually(async () => (await publisher.latest(scanId)) !== null);
    await redis.command(async (connection) => {
      const clients = String(await connection.client('LIST')).split('\n');
      const publishing = clients.filter((line) => line.includes('name=pinata-publish'));
      for (const line of publishing) await connection.client('KILL', 'ID', /id=(\d+)/.exec(line)?.[1] ?? '');
    });
    const { seqs } = await listen(watcher, scanId);
    await eventually(() => seqs.includes(5));
  });

  it('finds its way back when its connections are cut', async () => {
    const [publisher, watcher] = [await redisBus(), await redisBus()];
    const scanId = newScanId();
    const { seqs } = await listen(watcher, scanId);
    await redis.command((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await redis.command((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
    publisher.publish(update(scanId, 1));
    await eventually(() => seqs.includes(1));
  });

  it('says so when Redis does not answer at start, and gets ready when it comes', async () => {
    await redis.kill();
    const bus = new RedisBus(redis.url, quiet);
    open.push(bus);
    expect(await bus.connect(500)).toBe(false);
    expect(bus.health().ok).toBe(false);
    await redis.restart();
    await eventually(() => bus.health().ok);
  });
});
