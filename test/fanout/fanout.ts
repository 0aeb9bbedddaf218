import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TestRedis } from '../support/redis.ts';
import type { ClientFigures, ClientRun, FromClients } from './clients.ts';
import type { FromServer, ServerRun, ToServer } from './server.ts';

const TOKEN = 'fanout-'.padEnd(43, 'x');
const CLIENT_PROCESSES = 2;

interface Load {
  name: string;
  scans: number;
  clients: number;
  updates: number;
  intervalMs: number;
}

interface Outcome {
  lost: number;
  /** Microseconds of the server's processor time a delivered message. */
  cpu: number;
  p50: number;
  p99: number;
  /** Growth of the server's resident memory a client, in KiB. */
  memory: number;
}

export interface FanoutOptions {
  /** Clients of the one scan. */
  clients: number;
  /** Scans with five clients each. */
  scans: number;
  rounds: number;
  /** Only the load whose name starts so. */
  only: string | undefined;
}

function loadsOf({ clients, scans }: FanoutOptions): Load[] {
  return [
    { name: 'one scan', scans: 1, clients, updates: 20, intervalMs: 1000 },
    { name: 'many scans', scans, clients: scans * 5, updates: 20, intervalMs: 500 },
  ];
}

const VARIANTS = ['bare', 'pinata', 'redis'] as const;
type Variant = (typeof VARIANTS)[number];

function forkScript(name: string, argument: object, ...execArgv: string[]): ChildProcess {
  return fork(join(import.meta.dirname, name), [JSON.stringify(argument)], { execArgv, serialization: 'advanced' });
}

/** The next message of a type. */
async function next<T extends { type: string }, K extends T['type']>(
  child: ChildProcess,
  type: K,
): Promise<Extract<T, { type: K }>> {
  for (;;) {
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`a process of the bench ended with ${String(code)}`);
    });
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
    if (message.type === type) return message as Extract<T, { type: K }>;
  }
}

async function play(load: Load, variant: Variant, redisUrl: string): Promise<Outcome> {
  const { scans, updates, intervalMs } = load;
  const kind = variant === 'bare' ? 'bare' : 'pinata';
  const run: ServerRun = {
    kind,
    redisUrl: variant === 'redis' ? redisUrl : undefined,
    token: TOKEN,
    scans,
    updates,
    intervalMs,
  };
  const server = forkScript('server.ts', run, '--expose-gc');
  const ask = async <K extends FromServer['type']>(message: ToServer, answer: K) => {
    const answered = next<FromServer, K>(server, answer);
    server.send(message);
    return answered;
  };
  const { port } = await next<FromServer, 'ready'>(server, 'ready');
  const before = await ask({ type: 'measure' }, 'measured');
  const share = load.clients / CLIENT_PROCESSES;
  const clients = Array.from({ length: CLIENT_PROCESSES }, (_, index) => {
    const part: ClientRun = { port, token: TOKEN, connections: share, first: index * share, scans };
    return forkScript('clients.ts', part);
  });
  await Promise.all(clients.map((client) => next<FromClients, 'connected'>(client, 'connected')));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const connected = await ask({ type: 'measure' }, 'measured');
  const played = await ask({ type: 'play' }, 'played');
  const figures = await Promise.all(
    clients.map(async (client) => {
      const done = next<FromClients, 'done'>(client, 'done');
      client.send('finish');
      return done;
    }),
  );
  server.disconnect();
  await once(server, 'exit');
  return outcomeOf(load, figures, played.cpuMicroseconds, connected.rssBytes - before.rssBytes);
}

function outcomeOf(load: Load, figures: ClientFigures[], cpu: number, memory: number): Outcome {
  const sum = (of: (part: ClientFigures) => number): number => figures.reduce((total, part) => total + of(part), 0);
  const latencies = Float64Array.from(figures.flatMap((part) => part.latencies)).sort();
  return {
    lost:
      load.clients -
      Math.min(
        sum((part) => part.ended),
        sum((part) => part.closed),
      ),
    cpu: cpu / sum((part) => part.messages),
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    memory: memory / load.clients / 1024,
  };
}

function median(outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number {
  const sorted = outcomes.map(of).toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function print(load: Load, outcomes: Map<Variant, Outcome[]>): void {
  const floor = outcomes.get('bare') ?? [];
  console.log(`\n${load.name}: ${load.scans} scans, ${load.clients} clients, ${load.updates} updates a scan`);
  console.log('| | lost | CPU µs a message | p50 ms | p99 ms | KiB a client |');
  console.log('|---|--:|--:|--:|--:|--:|');
  for (const [variant, all] of outcomes) {
    const cell = (of: (outcome: Outcome) => number, isFactor = true): string => {
      const value = median(all, of);
      const factor = isFactor && variant !== 'bare' ? ` (${(value / median(floor, of)).toFixed(2)}×)` : '';
      return `${value.toFixed(1)}${factor}`;
    };
    const lost = all.reduce((total, outcome) => total + outcome.lost, 0);
    const above = median(all, ({ memory }) => memory) - median(floor, ({ memory }) => memory);
    const memory = `${cell((outcome) => outcome.memory, false)}${variant === 'bare' ? '' : ` (+${above.toFixed(1)})`}`;
    const name = { bare: 'bare ws', pinata: 'Pinata', redis: 'Pinata over Redis' }[variant];
    console.log(
      `| ${name} | ${lost} | ${cell(({ cpu }) => cpu)} | ${cell(({ p50 }) => p50)} | ${cell(({ p99 }) => p99)} | ${memory} |`,
    );
  }
}

/** Runs and prints the bench. @returns the number of clients that never had the terminal status */
export async function benchFanout(options: FanoutOptions): Promise<number> {
  const redis = await TestRedis.start();
  let lost = 0;
  try {
    for (const load of loadsOf(options).filter(({ name }) => name.startsWith(options.only ?? ''))) {
      const outcomes = new Map<Variant, Outcome[]>(VARIANTS.map((variant) => [variant, []]));
      // Interleaved, so that a change of the machine's mood meets all of them.
      for (let round = 0; round < options.rounds; round++) {
        for (const variant of VARIANTS) outcomes.get(variant)?.push(await play(load, variant, redis.url));
      }
      print(load, outcomes);
      lost += [...outcomes.values()].flat().reduce((total, outcome) => total + outcome.lost, 0);
    }
  } finally {
    await redis.kill();
  }
  return lost;
}
