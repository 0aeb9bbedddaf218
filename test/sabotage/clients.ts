import { request, type ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { API_PREFIX, CLOSE_CODES, progressPath } from '#protocol/http.ts';
import { isTerminal, type ScanStatus } from '#protocol/scan.ts';
import { ServerClient } from '../../extension/server/client.ts';
import { type Endpoint, requestTarget, webSocketUrl } from '../../extension/server/endpoint.ts';
import { followScan } from '../../extension/server/follow.ts';
import type { ClientPlan } from './schedule.ts';

/** Where a client finds its server; both stay the same over a restart. */
export interface Target {
  endpoint: Endpoint;
  token: string;
}

const RETRY_MS = 100;
/** The extension's client with its waits shortened, so that a run takes seconds. */
const TIMING = { waitStep: 60, maxWait: 600, poll: 300, heartbeat: 2000 };
const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

/** A client that watches one scan to its end, through whatever happens to it. */
export abstract class SabotagedClient {
  readonly kind: ClientPlan['kind'];
  /** What each connection, or each life of the extension's client, has been told. */
  readonly streams: ScanStatus[][] = [];
  /** What is wrong beyond what the statuses show. */
  readonly faults: string[] = [];
  /** Monotonic time at which the terminal status arrived. */
  endedAt: number | undefined;
  protected stopped = false;

  constructor(kind: ClientPlan['kind']) {
    this.kind = kind;
  }

  get end(): ScanStatus | undefined {
    return this.streams.flat().find((status) => isTerminal(status.status));
  }

  /** Resolves when the client has had the terminal status, or `stop` was called. */
  abstract watch(): Promise<void>;
  abstract drop(): void;
  abstract pause(ms: number): void;
  /** Ends the client and begins anew, as a reload of its window does. */
  abstract reload(): void;
  abstract stop(): void;

  protected receive(stream: ScanStatus[], status: ScanStatus): void {
    stream.push(status);
    if (isTerminal(status.status)) this.endedAt ??= performance.now();
  }
}

export function clientOf(plan: ClientPlan, target: Target, scanId: string): SabotagedClient {
  if (plan.kind === 'follow') return new FollowingClient(target, scanId);
  return plan.kind === 'socket' ? new SocketClient(target, scanId) : new EventClient(target, scanId);
}

function pauseSocket(socket: WebSocket | undefined, ms: number): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.pause();
  setTimeout(() => socket.resume(), ms);
}

/** The extension's own way of following a scan. */
class FollowingClient extends SabotagedClient {
  readonly #client: TrackedClient;
  readonly #scanId: string;
  #life = new AbortController();

  constructor({ endpoint, token }: Target, scanId: string) {
    super('follow');
    this.#client = new TrackedClient(endpoint, token);
    this.#scanId = scanId;
  }

  async watch(): Promise<void> {
    while (!this.stopped) {
      const life = this.#life;
      const stream: ScanStatus[] = [];
      this.streams.push(stream);
      const end = await followScan({
        scanId: this.#scanId,
        client: () => Promise.resolve(this.#client),
        onStatus: (status) => this.receive(stream, status),
        onConnection: () => undefined,
        log: quiet,
        signal: life.signal,
        timing: TIMING,
      });
      if (end === 'terminal') break;
      // `lost` is where the user is offered "Retry"; a reload has stopped this life and begins the next.
      if (end === 'unknown' || end === 'refused') this.faults.push(`following ended with "${end}"`);
      await sleep(RETRY_MS);
    }
    this.#client.dispose();
  }

  drop(): void {
    this.#client.socket?.terminate();
  }

  pause(ms: number): void {
    pauseSocket(this.#client.socket, ms);
  }

  reload(): void {
    const old = this.#life;
    this.#life = new AbortController();
    old.abort();
  }

  stop(): void {
    this.stopped = true;
    this.#life.abort();
  }
}

class TrackedClient extends ServerClient {
  socket: WebSocket | undefined;

  override openProgress(scanId: string): WebSocket {
    this.socket = super.openProgress(scanId);
    return this.socket;
  }
}

/** A WebSocket that is opened again whenever it ends too early. */
class SocketClient extends SabotagedClient {
  readonly #target: Target;
  readonly #scanId: string;
  #socket: WebSocket | undefined;

  constructor(target: Target, scanId: string) {
    super('socket');
    this.#target = target;
    this.#scanId = scanId;
  }

  async watch(): Promise<void> {
    while (!this.stopped && !this.end) {
      await this.#connect();
      if (!this.end) await sleep(RETRY_MS);
    }
  }

  #connect(): Promise<void> {
    const { endpoint, token } = this.#target;
    const socket = new WebSocket(webSocketUrl(endpoint, progressPath(this.#scanId)), {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: 5000,
    });
    this.#socket = socket;
    const stream: ScanStatus[] = [];
    this.streams.push(stream);
    return new Promise((resolve) => {
      socket.on('message', (data: Buffer) => {
        const status: ScanStatus = JSON.parse(data.toString('utf8'));
        this.receive(stream, status);
      });
      socket.on('unexpected-response', (outgoing, response) => {
        if (response.statusCode !== 503) this.faults.push(`the upgrade was answered with ${response.statusCode}`);
        outgoing.destroy();
        resolve();
      });
      socket.on('error', () => resolve());
      socket.on('close', (code) => {
        if (code === CLOSE_CODES.unknownScan) this.faults.push('the socket was closed with 4404');
        if (code === CLOSE_CODES.done && !this.end) this.faults.push('closed with 1000 without a terminal status');
        resolve();
      });
    });
  }

  drop(): void {
    this.#socket?.terminate();
  }

  pause(ms: number): void {
    pauseSocket(this.#socket, ms);
  }

  reload(): void {
    this.#socket?.close();
  }

  stop(): void {
    this.stopped = true;
    this.#socket?.terminate();
  }
}

/** An event source that goes on with `Last-Event-ID` whenever its connection ends too early. */
class EventClient extends SabotagedClient {
  readonly #target: Target;
  readonly #scanId: string;
  #request: ClientRequest | undefined;
  #lastEventId: string | undefined;

  constructor(target: Target, scanId: string) {
    super('events');
    this.#target = target;
    this.#scanId = scanId;
  }

  async watch(): Promise<void> {
    while (!this.stopped && !this.end) {
      await this.#connect();
      if (!this.end) await sleep(RETRY_MS);
    }
  }

  #connect(): Promise<void> {
    const { endpoint, token } = this.#target;
    const path = `${API_PREFIX}/scan/${this.#scanId}/events`;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(endpoint.kind === 'socket' && { host: 'localhost' }),
      ...(this.#lastEventId !== undefined && { 'last-event-id': this.#lastEventId }),
    };
    const stream: ScanStatus[] = [];
    this.streams.push(stream);
    return new Promise((resolve) => {
      const outgoing = request({ ...requestTarget(endpoint, path), headers, agent: false });
      this.#request = outgoing;
      outgoing.on('error', () => resolve());
      outgoing.on('response', (response) => {
        if (response.statusCode !== 200) this.faults.push(`the event stream was answered with ${response.statusCode}`);
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
          const blocks = text.split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) this.#readBlock(block, stream);
        });
        response.on('error', () => resolve());
        response.on('close', () => resolve());
      });
      outgoing.end();
    });
  }

  #readBlock(block: string, stream: ScanStatus[]): void {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) return;
    const status: ScanStatus = JSON.parse(data);
    this.#lastEventId = /^id: (.*)$/m.exec(block)?.[1];
    if (this.#lastEventId !== `${status.seq}`) this.faults.push(`event id ${this.#lastEventId} on seq ${status.seq}`);
    this.receive(stream, status);
  }

  drop(): void {
    this.#request?.destroy();
  }

  pause(ms: number): void {
    const { socket } = this.#request ?? {};
    socket?.pause();
    setTimeout(() => socket?.resume(), ms);
  }

  reload(): void {
    this.#lastEventId = undefined;
    this.#request?.destroy();
  }

  stop(): void {
    this.stopped = true;
    this.#request?.destroy();
  }
}
