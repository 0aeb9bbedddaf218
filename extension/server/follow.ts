import { setTimeout as sleep } from 'node:timers/promises';
import { Value } from 'typebox/value';
import type { RawData, WebSocket } from 'ws';
import { CLOSE_CODES } from '#protocol/http.ts';
import { isTerminal, ScanStatus } from '#protocol/scan.ts';
import type { ConnectionState } from '#protocol/webview.ts';
import { explain, type Log } from '../log.ts';
import { type ServerClient, ServerError } from './client.ts';

/** Milliseconds; tests shorten them. */
export interface FollowTiming {
  /** First wait before connecting again; it grows by the same amount at each try, up to `maxWait`. */
  waitStep: number;
  maxWait: number;
  poll: number;
  heartbeat: number;
}

const TIMING: FollowTiming = { waitStep: 2_000, maxWait: 20_000, poll: 3_000, heartbeat: 30_000 };
const MAX_TRIES = 10;
const MAX_FAILED_POLLS = 10;
const JITTER = 0.2;

export interface FollowOptions {
  scanId: string;
  /** The server as it stands now; asked anew at every try, because it may have been started again. */
  client: () => Promise<ServerClient>;
  onStatus: (status: ScanStatus) => void;
  onConnection: (state: ConnectionState) => void;
  log: Log;
  signal: AbortSignal;
  timing?: Partial<FollowTiming>;
}

/** How following ended: the scan ended, the server does not know it, the server cannot be reached, or `signal`. */
export type FollowEnd = 'terminal' | 'unknown' | 'refused' | 'lost' | 'stopped';

/** How one WebSocket ended. */
type SocketEnd = 'terminal' | 'unknown' | 'refused' | 'closed' | 'stopped';

/**
 * Follows a scan to its terminal status: by WebSocket, on loss again after 2, 4, 6 … 20 s with jitter, after ten tries
 * in a row by asking for the status, until that fails ten times in a row too.
 */
export async function followScan(options: FollowOptions): Promise<FollowEnd> {
  const run = new Following(options);
  try {
    return await run.follow();
  } catch (error) {
    if (options.signal.aborted) return 'stopped';
    throw error;
  }
}

class Following {
  readonly #options: FollowOptions;
  readonly #timing: FollowTiming;
  #lastSeq = -1;
  #delivered = 0;
  #over = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
  }

  async follow(): Promise<FollowEnd> {
    const { signal, onConnection } = this.#options;
    onConnection('connecting');
    for (let failures = 0; failures < MAX_TRIES;) {
      const before = this.#delivered;
      const end = await this.#trySocket();
      if (end !== 'closed') return end;
      failures = this.#delivered > before ? 1 : failures + 1;
      onConnection('reconnecting');
      await sleep(this.#wait(failures), undefined, { signal });
    }
    return this.#poll();
  }

  #wait(failures: number): number {
    const { waitStep, maxWait } = this.#timing;
    return Math.min(waitStep * failures, maxWait) * (1 + JITTER * (Math.random() * 2 - 1));
  }

  async #trySocket(): Promise<SocketEnd> {
    const { client, scanId, log, signal } = this.#options;
    try {
      const socket = (await client()).openProgress(scanId);
      return await this.#watch(socket);
    } catch (error) {
      if (signal.aborted) return 'stopped';
      log.warn(`Progress of scan ${scanId}: ${explain(error)}`);
      return 'closed';
    }
  }

  #watch(socket: WebSocket): Promise<SocketEnd> {
    const { signal, log, scanId } = this.#options;
    const { promise, resolve } = Promise.withResolvers<SocketEnd>();
    let alive = true;
    const heartbeat = setInterval(() => {
      if (!alive) socket.terminate();
      alive = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }, this.#timing.heartbeat);
    const stop = (): void => resolve('stopped');
    signal.addEventListener('abort', stop, { once: true });
    for (const event of ['ping', 'pong', 'message'] as const) socket.on(event, () => (alive = true));
    socket.on('message', (data) => {
      this.#receive(data);
      if (this.#over) resolve('terminal');
    });
    socket.on('close', (code) => resolve(code === CLOSE_CODES.unknownScan ? 'unknown' : 'closed'));
    socket.on('unexpected-response', (_request, response) => {
      log.warn(`Progress of scan ${scanId}: the server answered ${response.statusCode}`);
      resolve(refusal(response.statusCode));
    });
    socket.on('error', (error) => {
      log.warn(`Progress of scan ${scanId}: ${error.message}`);
      resolve('closed');
    });
    if (signal.aborted) stop();
    return promise.finally(() => {
      clearInterval(heartbeat);
      signal.removeEventListener('abort', stop);
      socket.terminate();
    });
  }

  #receive(data: RawData): void {
    const status = parseStatus(data);
    if (status) this.#deliver(status);
    else this.#options.log.warn(`Progress of scan ${this.#options.scanId}: an unreadable update was ignored`);
  }

  /** An update older than the last one is dropped: progress never goes back. */
  #deliver(status: ScanStatus): void {
    this.#delivered++;
    if (this.#over || status.scan_id !== this.#options.scanId) return;
    const terminal = isTerminal(status.status);
    this.#options.onConnection('connected');
    if (status.seq <= this.#lastSeq && !terminal) return;
    this.#lastSeq = status.seq;
    this.#over = terminal;
    this.#options.onStatus(status);
  }

  async #poll(): Promise<FollowEnd> {
    const { client, scanId, log, signal, onConnection } = this.#options;
    log.warn(`Progress of scan ${scanId}: no WebSocket after ${MAX_TRIES} tries, asking for the status instead`);
    for (let failed = 0; failed < MAX_FAILED_POLLS;) {
      try {
        this.#deliver(await (await client()).get(`/scan/${encodeURIComponent(scanId)}/status`, ScanStatus));
        failed = 0;
      } catch (error) {
        if (error instanceof ServerError && error.status === 404) return 'unknown';
        if (error instanceof ServerError && error.status === 401) return 'refused';
        failed++;
        onConnection('reconnecting');
        log.warn(`Status of scan ${scanId}: ${explain(error)}`);
      }
      if (this.#over) return 'terminal';
      await sleep(this.#timing.poll, undefined, { signal });
    }
    onConnection('disconnected');
    return 'lost';
  }
}

function refusal(status: number | undefined): SocketEnd {
  if (status === 404) return 'unknown';
  return status === 401 || status === 403 ? 'refused' : 'closed';
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString('utf8');
}

function parseStatus(data: RawData): ScanStatus | null {
  try {
    const value: unknown = JSON.parse(textOf(data));
    return Value.Check(ScanStatus, value) ? value : null;
  } catch {
    // Reported by the caller together with well-formed JSON of another shape.
    return null;
  }
}
