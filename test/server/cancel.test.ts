import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import { asRecord, eventually, isAlive, TestServer } from './support/testServer.ts';
import { TempFolder } from './support/tempFolder.ts';

/** Promised: the answer in 300 ms, idle workers in 2 s. A process that heeds nothing is killed at the end of those. */
const ANSWER_MS = 300;
const IDLE_MS = 2000;
/** From a killed process to its noticed end on a busy machine. */
const SLACK_MS = 1500;

const folder = new TempFolder();
let server: TestServer;
let version = 0;

beforeAll(async () => {
  mkdirSync(join(folder.path, 'code'));
  server = await TestServer.start({ roots: [folder.path] });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Starts a scan of files that no cache knows. */
async function startScan(): Promise<string> {
  version++;
  for (let index = 0; index < 500; index++) {
    const lines = Array.from(
      { length: 120 },
      (_, line) => `export const f${line} = (a: number) => fetch(\`/api/${index}/${line}/\${a}\`);`,
    );
    writeFileSync(join(folder.path, 'code', `file${index}.ts`), `// ${version}\n${lines.join('\n')}\n`);
  }
  return server.scan(join(folder.path, 'code'));
}

describe('cancelling a scan of real files', () => {
  it.each<[string, (status: ScanStatus) => boolean]>([
    ['at once', () => true],
    ['while files are read', (status) => status.files_scanned > 100],
    ['while files are joined', (status) => status.status === 'linking'],
  ])('%s is answered, ends the engine and labels what is kept', async (_when, isMoment) => {
    const scanId = await startScan();
    await eventually(() => server.coordinator.enginePid(scanId) !== undefined);
    const pid = server.coordinator.enginePid(scanId) ?? 0;
    const watcher = server.watch(scanId);
    await watcher.until((status) => isMoment(status) || isTerminal(status.status));
    const asked = performance.now();
    const answer = asRecord(await (await server.request(`/scan/${scanId}/cancel`, { method: 'POST' })).json());
    expect(performance.now() - asked).toBeLessThan(ANSWER_MS);
    expect(answer).toMatchObject({ scan_id: scanId, accepted: true });
    const again = asRecord(await (await server.request(`/scan/${scanId}/cancel`, { method: 'POST' })).json());
    expect(again['message']).toMatch(/already/);
    const end = await server.ended(scanId);
    expect(performance.now() - asked).toBeLessThan(IDLE_MS + SLACK_MS);
    await eventually(() => !isAlive(pid), IDLE_MS + SLACK_MS);
    expect(end.status).toBe('cancelled');
    expect(end.progress).not.toBe(100);
    expect(await watcher.closed).toBe(1000);
    expect(watcher.statuses.at(-1)).toEqual(end);

    const kept = await server.json(`/scan/${scanId}/results?limit=1`);
    expect(kept['total']).toBe(end.nodes_found);
    const exported = await server.json(`/scan/${scanId}/export?format=json`);
    expect(exported['scan']).toMatchObject({ status: 'cancelled' });
    const late = asRecord(await (await server.request(`/scan/${scanId}/cancel`, { method: 'POST' })).json());
    expect(late).toMatchObject({ accepted: false, message: 'The scan has been cancelled already.' });
  });

  it('after it has completed changes nothing and says so', async () => {
    const scanId = await startScan();
    const end = await server.ended(scanId);
    expect(end.status).toBe('completed');
    const answer = asRecord(await (await server.request(`/scan/${scanId}/cancel`, { method: 'POST' })).json());
    expect(answer).toMatchObject({ accepted: false, message: 'The scan has completed already.' });
    expect(await server.json(`/scan/${scanId}/status`)).toEqual(end);
  });
});
