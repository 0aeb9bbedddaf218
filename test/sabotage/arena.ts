import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseEndpoint } from '../../extension/server/endpoint.ts';
import { TestRedis } from '../support/redis.ts';
import type { Target } from './clients.ts';
import type { ArenaKind } from './schedule.ts';

const THREAD_KILLER = pathToFileURL(join(import.meta.dirname, 'threadKiller.mjs')).href;
const TOKEN = 'sabotage-'.padEnd(43, 'x');
const SETTLE_MS = 10_000;

/** The bundled programs; the same for every arena. */
export interface Ground {
  serverEntry: string;
}

/** Real servers, and the Redis they share, to be sabotaged. */
export class Arena implements AsyncDisposable {
  readonly kind: ArenaKind;
  readonly redis: TestRedis | undefined;
  readonly servers: ServerProcess[];
  readonly #folder: string;
  #redisWork = Promise.resolve();

  private constructor(kind: ArenaKind, folder: string, redis: TestRedis | undefined, servers: ServerProcess[]) {
    this.kind = kind;
    this.#folder = folder;
    this.redis = redis;
    this.servers = servers;
  }

  /** Where the trees are that are scanned. */
  get treesFolder(): string {
    return join(this.#folder, 'trees');
  }

  static async open(kind: ArenaKind, ground: Ground): Promise<Arena> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pinata-arena-')));
    for (const name of ['data', 'tmp', 'trees']) mkdirSync(join(folder, name));
    const redis = kind === 'shared' ? await TestRedis.start() : undefined;
    const places = kind === 'shared' ? [await freePort(), await freePort()] : [join(folder, 'run/socket')];
    const servers = places.map((place) => new ServerProcess(ground, folder, place, redis?.url));
    const arena = new Arena(kind, folder, redis, servers);
    await Promise.all(servers.map((server) => server.start()));
    return arena;
  }

  /** Does something to Redis, when what was done to it before is over. */
  sabotageRedis(work: (redis: TestRedis) => Promise<void>): Promise<void> {
    const { redis } = this;
    if (redis) this.#redisWork = this.#redisWork.then(() => work(redis));
    return this.#redisWork;
  }

  /** What a run must not leave behind, looked for until it has gone or `SETTLE_MS` have passed. */
  async leftovers(): Promise<string[]> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const found = await this.#findLeftovers();
      if (found.length === 0 || performance.now() > deadline) return found;
      await sleep(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server.kill();
    await this.redis?.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #findLeftovers(): Promise<string[]> {
    const files = [...readdirSync(join(this.#folder, 'tmp')), ...this.#strangeData()];
    const found = [
      ...files.map((name) => `file ${name}`),
      ...this.servers.flatMap((server) => server.processes()),
      ...(await this.#redisLeftovers()),
    ];
    // Before all else is in order, as a connection to Redis that is still to come back, descriptors say nothing.
    return found.length > 0 ? found : this.servers.flatMap((server) => server.surplusDescriptors());
  }

  #strangeData(): string[] {
    return readdirSync(join(this.#folder, 'data')).filter((name) => !/^(pinata\.sqlite(-wal|-shm)?|cache)$/.test(name));
  }

  /** Channels nobody watches any more, and connections beyond the two of each server. */
  async #redisLeftovers(): Promise<string[]> {
    if (!this.redis) return [];
    const { channels, clients } = await this.redis.command(async (connection) => ({
      channels: await connection.pubsub('CHANNELS'),
      clients: String(await connection.client('LIST')),
    }));
    const named = (name: string): number => clients.split('\n').filter((line) => line.includes(`name=${name}`)).length;
    const wanted = this.servers.length;
    return [
      ...channels.map((channel) => `subscription ${String(channel)}`),
      ...['pinata-publish', 'pinata-subscribe']
        .filter((name) => named(name) !== wanted)
        .map((name) => `${named(name)} connections ${name} of ${wanted} servers`),
    ];
  }
}

/** One server process that can be killed and started again at the same address. */
export class ServerProcess {
  readonly target: Target;
  readonly #args: string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #entry: string;
  #process: ChildProcess | undefined;
  /** Open file descriptors of the idle process by kind, after its first run. */
  #baseline: Record<string, number> | undefined;
  /** Engine processes of servers that were killed. */
  #orphans: number[] = [];
  #restarting = Promise.resolve();
  /** Lines of the log at level warn and above, for the report of a failed run. */
  log: string[] = [];

  constructor(ground: Ground, folder: string, place: number | string, redisUrl: string | undefined) {
    this.#entry = ground.serverEntry;
    const where =
      typeof place === 'string'
        ? ['--socket', place, '--exit-with-parent']
        : ['--host', '127.0.0.1', '--port', `${place}`];
    this.#args = ['serve', ...where, '--root', join(folder, 'trees'), '--data-dir', join(folder, 'data')];
    this.target = {
      endpoint: parseEndpoint(typeof place === 'string' ? place : `http://127.0.0.1:${place}`),
      token: TOKEN,
    };
    this.#env = {
      ...process.env,
      PINATA_TOKEN: TOKEN,
      PINATA_LOG_LEVEL: 'info',
      TMPDIR: join(folder, 'tmp'),
      NODE_OPTIONS: `--import ${THREAD_KILLER}`,
      ...(redisUrl !== undefined && { PINATA_REDIS_URL: redisUrl }),
    };
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Kills it and starts it again; one restart after the other. */
  restart(downMs: number): Promise<void> {
    const restart = async (): Promise<void> => {
      await this.kill();
      await sleep(downMs);
      await this.start();
    };
    this.#restarting = this.#restarting.then(restart);
    return this.#restarting;
  }

  /** Starts it; resolves when it serves. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#entry, ...this.#args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: this.#env,
    });
    this.#process = child;
    this.#baseline = undefined;
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.log.push(line);
      if (this.log.length > 60) this.log.shift();
    });
    const ready = once(createInterface({ input: child.stdout }), 'line');
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${String(code)}: ${this.log.join('\n')}`);
    });
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
  }

  /** Ends it without a farewell. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.#orphans.push(...this.engines());
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Engine processes that run now. */
  engines(): number[] {
    return this.isRunning ? childrenOf(this.pid) : [];
  }

  /** Processes of scans, also of servers that were killed. */
  processes(): string[] {
    this.#orphans = this.#orphans.filter((pid) => isAlive(pid));
    return [...this.#orphans, ...this.engines()].map((pid) => `process ${pid}`);
  }

  /** Descriptors that the idle server has open beyond those after its first run. */
  surplusDescriptors(): string[] {
    if (!this.isRunning) return [];
    const now = descriptors(this.pid);
    const baseline = (this.#baseline ??= now);
    return Object.entries(now)
      .filter(([kind, count]) => count > (baseline[kind] ?? 0))
      .map(([kind, count]) => `${count} descriptors of ${kind}, before ${baseline[kind] ?? 0}`);
  }
}

/** Processes whose parent is `pid`. */
function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // The process has ended.
    return [];
  }
}

/** Number of open file descriptors by what they are. */
function descriptors(pid: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    const kind = descriptorKind(`/proc/${pid}/fd/${name}`);
    if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function descriptorKind(path: string): string | undefined {
  try {
    return readlinkSync(path).replace(/:.*$/, '');
  } catch {
    // Closed while the list was read.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No such process is the answer that is asked for.
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port was assigned');
  return address.port;
}
