import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '#protocol/http.ts';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import { MemoryBus } from '../../server/progress/memoryBus.ts';
import type { ProgressBus } from '../../server/progress/progressBus.ts';
import { RedisBus } from '../../server/progress/redisBus.ts';
import { TempFolder } from './support/tempFolder.ts';
import { TestServer, type Watcher } from './support/testServer.ts';
import { TestRedis } from '../support/redis.ts';

/** The tree of the report this product grew from had 8,898 files. */
const FILES = 8898;
const WATCHERS = 20;

const tree = new TempFolder();
let redis: TestRedis;

beforeAll(async () => {
  writeTree(tree.path, FILES);
  redis = await TestRedis.start();
}, 120_000);

afterAll(async () => {
  tree[Symbol.dispose]();
  await redis.kill();
});

/** C#, TypeScript and HTML in equal parts, each file with something to find. */
function writeTree(root: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const folder = join(root, `module${index % 90}`);
    if (index < 90) mkdirSync(folder, { recursive: true });
    const [name, content] = fileOf(index);
    writeFileSync(join(folder, name), content);
  }
}

function fileOf(index: number): [string, string] {
  switch (index % 3) {
    case 0:
      return [
        `Orders${index}Controller.cs`,
        `namespace M${index};\n[ApiController]\n[Route("api/orders${index}")]\npublic class Orders${index}Controller : ControllerBase\n{\n    [HttpGet]\n    public string List() => System.IO.File.ReadAllText("orders${index}.txt");\n}\n`,
      ];
    case 1:
      return [
        `orders${index}.service.ts`,
        `export class Orders${index}Service {\n  list() {\n    return fetch('/api/orders${index - 1}');\n  }\n}\n`,
      ];
    default:
      return [`orders${index}.component.html`, `<button (click)="load()">Load</button>\n<p>{{ total }}</p>\n`];
  }
}

/** Numbers from 0 to 1 that are the same at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

/** Attaches watchers at random moments of a scan, the last ones after its end. */
async function watchAtRandom(server: TestServer, scanId: string): Promise<Watcher[]> {
  const random = seeded(8898);
  const watchers = [server.watch(scanId)];
  const ended = server.ended(scanId);
  const moments = Array.from({ length: WATCHERS - 3 }, () => random() * 100).sort((a, b) => a - b);
  for (const moment of moments) {
    const reached = watchers[0]?.until((status) => (status.progress ?? 0) >= moment || isTerminal(status.status));
    await reached;
    watchers.push(server.watch(scanId));
  }
  await ended;
  watchers.push(server.watch(scanId), server.watch(scanId));
  return watchers;
}

function expectNeverBackwards(statuses: readonly ScanStatus[]): void {
  let seq = -1;
  let progress = 0;
  for (const status of statuses) {
    expect(status.seq).toBeGreaterThan(seq);
    expect(status.progress ?? progress).toBeGreaterThanOrEqual(progress);
    seq = status.seq;
    progress = status.progress ?? progress;
  }
}

async function expectSeedCase(bus: ProgressBus): Promise<void> {
  await using server = await TestServer.start({ roots: [tree.path], bus });
  const scanId = await server.scan(tree.path);
  const watchers = await watchAtRandom(server, scanId);
  expect(watchers).toHaveLength(WATCHERS);
  for (const watcher of watchers) {
    expect(await watcher.closed).toBe(CLOSE_CODES.done);
    expectNeverBackwards(watcher.statuses);
    expect(watcher.statuses.at(-1)).toMatchObject({
      status: 'completed',
      progress: 100,
      files_scanned: FILES,
      total_files: FILES,
    });
  }
  const found = new Set(watchers.map((watcher) => watcher.statuses.at(-1)?.nodes_found));
  expect([...found]).toEqual([watchers[0]?.statuses.at(-1)?.nodes_found]);
  const first = watchers[0]?.statuses ?? [];
  expect(first.length).toBeGreaterThan(10);
  expect(longestSilence(first)).toBeLessThan(2500);
}

/** Milliseconds between two updates, at most. The promise is 1 s; a busy test machine gets some slack. */
function longestSilence(statuses: readonly ScanStatus[]): number {
  const times = statuses.map((status) => Date.parse(status.timestamp));
  return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}

describe('a scan of 8,898 files with 20 watchers that come at random moments', () => {
  it('ends in the same completed status at every one of them over the in-process bus', async () => {
    await expectSeedCase(new MemoryBus());
  }, 300_000);

  it('ends in the same completed status at every one of them over Redis', async () => {
    await expectSeedCase(new RedisBus(redis.url, { info: () => undefined, warn: () => undefined }));
  }, 300_000);
});
