import { Random } from './random.ts';

/** How the servers of an arena are run: launched by an extension, or two that share Redis and a store. */
export type ArenaKind = 'launched' | 'shared';

export const TREES = ['small', 'medium', 'large'] as const;
export type TreeName = (typeof TREES)[number];

export interface ClientPlan {
  /** The extension's own client, a plain WebSocket, or Server-Sent Events. */
  kind: 'follow' | 'socket' | 'events';
  /** Index of the server it attaches to. */
  server: number;
  /** Milliseconds after the start of the scan, or after its end. */
  at: number | 'end';
}

export type Sabotage =
  | { what: 'drop_socket'; client: number }
  | { what: 'pause_client'; client: number; ms: number }
  | { what: 'reload_client'; client: number }
  | { what: 'kill_redis'; downMs: number }
  | { what: 'cut_redis' }
  | { what: 'pause_redis'; ms: number }
  | { what: 'kill_worker' }
  | { what: 'kill_engine' }
  | { what: 'kill_server'; server: number; downMs: number }
  | { what: 'cancel'; times: number };

export interface Step {
  /** Milliseconds after the start of the scan. */
  at: number;
  action: Sabotage;
}

/** What happens in one run, decided by its seed alone. */
export interface Schedule {
  seed: number;
  tree: TreeName;
  /** Whether every file has changed since it was scanned last; otherwise all comes from the cache. */
  changed: boolean;
  clients: ClientPlan[];
  steps: Step[];
}

const WEIGHTS: Record<ArenaKind, Record<Sabotage['what'], number>> = {
  launched: {
    drop_socket: 5,
    pause_client: 3,
    reload_client: 4,
    kill_redis: 0,
    cut_redis: 0,
    pause_redis: 0,
    kill_worker: 3,
    kill_engine: 3,
    kill_server: 3,
    cancel: 3,
  },
  shared: {
    drop_socket: 4,
    pause_client: 2,
    reload_client: 3,
    kill_redis: 4,
    cut_redis: 4,
    pause_redis: 0.6,
    kill_worker: 2,
    kill_engine: 2,
    kill_server: 3,
    cancel: 2,
  },
};

/** Longest a scan of the trees takes on two slow processors, in milliseconds; later steps meet its end. */
const SPAN_MS: Record<TreeName, number> = { small: 1000, medium: 2000, large: 3000 };
const PAUSE_REDIS_MS = 5000;

/** The schedule of a seed. */
export function scheduleOf(seed: number, kind: ArenaKind): Schedule {
  const random = new Random(seed);
  const servers = kind === 'shared' ? 2 : 1;
  const tree = random.weighted({ small: 4, medium: 4, large: 2 });
  const changed = random.next() < 0.85;
  const span = changed ? SPAN_MS[tree] : SPAN_MS.small;
  const clients = clientsOf(random, servers, span);
  const steps = Array.from({ length: random.integer(1, 4) }, () => stepOf(random, kind, servers, clients.length, span));
  return { seed, tree, changed, clients, steps: steps.toSorted((a, b) => a.at - b.at) };
}

/** Clients that come early, in the middle, late, twice, and after the end. */
function clientsOf(random: Random, servers: number, span: number): ClientPlan[] {
  const clients: ClientPlan[] = [];
  const count = random.integer(2, 4);
  for (let index = 0; index < count; index++) {
    const kind = random.weighted({ follow: 3, socket: 3, events: 2 });
    const at = random.next() < 0.4 ? 0 : random.integer(0, span);
    const plan: ClientPlan = { kind, server: random.integer(0, servers - 1), at };
    clients.push(plan);
    if (random.next() < 0.25) clients.push({ ...plan });
  }
  clients.push({
    kind: random.pick(['follow', 'socket', 'events']),
    server: random.integer(0, servers - 1),
    at: 'end',
  });
  return clients;
}

function stepOf(random: Random, kind: ArenaKind, servers: number, clients: number, span: number): Step {
  const what = random.weighted(WEIGHTS[kind]);
  const at = random.integer(0, Math.round(span * 1.1));
  return { at, action: actionOf(what, random, servers, clients) };
}

function actionOf(what: Sabotage['what'], random: Random, servers: number, clients: number): Sabotage {
  const client = random.integer(0, clients - 1);
  switch (what) {
    case 'drop_socket':
    case 'reload_client':
      return { what, client };
    case 'pause_client':
      return { what, client, ms: random.integer(50, 1500) };
    case 'kill_redis':
      return { what, downMs: random.integer(0, 800) };
    case 'pause_redis':
      return { what, ms: PAUSE_REDIS_MS };
    case 'kill_server':
      return { what, server: random.integer(0, servers - 1), downMs: random.integer(0, 500) };
    case 'cancel':
      return { what, times: random.integer(1, 2) };
    default:
      return { what };
  }
}
