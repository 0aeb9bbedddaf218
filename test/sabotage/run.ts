import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelAnswer, NodePage } from '#protocol/http.ts';
import { isTerminal, ScanAccepted, ScanStatus } from '#protocol/scan.ts';
import { ServerClient, ServerError } from '../../extension/server/client.ts';
import type { Arena } from './arena.ts';
import { clientOf, type SabotagedClient } from './clients.ts';
import type { Sabotage, Schedule, TreeName } from './schedule.ts';

const END_WAIT_MS = 60_000;
const CLIENT_WAIT_MS = 40_000;

/** What a scan of each tree finds when nothing happens to it. */
export type Expected = Record<TreeName, { files: number; nodes: number }>;

export interface RunReport {
  schedule: Schedule;
  /** Broken promises; empty when the run passed. */
  faults: string[];
  end: ScanStatus | null;
  /** Milliseconds from the first client's end to the last one's, of clients that were attached before. */
  spreadMs: number;
}

/** Plays one schedule through an arena and checks what was promised. */
export async function playRun(arena: Arena, schedule: Schedule, expected: Expected): Promise<RunReport> {
  const run = new Run(arena, schedule, expected);
  try {
    return await run.play();
  } finally {
    run.dispose();
  }
}

class Run {
  readonly #arena: Arena;
  readonly #schedule: Schedule;
  readonly #expected: Expected;
  readonly #clients: SabotagedClient[] = [];
  readonly #watching: Promise<void>[] = [];
  readonly #api: ServerClient;
  readonly #faults: string[] = [];
  #scanId = '';

  constructor(arena: Arena, schedule: Schedule, expected: Expected) {
    this.#arena = arena;
    this.#schedule = schedule;
    this.#expected = expected;
    const { endpoint, token } = arena.servers[0]!.target;
    this.#api = new ServerClient(endpoint, token);
  }

  async play(): Promise<RunReport> {
    const { tree, clients, steps } = this.#schedule;
    const accepted = await this.#api.post('/scan', ScanAccepted, {
      repository_path: join(this.#arena.treesFolder, tree),
    });
    this.#scanId = accepted.scan_id;
    const started = performance.now();
    const at = async (ms: number, work: () => unknown): Promise<void> => {
      await sleep(Math.max(0, started + ms - performance.now()));
      await work();
    };
    const attached = clients.map((plan, index) =>
      plan.at === 'end' ? undefined : at(plan.at, () => this.#attach(index)),
    );
    await Promise.all([...attached, ...steps.map((step) => at(step.at, () => this.#sabotage(step.action)))]);
    const end = await this.#truth();
    for (const [index, plan] of clients.entries()) if (plan.at === 'end') this.#attach(index);
    await this.#awaitClients();
    this.#check(end);
    if (end) await this.#checkResult(end);
    this.dispose();
    this.#faults.push(...(await this.#arena.leftovers()).map((left) => `left behind: ${left}`));
    return { schedule: this.#schedule, faults: this.#faults, end, spreadMs: this.#spread() };
  }

  dispose(): void {
    for (const client of this.#clients) client.stop();
    this.#api.dispose();
  }

  #attach(index: number): void {
    const plan = this.#schedule.clients[index]!;
    const client = clientOf(plan, this.#arena.servers[plan.server]!.target, this.#scanId);
    this.#clients[index] = client;
    this.#watching.push(client.watch());
  }

  async #sabotage(action: Sabotage): Promise<void> {
    const { servers } = this.#arena;
    switch (action.what) {
      case 'drop_socket':
        return this.#clients[action.client]?.drop();
      case 'pause_client':
        return this.#clients[action.client]?.pause(action.ms);
      case 'reload_client':
        return this.#clients[action.client]?.reload();
      case 'kill_worker':
        return this.#signalEngines('SIGUSR2');
      case 'kill_engine':
        return this.#signalEngines('SIGKILL');
      case 'kill_server':
        return servers[action.server]!.restart(action.downMs);
      case 'kill_redis':
        return this.#arena.sabotageRedis(async (redis) => {
          await redis.kill();
          await sleep(action.downMs);
          await redis.restart();
        });
      case 'pause_redis':
        return this.#arena.sabotageRedis(async (redis) => {
          redis.pause();
          await sleep(action.ms);
          redis.resume();
        });
      case 'cut_redis':
        return this.#cutRedis();
      case 'cancel':
        for (let time = 0; time < action.times; time++) await this.#cancel();
    }
  }

  /** Sends a signal to the engine processes; before their handler is set SIGUSR2 would end them, which is another step. */
  #signalEngines(signal: NodeJS.Signals): void {
    for (const server of this.#arena.servers) {
      for (const pid of server.engines()) {
        try {
          process.kill(pid, signal);
        } catch {
          // It has ended in between.
        }
      }
    }
  }

  #cutRedis(): Promise<void> {
    return this.#arena.sabotageRedis((redis) =>
      redis.command(async (connection) => {
        await connection.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      }),
    );
  }

  async #cancel(): Promise<void> {
    try {
      const answer = await this.#api.post(`/scan/${this.#scanId}/cancel`, CancelAnswer);
      if (answer.scan_id !== this.#scanId || answer.message === '')
        this.#faults.push('cancel: an answer without words');
    } catch (error) {
      // Another step may have killed the server.
      if (!(error instanceof ServerError) || error.status !== 0) throw error;
    }
  }

  /** The terminal status as the server that ran the scan tells it. */
  async #truth(): Promise<ScanStatus | null> {
    const deadline = performance.now() + END_WAIT_MS;
    while (performance.now() < deadline) {
      const status = await this.#api.get(`/scan/${this.#scanId}/status`, ScanStatus).catch(() => null);
      if (status && isTerminal(status.status)) return status;
      await sleep(30);
    }
    this.#faults.push(`the scan has not ended after ${END_WAIT_MS} ms`);
    return null;
  }

  async #awaitClients(): Promise<void> {
    const timeout = new AbortController();
    const late = sleep(CLIENT_WAIT_MS, undefined, { signal: timeout.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#watching), late]);
    timeout.abort();
  }

  #check(end: ScanStatus | null): void {
    for (const [index, client] of this.#clients.entries()) {
      const faults = [...client.faults, ...streamFaults(client), ...(end ? endFaults(client, end) : [])];
      this.#faults.push(...faults.map((fault) => `client ${index} (${client.kind}): ${fault}`));
    }
    if (end) this.#faults.push(...this.#outcomeFaults(end));
  }

  /** What the scan's end must be, given what happened to it. */
  #outcomeFaults(end: ScanStatus): string[] {
    const did = (what: Sabotage['what']): boolean => this.#schedule.steps.some(({ action }) => action.what === what);
    const faults: string[] = [];
    if (end.status === 'cancelled' && !did('cancel')) faults.push('cancelled by nobody');
    if (end.status === 'error' && !did('kill_engine') && !did('kill_server') && !did('kill_worker')) {
      faults.push(`failed by itself: ${end.error}`);
    }
    const { files, nodes } = this.#expected[this.#schedule.tree];
    const threadsLost = this.#schedule.steps.filter(({ action }) => action.what === 'kill_worker').length;
    if (end.status === 'completed' && threadsLost < 2 && (end.files_scanned !== files || end.nodes_found !== nodes)) {
      faults.push(`completed with ${end.files_scanned} files and ${end.nodes_found} nodes of ${files} and ${nodes}`);
    }
    if ((end.progress === 100) !== (end.status === 'completed')) faults.push(`${end.status} at ${end.progress} %`);
    return faults;
  }

  /** The result that is stored has as many nodes as the status says. */
  async #checkResult(end: ScanStatus): Promise<void> {
    if (end.status === 'error') return;
    const page = await this.#api.get(`/scan/${this.#scanId}/results?limit=1`, NodePage);
    if (page.total !== end.nodes_found)
      this.#faults.push(`${page.total} nodes are stored, ${end.nodes_found} were told`);
  }

  #spread(): number {
    const early = this.#clients.filter((_, index) => this.#schedule.clients[index]?.at !== 'end');
    const times = early.flatMap((client) => client.endedAt ?? []);
    return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  }
}

/** Rising `seq`, progress that never goes back, nothing after the end. */
function streamFaults(client: SabotagedClient): string[] {
  const faults: string[] = [];
  for (const stream of client.streams) {
    let seq = -1;
    let ended = false;
    for (const status of stream) {
      if (status.seq <= seq) faults.push(`seq ${status.seq} after ${seq} on one connection`);
      if (ended) faults.push(`an update after the terminal one: ${JSON.stringify(status)}`);
      seq = status.seq;
      ended = isTerminal(status.status);
    }
  }
  return [...faults, ...backwardFaults(client)];
}

/** A client that drops what is older than what it knows never sees progress go back, over all its connections. */
function backwardFaults(client: SabotagedClient): string[] {
  const faults: string[] = [];
  let seq = -1;
  let progress = 0;
  for (const status of client.streams.flat()) {
    if (status.seq <= seq) continue;
    seq = status.seq;
    if ((status.progress ?? progress) < progress) faults.push(`progress ${status.progress} after ${progress}`);
    progress = status.progress ?? progress;
  }
  return faults;
}

function endFaults(client: SabotagedClient, truth: ScanStatus): string[] {
  const { end } = client;
  const last = client.streams.at(-1)?.at(-1);
  if (!end) return [`never heard of the end; last ${JSON.stringify(last)}`];
  const [told, real] = [JSON.stringify(sorted(end)), JSON.stringify(sorted(truth))];
  return told === real ? [] : [`ended in ${told}, the truth is ${real}`];
}

function sorted(status: ScanStatus): [string, unknown][] {
  return Object.entries(status).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
