import { randomBytes } from 'node:crypto';
import { redact } from '#engine/graph/redact.ts';
import type { ScanRequest, ScanStatus } from '#protocol/scan.ts';
import { isTerminal } from '#protocol/scan.ts';
import type { ProgressBus } from '../progress/progressBus.ts';
import type { Store, StoredRoot } from '../store/store.ts';
import { type JobEnd, ScanJob, type JobSettings } from './scanJob.ts';

export interface CoordinatorLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface CoordinatorSettings extends JobSettings {
  /** Scans that run at once; others wait. */
  concurrency: number;
  /** Scans that may wait. */
  maxQueued: number;
}

/** More scans wait already than the server takes. */
export class QueueFullError extends Error {
  constructor(limit: number) {
    super(`${limit} scans are waiting already. Try again when some have ended.`);
    this.name = 'QueueFullError';
  }
}

/** The server is shutting down and takes no more scans. */
export class StoppingError extends Error {
  constructor() {
    super('The server is stopping.');
    this.name = 'StoppingError';
  }
}

/** A running scan's status is recorded this often, which also tells other servers that this one lives. */
const STORE_HEARTBEAT_MS = 2000;
/** Statuses kept of scans whose end could not be stored (disk full), so that their watchers still hear it. */
const KEPT_UNSTORED = 1000;

/** A closing server must be gone within 10 s of its parent's end. */
const CLOSE_GRACE_MS = 4000;

/** Runs the scans of this server: takes them in, keeps their order, ends them, answers for their status. */
export class ScanCoordinator {
  readonly #store: Store;
  readonly #bus: ProgressBus;
  readonly #log: CoordinatorLog;
  readonly #settings: CoordinatorSettings;
  readonly #waiting: ScanJob[] = [];
  readonly #jobs = new Map<string, ScanJob>();
  readonly #running = new Map<ScanJob, Promise<void>>();
  /** Ended scans whose process has not gone yet. */
  readonly #leaving = new Set<ScanJob>();
  readonly #unstored = new Map<string, ScanStatus>();
  readonly #ended: Record<string, number> = { completed: 0, error: 0, cancelled: 0 };
  #heartbeat: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(store: Store, bus: ProgressBus, log: CoordinatorLog, settings: CoordinatorSettings) {
    this.#store = store;
    this.#bus = bus;
    this.#log = log;
    this.#settings = settings;
  }

  /** Ends scans that a dead server has left unfinished. */
  async start(): Promise<void> {
    for (const status of await this.#store.markInterrupted()) {
      this.#log.warn({ scan_id: status.scan_id }, 'a scan was interrupted by the end of its server');
      this.#bus.publish(status);
    }
  }

  /**
   * Takes a scan in; it runs in the background.
   * @param roots existing folders with unique names
   * @throws {QueueFullError | StoppingError} and when the store cannot be written
   */
  async submit(request: ScanRequest, roots: StoredRoot[]): Promise<ScanStatus> {
    if (this.#stopping) throw new StoppingError();
    if (this.#waiting.length >= this.#settings.maxQueued) throw new QueueFullError(this.#settings.maxQueued);
    const scanId = randomBytes(10).toString('hex');
    const job = new ScanJob({ scanId, request, roots }, this.#settings, (status) => this.#bus.publish(status));
    const queued = job.status;
    this.#jobs.set(scanId, job);
    try {
      await this.#store.createScan({ request, roots, status: queued });
    } catch (error) {
      this.#jobs.delete(scanId);
      throw error;
    }
    this.#bus.publish(queued);
    this.#waiting.push(job);
    this.#beat();
    this.#startNext();
    return queued;
  }

  /** Whether a scan is queued or running here. */
  owns(scanId: string): boolean {
    return this.#jobs.has(scanId);
  }

  /** Ids of the scans that are queued or running here. */
  activeIds(): string[] {
    return [...this.#jobs.keys()];
  }

  /** Scans by what they are doing, and how many have ended since the start. */
  counts(): { queued: number; running: number; ended: Readonly<Record<string, number>> } {
    return { queued: this.#waiting.length, running: this.#running.size, ended: this.#ended };
  }

  /** Whether no more scans are taken because the server is shutting down. */
  get isStopping(): boolean {
    return this.#stopping;
  }

  /** Process of a running scan, for tests that kill it and for diagnosis. */
  enginePid(scanId: string): number | undefined {
    return this.#jobs.get(scanId)?.pid;
  }

  /** The newest status of any scan that is known here, on the bus or in the store. */
  async status(scanId: string): Promise<ScanStatus | null> {
    const local = this.#jobs.get(scanId)?.status ?? this.#unstored.get(scanId);
    // A status that has ended but is not stored yet is not shown, so that whoever sees it can read the result.
    if (local && !isTerminal(local.status)) return local;
    const [stored, published] = await Promise.all([this.#store.status(scanId), this.#bus.latest(scanId)]);
    // An end that another server recorded for a dead one, or that an outage kept from the bus, is told to all.
    if (stored && published && isTerminal(stored.status) && !isTerminal(published.status)) this.#bus.publish(stored);
    return newest(stored, published ?? this.#unstored.get(scanId) ?? null);
  }

  /** @returns what to tell whoever asked, null for an unknown scan */
  async cancel(scanId: string): Promise<{ accepted: boolean; message: string } | null> {
    const job = this.#jobs.get(scanId);
    if (!job) return this.#cancelElsewhere(scanId);
    if (job.isCancelled) return { accepted: true, message: 'The scan is being cancelled already.' };
    this.#cancelJob(job);
    return { accepted: true, message: 'The scan is being cancelled; what it has found is kept.' };
  }

  /** Resolves when a scan of this server has ended and its end is stored. */
  async ended(scanId: string): Promise<void> {
    const job = this.#jobs.get(scanId);
    if (!job) return;
    while (this.#waiting.includes(job)) await Promise.race(this.#running.values());
    await this.#running.get(job);
  }

  /**
   * Cancels every scan and waits for their ends and the ends of their processes; what has not ended after
   * `CLOSE_GRACE_MS` is killed.
   */
  async close(): Promise<void> {
    this.#stopping = true;
    for (const job of this.#jobs.values()) this.#cancelJob(job);
    const timer = setTimeout(() => {
      for (const job of this.#running.keys()) job.kill();
    }, CLOSE_GRACE_MS);
    await Promise.all(this.#running.values());
    clearTimeout(timer);
    // What they still do is for the next scan and can be done then.
    for (const job of this.#leaving) job.kill();
    await Promise.all([...this.#leaving].map((job) => job.gone));
    this.#stopBeating();
  }

  async #cancelElsewhere(scanId: string): Promise<{ accepted: boolean; message: string } | null> {
    const status = await this.status(scanId);
    if (!status) return null;
    if (!isTerminal(status.status))
      return { accepted: false, message: 'Another server runs this scan; cancel it there.' };
    const how = status.status === 'error' ? 'failed' : status.status === 'cancelled' ? 'been cancelled' : 'completed';
    return { accepted: false, message: `The scan has ${how} already.` };
  }

  #cancelJob(job: ScanJob): void {
    const index = this.#waiting.indexOf(job);
    if (index < 0) return job.cancel();
    this.#waiting.splice(index, 1);
    this.#track(job, this.#finish(job, job.endUnstarted('Cancelled before it started')));
  }

  #startNext(): void {
    while (this.#running.size < this.#settings.concurrency && !this.#stopping) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#log.info({ scan_id: job.scanId, roots: job.roots.map((root) => root.path) }, 'scan starts');
      this.#track(
        job,
        job.run().then((end) => this.#finish(job, end)),
      );
    }
  }

  #track(job: ScanJob, work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#running.delete(job);
      this.#jobs.delete(job.scanId);
      this.#leaving.add(job);
      void job.gone.then(() => this.#leaving.delete(job));
      if (this.#jobs.size === 0) this.#stopBeating();
      this.#startNext();
    });
    this.#running.set(job, tracked);
  }

  /** Stores the end of a scan, then tells its watchers, so that they find the result when they ask for it. */
  async #finish(job: ScanJob, end: JobEnd): Promise<void> {
    const { status, error, detail } = end;
    this.#ended[status.status] = (this.#ended[status.status] ?? 0) + 1;
    // The last words of a process may quote what it was reading.
    const words = { ...(error && { error: redact(error) }), ...(detail && { detail: redact(detail) }) };
    const facts = { scan_id: job.scanId, status: status.status, ...words };
    this.#log[status.status === 'error' ? 'error' : 'info'](facts, 'scan ended');
    try {
      await this.#store.finishScan(status, error);
    } catch (cause) {
      this.#log.error({ scan_id: job.scanId, err: cause }, 'the end of a scan cannot be stored');
      this.#unstored.set(job.scanId, status);
      if (this.#unstored.size > KEPT_UNSTORED) this.#unstored.delete([...this.#unstored.keys()][0] ?? '');
    }
    this.#bus.publish(status);
  }

  #beat(): void {
    this.#heartbeat ??= setInterval(() => {
      const statuses = [...this.#jobs.values()].map((job) => job.status).filter((status) => !isTerminal(status.status));
      this.#store
        .heartbeat(statuses)
        .catch((error: unknown) => this.#log.warn({ err: error }, 'the state of running scans cannot be stored'));
    }, STORE_HEARTBEAT_MS);
  }

  #stopBeating(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}

/** A terminal status wins; otherwise the higher `seq`. */
function newest(a: ScanStatus | null, b: ScanStatus | null): ScanStatus | null {
  if (!a || !b) return a ?? b;
  const endedA = isTerminal(a.status);
  if (endedA !== isTerminal(b.status)) return endedA ? a : b;
  return a.seq >= b.seq ? a : b;
}
