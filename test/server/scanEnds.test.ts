import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanStatus } from '#protocol/scan.ts';
import { databasePath } from '../../server/store/dataFolder.ts';
import { SqliteStore } from '../../server/store/sqliteStore.ts';
import { eventually, isAlive, STAND_IN_ENGINE, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

const BEHAVIOURS = ['works', 'hangs', 'exits', 'fails', 'exhausts-memory'];
const folders = new TempFolder();
let server: TestServer;

beforeAll(async () => {
  for (const name of BEHAVIOURS) mkdirSync(join(folders.path, name));
  server = await TestServer.start({
    roots: [folders.path],
    settings: { engineEntry: STAND_IN_ENGINE, memoryMb: 64, cancelGraceMs: 500, concurrency: 2 },
  });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folders[Symbol.dispose]();
});

async function startScan(behaviour: string): Promise<{ scanId: string; pid: number }> {
  const scanId = await server.scan(join(folders.path, behaviour));
  await eventually(() => server.coordinator.enginePid(scanId) !== undefined);
  return { scanId, pid: server.coordinator.enginePid(scanId) ?? 0 };
}

describe('a scan ends, whatever happens to the engine process', () => {
  it('killed: the scan fails and says so', async () => {
    const { scanId, pid } = await startScan('works');
    await eventually(async () => ((await server.coordinator.status(scanId))?.files_scanned ?? 0) > 3);
    process.kill(pid, 'SIGKILL');
    const end = await server.ended(scanId);
    expect(end).toMatchObject({ status: 'error', error: expect.stringContaining('SIGKILL') });
    expect(end.progress).not.toBe(100);
    expect(isAlive(pid)).toBe(false);
  });

  it('exited too early: the scan fails with the code', async () => {
    const { scanId } = await startScan('exits');
    expect(await server.ended(scanId)).toMatchObject({ status: 'error', error: expect.stringContaining('code 3') });
  });

  it('out of memory: the scan fails and names the limit', async () => {
    const { scanId } = await startScan('exhausts-memory');
    expect(await server.ended(scanId)).toMatchObject({ error: expect.stringContaining('out of memory (limit 64 MB)') });
  });

  it('failed with a reason: the user sees the reason', async () => {
    const { scanId } = await startScan('fails');
    expect(await server.ended(scanId)).toMatchObject({ status: 'error', error: 'The folder cannot be read.' });
    expect(await server.json(`/scan/${scanId}/overview`)).toMatchObject({
      scan: { status: 'error', error: 'The folder cannot be read.' },
    });
  });

  it('hanging: a cancelled scan is killed after the grace time', async () => {
    const { scanId, pid } = await startScan('hangs');
    await eventually(async () => (await server.coordinator.status(scanId))?.status === 'scanning');
    const before = performance.now();
    await server.coordinator.cancel(scanId);
    expect((await server.ended(scanId)).status).toBe('cancelled');
    expect(performance.now() - before).toBeLessThan(1500);
    expect(isAlive(pid)).toBe(false);
  });

  it('not startable: the scan fails', async () => {
    await using broken = await TestServer.start({
      roots: [folders.path],
      settings: { engineEntry: join(folders.path, 'missing.ts') },
    });
    const scanId = await broken.scan(join(folders.path, 'works'));
    expect((await broken.ended(scanId)).status).toBe('error');
  });
});

describe('closing the server', () => {
  it('cancels running and waiting scans, keeps their ends and leaves no process', async () => {
    const closing = await TestServer.start({ roots: [folders.path], settings: { engineEntry: STAND_IN_ENGINE } });
    const running = await closing.scan(join(folders.path, 'works'));
    const waiting = await closing.scan(join(folders.path, 'works'));
    await eventually(() => closing.coordinator.enginePid(running) !== undefined);
    const pid = closing.coordinator.enginePid(running) ?? 0;
    const watcher = closing.watch(running);
    await watcher.until((status) => status.status === 'scanning');
    await closing.coordinator.close();
    expect((await closing.store.status(running))?.status).toBe('cancelled');
    expect((await closing.store.status(waiting))?.status).toBe('cancelled');
    await watcher.closed;
    expect(watcher.statuses.at(-1)?.status).toBe('cancelled');
    expect(isAlive(pid)).toBe(false);
    await closing[Symbol.asyncDispose]();
  });
});

describe('a server that died', () => {
  it('leaves scans that the next server marks as interrupted, and only those', async () => {
    using data = new TempFolder();
    const path = databasePath(data.path);
    const survivor = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(dead, 'exit');
    const first = new SqliteStore(path);
    for (const scanId of ['dead', 'alive', 'own']) await first.createScan(newScan(scanId));
    const owners = [
      ['dead', dead.pid ?? 0],
      ['alive', survivor.pid ?? 0],
    ] as const;
    await first.close();
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path);
    for (const [scanId, pid] of owners) {
      database.prepare('UPDATE scans SET owner_pid = ? WHERE scan_id = ?').run(pid, scanId);
    }
    database.close();
    const second = new SqliteStore(path);
    await second.createScan(newScan('current'));
    const interrupted = await second.markInterrupted();
    expect(interrupted.map((status) => status.scan_id).toSorted()).toEqual(['dead', 'own']);
    expect(await second.status('dead')).toMatchObject({
      status: 'error',
      error: expect.stringContaining('interrupted'),
    });
    expect((await second.status('alive'))?.status).toBe('queued');
    expect((await second.status('current'))?.status).toBe('queued');
    survivor.kill();
    await once(survivor, 'exit');
    expect(await second.status('alive')).toMatchObject({ status: 'error' });
    await second.close();
  });
});

function newScan(scanId: string): Parameters<SqliteStore['createScan']>[0] {
  const status: ScanStatus = {
    type: 'scan_update',
    scan_id: scanId,
    seq: 0,
    status: 'queued',
    progress: null,
    message: 'Waiting to start',
    files_scanned: 0,
    total_files: 0,
    nodes_found: 0,
    eta_seconds: null,
    timestamp: new Date().toISOString(),
  };
  return { request: { repository_path: '/r' }, roots: [{ name: 'r', path: '/r' }], status };
}
