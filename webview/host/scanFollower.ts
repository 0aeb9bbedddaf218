import type { CLOSE_CODES, progressPath } from '#protocol/http.ts';
import type { ScanStatus } from '#protocol/scan.ts';
import type { ConnectionState } from '#protocol/webview.ts';
import { isScanStatus } from '../data/wire.ts';
import { request } from './api.ts';

const UNKNOWN_SCAN: (typeof CLOSE_CODES)['unknownScan'] = 4404;
const socketPath: typeof progressPath = (scanId) => `/ws/scan/${encodeURIComponent(scanId)}`;

const MAX_ATTEMPTS = 10;
const WAIT_STEP_MS = 2000;
const JITTER = 0.25;
const POLL_MS = 5000;
/** The server's heartbeat is invisible to a page: after this long without a status it asks whether the server lives. */
const QUIET_MS = 45_000;
/** The close code a browser reports for a connection that broke (RFC 6455, 7.4.1). */
const ABNORMAL_CLOSURE = 1006;

export function isOver(status: ScanStatus): boolean {
  return status.status === 'completed' || status.status === 'error' || status.status === 'cancelled';
}

interface FollowerEvents {
  status(status: ScanStatus): void;
  connection(state: ConnectionState): void;
  /** The server does not know this scan. */
  unknown(): void;
}

/**
 * Follows one scan to its terminal status: WebSocket, on loss again after 2, 4, 6 … 20 s (with jitter), after ten tries
 * by asking for the status. Owns its socket and timers until `stop`.
 */
export class ScanFollower {
  readonly #scanId: string;
  readonly #events: FollowerEvents;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #lastSeq = -1;
  #stopped = false;

  constructor(scanId: string, events: FollowerEvents) {
    this.#scanId = scanId;
    this.#events = events;
  }

  start(): void {
    this.#events.connection('connecting');
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#quiet);
    this.#socket?.close();
    this.#socket = null;
  }

  #open(): void {
    const address = new URL(socketPath(this.#scanId), location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    address.hash = '';
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
    socket.addEventListener('close', (event) => {
      if (this.#socket === socket) this.#lost(event.code);
    });
  }

  #receive(data: unknown): void {
    const status = parse(data);
    if (!status || this.#stopped) return;
    this.#attempts = 0;
    this.#events.connection('connected');
    this.#watchQuiet();
    this.#deliver(status);
  }

  #watchQuiet(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => void this.#checkQuiet(), QUIET_MS);
  }

  async #checkQuiet(): Promise<void> {
    const body = await request('GET', this.#statusPath()).catch(() => null);
    const socket = this.#socket;
    if (this.#stopped || !socket) return;
    if (isScanStatus(body)) {
      this.#watchQuiet();
      this.#deliver(body);
      return;
    }
    this.#socket = null;
    socket.close();
    this.#lost(ABNORMAL_CLOSURE);
  }

  #statusPath(): string {
    return `/scan/${encodeURIComponent(this.#scanId)}/status`;
  }

  #deliver(status: ScanStatus): void {
    if (status.seq < this.#lastSeq) return;
    this.#lastSeq = status.seq;
    this.#events.status(status);
    if (isOver(status)) this.stop();
  }

  #lost(code: number): void {
    clearTimeout(this.#quiet);
    this.#socket = null;
    if (this.#stopped) return;
    if (code === UNKNOWN_SCAN) {
      this.stop();
      this.#events.unknown();
      return;
    }
    this.#attempts += 1;
    if (this.#attempts > MAX_ATTEMPTS) {
      this.#events.connection('disconnected');
      void this.#poll();
      return;
    }
    this.#events.connection('reconnecting');
    const wait = WAIT_STEP_MS * this.#attempts * (1 + JITTER * (Math.random() * 2 - 1));
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  async #poll(): Promise<void> {
    const body = await request('GET', this.#statusPath()).catch(() => null);
    if (this.#stopped) return;
    if (isScanStatus(body)) this.#deliver(body);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }
}

function parse(data: unknown): ScanStatus | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    return isScanStatus(value) ? value : null;
  } catch {
    // A frame that is no JSON is not ours; the next status replaces what it may have said.
    return null;
  }
}
