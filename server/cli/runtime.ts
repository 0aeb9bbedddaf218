import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { errorMessage } from '../errorMessage.ts';
import { MemoryBus } from '../progress/memoryBus.ts';
import type { ProgressBus } from '../progress/progressBus.ts';
import { RedisBus } from '../progress/redisBus.ts';
import { AllowedFolders } from '../scans/allowedFolders.ts';
import { ScanCoordinator } from '../scans/coordinator.ts';
import { defaultEngineEntry, defaultMemoryMb } from '../scans/engineChild.ts';
import { databasePath, defaultDataFolder } from '../store/dataFolder.ts';
import { SqliteStore } from '../store/sqliteStore.ts';
import { keptScans } from '../store/retention.ts';
import type { Store } from '../store/store.ts';
import { type CommonOptions, UsageError } from './usage.ts';

const REDIS_START_WAIT_MS = 3000;

/** What to do when a configured Redis does not answer at start: go on without it, or wait for it, not ready. */
export type RedisPolicy = 'unused' | 'fallback' | 'required';

/** The parts every command works with, opened; `close` ends them in order. */
export interface Runtime {
  store: Store;
  bus: ProgressBus;
  coordinator: ScanCoordinator;
  folders: AllowedFolders;
  notices: string[];
  log: Logger;
  /** Cancels scans, writes out what is pending and ends every process, connection and file. */
  close(): Promise<void>;
}

/** @throws {Error} when no store can be opened */
export async function openRuntime(options: CommonOptions, redis: RedisPolicy, log: Logger): Promise<Runtime> {
  checkRetention();
  const notices: string[] = [];
  const { store, path, temporary } = await openStore(options.dataDir, notices, log);
  const bus = await openBus(redis, notices, log);
  const coordinator = new ScanCoordinator(store, bus, log, {
    engineEntry: defaultEngineEntry(),
    databasePath: path,
    memoryMb: options.memoryMb ?? defaultMemoryMb(),
    cancelGraceMs: 2000,
    stallMs: 60_000,
    updatesPerSecond: 10,
    heartbeatMs: 900,
    concurrency: 1,
    maxQueued: 5000,
  });
  await coordinator.start();
  return {
    store,
    bus,
    coordinator,
    folders: new AllowedFolders(),
    notices,
    log,
    async close() {
      await coordinator.close();
      await bus.close();
      await store.close();
      if (temporary) await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** @throws {UsageError} so that a wrong setting is heard of before a scan has run */
function checkRetention(): void {
  try {
    keptScans();
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/** Opens the store in the data folder; where the default folder cannot be written, in a temporary one. */
async function openStore(
  dataDir: string | undefined,
  notices: string[],
  log: Logger,
): Promise<{ store: Store; path: string; temporary?: string }> {
  const path = databasePath(dataDir ?? defaultDataFolder());
  try {
    return { store: new SqliteStore(path), path };
  } catch (error) {
    if (dataDir !== undefined) throw error;
    log.warn({ err: error }, 'the result store cannot be opened; results last until this process ends');
    notices.push(`${errorMessage(error)}. Results are kept only until the server ends.`);
  }
  const temporary = await mkdtemp(join(tmpdir(), 'pinata-'));
  return { store: new SqliteStore(databasePath(temporary)), path: databasePath(temporary), temporary };
}

async function openBus(policy: RedisPolicy, notices: string[], log: Logger): Promise<ProgressBus> {
  const url = process.env['PINATA_REDIS_URL'];
  if (!url || policy === 'unused') return new MemoryBus();
  const redis = new RedisBus(url, log);
  if (await redis.connect(REDIS_START_WAIT_MS)) {
    log.info({ redis: displayUrl(url) }, 'Redis answers');
    return redis;
  }
  const reason = `Redis at ${displayUrl(url)} does not answer`;
  if (policy === 'required') {
    log.error({ detail: redis.health().detail }, `${reason}; not ready, trying again`);
    return redis;
  }
  log.warn({ detail: redis.health().detail }, `${reason}; progress stays in this process`);
  notices.push(`${reason}: progress is not shared with other servers.`);
  await redis.close();
  return new MemoryBus();
}

/** A URL without its credentials. */
function displayUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the configured address';
}
