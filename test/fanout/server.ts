/**
 * The server side of `bench:fanout`, forked with one of two kinds: `pinata` is the server's own app, bus and sockets
 * with scans whose progress is made up at a given pace; `bare` is the floor, a plain `ws` broadcast of the same bytes.
 */
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ScanStatus } from '#protocol/scan.ts';
import { buildApp } from '../../server/http/app.ts';
import { listen } from '../../server/http/listen.ts';
import { PageSessions } from '../../server/http/sessions.ts';
import { MemoryBus } from '../../server/progress/memoryBus.ts';
import type { ProgressBus } from '../../server/progress/progressBus.ts';
import { RedisBus } from '../../server/progress/redisBus.ts';
import { AllowedFolders } from '../../server/scans/allowedFolders.ts';
import { ScanCoordinator } from '../../server/scans/coordinator.ts';
import { databasePath } from '../../server/store/dataFolder.ts';
import { SqliteStore } from '../../server/store/sqliteStore.ts';

export interface ServerRun {
  kind: 'pinata' | 'bare';
  redisUrl: string | undefined;
  token: string;
  scans: number;
  updates: number;
  /** Milliseconds between two updates of one scan. */
  intervalMs: number;
}

export type ToServer = { type: 'measure' } | { type: 'play' };
export interface ServerFigures {
  cpuMicroseconds: number;
  rssBytes: number;
}
export type FromServer =
  | { type: 'ready'; port: number }
  | ({ type: 'measured' } & ServerFigures)
  | ({ type: 'played' } & ServerFigures);

type Publish = (status: ScanStatus) => void;

/** The statuses of the made-up scans; what the app asks a coordinator for when a client comes. */
class MadeUpScans extends ScanCoordinator {
  readonly newest = new Map<string, ScanStatus>();

  override owns(scanId: string): boolean {
    return this.newest.has(scanId);
  }

  override status(scanId: string): Promise<ScanStatus | null> {
    return Promise.resolve(this.newest.get(scanId) ?? null);
  }
}

function scanIdOf(index: number): string {
  return `scan${index}`;
}

/** An update of usual length; its message carries the moment it was made, in nanoseconds of the machine's clock. */
function updateOf(scanId: string, seq: number, last: number): ScanStatus {
  const isEnd = seq === last;
  return {
    type: 'scan_update',
    scan_id: scanId,
    seq,
    status: isEnd ? 'completed' : 'scanning',
    progress: isEnd ? 100 : (seq / (last + 1)) * 100,
    message: `Reading files ${process.hrtime.bigint()}`,
    files_scanned: seq * 100,
    total_files: last * 100,
    nodes_found: seq * 37,
    eta_seconds: last - seq,
    current_file: 'shop/src/app/orders/order-list/order-list.component.ts',
    timestamp: new Date().toISOString(),
  };
}

async function startPinata(run: ServerRun): Promise<{ port: number; publish: Publish; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'pinata-bench-'));
  const log = pino({ level: 'silent' });
  const store = new SqliteStore(databasePath(folder));
  const bus = await openBus(run.redisUrl);
  const coordinator = new MadeUpScans(store, bus, log, {
    engineEntry: '',
    databasePath: databasePath(folder),
    memoryMb: 512,
    cancelGraceMs: 0,
    stallMs: 60_000,
    updatesPerSecond: 10,
    heartbeatMs: 900,
    concurrency: 1,
    maxQueued: 1,
  });
  const publish: Publish = (status) => {
    coordinator.newest.set(status.scan_id, status);
    bus.publish(status);
  };
  const app = await buildApp({
    store,
    bus,
    coordinator,
    folders: new AllowedFolders(),
    token: run.token,
    sessions: new PageSessions(),
    transport: 'tcp',
    allowedHosts: [],
    notices: [],
    pageFolder: folder,
    log,
  });
  const address = await listen(app, { host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await app.close();
    await bus.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port: Number(new URL(address).port), publish, close };
}

async function openBus(redisUrl: string | undefined): Promise<ProgressBus> {
  if (redisUrl === undefined) return new MemoryBus();
  const bus = new RedisBus(redisUrl, pino({ level: 'silent' }));
  if (!(await bus.connect(5000))) throw new Error('Redis does not answer');
  return bus;
}

/** What nobody can do without: sockets by scan, and the text sent to each of them. */
async function startBare(): Promise<{ port: number; publish: Publish; close: () => Promise<void> }> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
  const watchers = new Map<string, Set<WebSocket>>();
  const newest = new Map<string, string>();
  server.on('upgrade', (request, connection, head) => {
    sockets.handleUpgrade(request, connection, head, (socket) => {
      const scanId = request.url?.split('/').at(-1) ?? '';
      const group = watchers.get(scanId) ?? new Set<WebSocket>();
      watchers.set(scanId, group.add(socket));
      socket.on('close', () => group.delete(socket));
      const known = newest.get(scanId);
      if (known !== undefined) socket.send(known);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 20_000, resolve));
  const address = server.address();
  const publish: Publish = (status) => {
    const text = JSON.stringify(status);
    newest.set(status.scan_id, text);
    for (const socket of watchers.get(status.scan_id) ?? []) {
      socket.send(text);
      if (status.status === 'completed') socket.close(1000);
    }
  };
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
  };
  return { port: typeof address === 'object' && address !== null ? address.port : 0, publish, close };
}

async function main(run: ServerRun): Promise<void> {
  const { port, publish, close } = run.kind === 'pinata' ? await startPinata(run) : await startBare();
  const send = (message: FromServer): void => void process.send?.(message);
  const figures = (): ServerFigures => {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    return { cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() };
  };
  const publishAll = async (seq: number): Promise<void> => {
    const started = performance.now();
    for (let index = 0; index < run.scans; index++) {
      publish(updateOf(scanIdOf(index), seq, run.updates));
      // Scans do not tick together: their updates are spread over the interval.
      const due = started + (run.intervalMs * (index + 1)) / run.scans;
      if (run.scans > 1 && due - performance.now() > 1) await sleep(due - performance.now());
    }
    const rest = started + run.intervalMs - performance.now();
    if (rest > 0) await sleep(rest);
  };
  for (let index = 0; index < run.scans; index++) publish(updateOf(scanIdOf(index), 0, run.updates));
  process.on('message', (message: ToServer) => {
    if (message.type === 'measure') return send({ type: 'measured', ...figures() });
    const play = async (): Promise<void> => {
      const before = process.cpuUsage();
      for (let seq = 1; seq <= run.updates; seq++) await publishAll(seq);
      await sleep(1500);
      const { user, system } = process.cpuUsage(before);
      send({ type: 'played', cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() });
    };
    void play();
  });
  process.on('disconnect', () => {
    void close().finally(() => process.exit(0));
  });
  send({ type: 'ready', port });
}

await main(JSON.parse(process.argv[2] ?? '{}') as ServerRun);
