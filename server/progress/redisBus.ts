import { Redis } from 'ioredis';
import { Compile } from 'typebox/compile';
import { isTerminal, ScanStatus } from '#protocol/scan.ts';
import { errorMessage } from '../errorMessage.ts';
import { ListenerRegistry } from './listenerRegistry.ts';
import type { BusHealth, ProgressBus, ProgressListener, Unsubscribe } from './progressBus.ts';

/** How long the status of a scan stays in Redis after its last update; then the store answers. */
const STATUS_TTL_S = 3600;
/** Longest wait for an acknowledgement or an answer before the caller goes on without it. */
const ANSWER_WAIT_MS = 800;
const RETRY_MS = 500;

/**
 * Writes and publishes a status unless a newer or a terminal one is there. The same status again is published again,
 * because listeners may have missed it during an outage.
 * KEYS: status key; ARGV: seq, status, channel, TTL in seconds.
 */
const PUBLISH_SCRIPT = `
local known = redis.call('GET', KEYS[1])
if known then
  local status = cjson.decode(known)
  if status.seq > tonumber(ARGV[1]) then return 0 end
  local ended = status.status == 'completed' or status.status == 'error' or status.status == 'cancelled'
  if ended and status.seq ~= tonumber(ARGV[1]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
redis.call('PUBLISH', ARGV[3], ARGV[2])
return 1
`;

const statusCheck = Compile(ScanStatus);
const CHANNEL_PREFIX = 'scan:progress:';

/** Redis channel of a scan's updates. */
export function progressChannel(scanId: string): string {
  return `${CHANNEL_PREFIX}${scanId}`;
}

/** Redis key of a scan's newest status. */
export function statusKey(scanId: string): string {
  return `scan:status:${scanId}`;
}

export interface RedisBusLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** Ended scans of this process whose status is written again when Redis has come back empty. */
const KEPT_TERMINAL = 500;
/** A connection on which an answer is overdue this long is taken for dead and made anew. */
const DEAD_CONNECTION_MS = 10_000;

interface Publication {
  status: ScanStatus;
  /** The status as it is on the wire. */
  text: string;
  writing: boolean;
  /** Whether it is known to be in Redis. */
  written: boolean;
}

/**
 * The bus of servers that share scans through Redis. A scan never waits for Redis: watchers of this process are served
 * directly, and of each scan only the newest status is kept and written, again after every outage, since Redis may have
 * come back empty and listeners may have missed it. Commands are never queued in the client: during an outage they fail
 * at once and their state lives here. One connection subscribes for all watchers of the process.
 */
export class RedisBus implements ProgressBus {
  readonly kind = 'redis';
  readonly #listeners = new ListenerRegistry();
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #log: RedisBusLog;
  /** Newest status of each scan that this process publishes. */
  readonly #published = new Map<string, Publication>();
  readonly #ended: string[] = [];
  readonly #acknowledged = new Map<string, Promise<void>>();
  /** Scans whose newest status could not be read after their channel was subscribed. */
  readonly #unread = new Set<string>();
  #retryTimer: NodeJS.Timeout | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #lastProblem: string | undefined = 'not connected yet';
  #closed = false;

  constructor(url: string, log: RedisBusLog) {
    this.#log = log;
    const options = {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 3000,
      socketTimeout: DEAD_CONNECTION_MS,
      keepAlive: 10_000,
      retryStrategy: (attempt: number) => Math.min(100 * attempt, 2000),
    };
    this.#publisher = new Redis(url, { ...options, commandTimeout: 5000, connectionName: 'pinata-publish' });
    this.#subscriber = new Redis(url, { ...options, connectionName: 'pinata-subscribe' });
    this.#watchConnections();
  }

  /**
   * Connects and pings, at most `timeoutMs`; afterwards the connections are kept up in the background either way.
   * @returns whether Redis answered
   */
  async connect(timeoutMs: number): Promise<boolean> {
    const ready = Promise.all([this.#publisher.connect(), this.#subscriber.connect()]).then(() =>
      this.#publisher.ping(),
    );
    const answered = await within(
      ready.then(() => true),
      timeoutMs,
      false,
    );
    return answered;
  }

  publish(status: ScanStatus): void {
    if (this.#closed) return;
    const known = this.#published.get(status.scan_id);
    if (known && (known.status.seq >= status.seq || isTerminal(known.status.status))) return;
    const text = JSON.stringify(status);
    if (known) Object.assign(known, { status, text, written: false });
    else this.#published.set(status.scan_id, { status, text, writing: false, written: false });
    if (isTerminal(status.status)) this.#forgetOldest(status.scan_id);
    this.#listeners.deliver(status);
    this.#write(status.scan_id);
  }

  async subscribe(scanId: string, listener: ProgressListener): Promise<Unsubscribe> {
    const unsubscribe = this.#listeners.add(scanId, listener, () => this.#unsubscribeChannel(scanId));
    this.#probeTimer ??= setInterval(() => this.#probe(), DEAD_CONNECTION_MS);
    const acknowledged = this.#acknowledged.get(scanId) ?? this.#subscribeChannel(scanId);
    await within(acknowledged, ANSWER_WAIT_MS, undefined);
    return unsubscribe;
  }

  async latest(scanId: string): Promise<ScanStatus | null> {
    const own = this.#published.get(scanId);
    if (own) return own.status;
    if (this.#publisher.status !== 'ready') return null;
    const text = await within(this.#publisher.get(statusKey(scanId)), ANSWER_WAIT_MS, null);
    return text === null ? null : this.#parse(text);
  }

  health(): BusHealth {
    return this.#lastProblem === undefined ? { ok: true } : { ok: false, detail: `Redis: ${this.#lastProblem}` };
  }

  async check(): Promise<BusHealth> {
    if (this.#publisher.status !== 'ready') return this.health();
    const answer = await within(this.#publisher.ping(), ANSWER_WAIT_MS, undefined);
    return answer === undefined ? { ok: false, detail: 'Redis: no answer to a ping' } : this.health();
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#probeTimer);
    this.#listeners.clear();
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }

  #watchConnections(): void {
    this.#publisher.on('ready', () => {
      if (this.#lastProblem !== undefined) this.#log.info({}, 'Redis is connected');
      this.#lastProblem = undefined;
      this.#republish();
      this.#readMissed();
    });
    this.#subscriber.on('ready', () => {
      this.#acknowledged.clear();
      for (const scanId of this.#listeners.scanIds()) void this.#subscribeChannel(scanId);
    });
    this.#subscriber.on('message', (channel: string, text: string) => {
      // What this process has published its listeners have had already.
      if (this.#published.get(channel.slice(CHANNEL_PREFIX.length))?.text === text) return;
      const status = this.#parse(text);
      if (status) this.#listeners.deliver(status);
    });
    for (const connection of [this.#publisher, this.#subscriber]) {
      connection.on('error', (error: Error) => this.#problem(error.message || error.name));
      connection.on('close', () => this.#problem('the connection is closed'));
    }
  }

  #problem(message: string): void {
    if (this.#closed) return;
    if (this.#lastProblem === undefined) this.#log.warn({ problem: message }, 'Redis is unreachable; trying again');
    this.#lastProblem = message;
  }

  /** After an outage nothing is known to be in Redis any more. */
  #republish(): void {
    for (const [scanId, publication] of this.#published) {
      publication.written = false;
      this.#write(scanId);
    }
  }

  /** Writes the newest status of a scan unless it is written; one write at a time. */
  #write(scanId: string): void {
    const publication = this.#published.get(scanId);
    if (!publication || publication.writing || publication.written || this.#publisher.status !== 'ready') return;
    const { status, text } = publication;
    const args = [String(status.seq), text, progressChannel(scanId), String(STATUS_TTL_S)];
    publication.writing = true;
    this.#publisher.eval(PUBLISH_SCRIPT, 1, statusKey(scanId), ...args).then(
      () => {
        publication.writing = false;
        if (publication.status === status) publication.written = true;
        else this.#write(scanId);
      },
      (error: unknown) => {
        publication.writing = false;
        this.#problem(errorMessage(error));
        this.#retryLater();
      },
    );
  }

  #forgetOldest(scanId: string): void {
    this.#ended.push(scanId);
    const oldest = this.#ended.length > KEPT_TERMINAL ? this.#ended.shift() : undefined;
    if (oldest === undefined) return;
    // Not before it is in Redis: nobody else would ever tell.
    if (this.#published.get(oldest)?.written === false) this.#ended.push(oldest);
    else this.#published.delete(oldest);
  }

  /** A connection whose other end has vanished without a word shows only by an answer that does not come. */
  #probe(): void {
    if (this.#listeners.scanIds().length === 0) {
      clearInterval(this.#probeTimer);
      this.#probeTimer = undefined;
    } else if (this.#subscriber.status === 'ready') {
      this.#subscriber.ping().catch((error: unknown) => this.#problem(errorMessage(error)));
    }
  }

  /** A command can also fail on a live connection (time-out, Redis loading its data); then no `ready` event follows. */
  #retryLater(): void {
    if (this.#retryTimer || this.#closed) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      if (this.#publisher.status === 'ready') this.#lastProblem = undefined;
      for (const scanId of this.#published.keys()) this.#write(scanId);
      this.#readMissed();
      for (const scanId of this.#listeners.scanIds()) {
        if (!this.#acknowledged.has(scanId)) void this.#subscribeChannel(scanId);
      }
    }, RETRY_MS);
  }

  /**
   * Subscribes to a scan's channel. Once acknowledged, the newest status is delivered, because updates may have been
   * missed between the request and the acknowledgement.
   */
  #subscribeChannel(scanId: string): Promise<void> {
    if (this.#subscriber.status !== 'ready') return Promise.resolve();
    const acknowledged = this.#subscriber.subscribe(progressChannel(scanId)).then(
      () => this.#deliverLatest(scanId),
      (error: unknown) => {
        this.#acknowledged.delete(scanId);
        this.#problem(errorMessage(error));
        this.#retryLater();
      },
    );
    this.#acknowledged.set(scanId, acknowledged);
    return acknowledged;
  }

  /** The two connections come back at different times: what cannot be read now is read when the other is there. */
  async #deliverLatest(scanId: string): Promise<void> {
    this.#unread.add(scanId);
    if (this.#publisher.status !== 'ready') return;
    const text = await within(this.#publisher.get(statusKey(scanId)), ANSWER_WAIT_MS, undefined);
    if (text === undefined) {
      this.#retryLater();
      return;
    }
    this.#unread.delete(scanId);
    const status = text === null ? null : this.#parse(text);
    if (status) this.#listeners.deliver(status);
  }

  #readMissed(): void {
    for (const scanId of this.#unread) void this.#deliverLatest(scanId);
  }

  #unsubscribeChannel(scanId: string): void {
    this.#acknowledged.delete(scanId);
    this.#unread.delete(scanId);
    if (this.#subscriber.status !== 'ready') return;
    this.#subscriber.unsubscribe(progressChannel(scanId)).catch((error: unknown) => this.#problem(errorMessage(error)));
  }

  #parse(text: string): ScanStatus | null {
    try {
      const value: unknown = JSON.parse(text);
      if (statusCheck.Check(value)) return value;
    } catch (error) {
      this.#log.warn({ err: error }, 'a message on a progress channel is not JSON');
      return null;
    }
    this.#log.warn({}, 'a message on a progress channel is not a scan status');
    return null;
  }

  async #flush(): Promise<void> {
    const deadline = performance.now() + ANSWER_WAIT_MS;
    const unwritten = (): boolean => [...this.#published.values()].some(({ written }) => !written);
    while (unwritten() && this.#publisher.status === 'ready' && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A promise's value, or `otherwise` when it takes longer than `ms` or is rejected. */
async function within<T, U>(promise: Promise<T>, ms: number, otherwise: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    // The connection's own error event has reported the reason; the caller goes on without an answer.
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}
