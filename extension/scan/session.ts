import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { isTerminal, ScanAccepted, type ScanRequest, ScanStatus } from '#protocol/scan.ts';
import { OPERATION_KINDS } from '#protocol/graph.ts';
import { CancelAnswer, ScanOverview } from '#protocol/http.ts';
import { causeChain, explain, type Log } from '../log.ts';
import { type FollowEnd, followScan, type FollowTiming } from '../server/follow.ts';
import type { ServerConnection } from '../server/connection.ts';
import { type Folder, isRunning, type Problem, type StateStore } from './state.ts';

/** What is kept over a reload of the window. */
const RememberedScan = Type.Object({
  scanId: Type.String(),
  status: Type.Union([ScanStatus, Type.Null()]),
  resultsScanId: Type.Union([Type.String(), Type.Null()]),
  operations: Type.Union([Type.Integer(), Type.Null()]),
  folders: Type.Array(Type.Object({ name: Type.String(), path: Type.String() })),
});
export type RememberedScan = Static<typeof RememberedScan>;

export interface SessionOptions {
  connection: ServerConnection;
  store: StateStore;
  log: Log;
  remember: (scan: RememberedScan) => void;
  /** Tells the user of a problem that came up while nobody waited for an answer. */
  notify: (problem: Problem) => void;
  timing?: Partial<FollowTiming>;
}

/** The scan in view: starts it, follows it to its end, cancels it, finds it again. Writes the store, reads the server. */
export class ScanSession {
  readonly #options: SessionOptions;
  #following = new AbortController();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Starts a scan; resolves when the server has accepted it, while it is followed in the background.
   * @throws Error after the state says the same.
   */
  async start(request: ScanRequest, folders: Folder[]): Promise<void> {
    const { store, connection } = this.#options;
    if (isRunning(store.state)) throw new Error('A scan is running already: cancel it first');
    store.update({ starting: true, scanId: null, status: null, operations: null, problem: null, folders });
    try {
      const { client } = await connection.use(folders.map((folder) => folder.path));
      const accepted = await client.post('/scan', ScanAccepted, request);
      store.update({ starting: false, scanId: accepted.scan_id });
    } catch (error) {
      const problem: Problem = { message: explain(error), actions: ['retry', 'show_log'] };
      this.#options.log.error(`Starting a scan failed: ${causeChain(error)}`);
      store.update({ starting: false, problem });
      throw error;
    }
    this.#remember();
    this.#follow();
  }

  /**
   * Asks the server to stop the scan in view; its end arrives as a status.
   * @throws Error when no scan runs or the server cannot be asked.
   */
  async cancel(): Promise<void> {
    const { scanId } = this.#options.store.state;
    if (scanId === null || !isRunning(this.#options.store.state)) throw new Error('No scan is running');
    const { client } = await this.#options.connection.use();
    await client.post(`/scan/${encodeURIComponent(scanId)}/cancel`, CancelAnswer);
  }

  /** Shows a scan of before the window was reloaded; follows it when it had not ended. Starts no server otherwise. */
  restore(scan: unknown): void {
    if (!Value.Check(RememberedScan, scan)) {
      this.#options.log.info('The scan remembered for this workspace is of another version of Pinata; it is forgotten');
      return;
    }
    this.#options.store.update({ ...scan, problem: null });
    if (scan.status === null || !isTerminal(scan.status.status)) this.#follow();
  }

  /**
   * Brings a scan of the history into view.
   * @throws ServerError when the server does not have it.
   */
  async show(scanId: string, folders: Folder[]): Promise<void> {
    const { client } = await this.#options.connection.use();
    const status = await client.get(`/scan/${encodeURIComponent(scanId)}/status`, ScanStatus);
    this.stop();
    this.#options.store.update({ scanId, status, folders, resultsScanId: null, operations: null, problem: null });
    if (isTerminal(status.status)) await this.#ended(status);
    else this.#follow();
  }

  /** Follows the scan in view again when it was lost; false when there is nothing to follow. */
  resume(): boolean {
    const { scanId, status } = this.#options.store.state;
    if (scanId === null || (status !== null && isTerminal(status.status))) return false;
    this.#options.store.update({ problem: null });
    this.#follow();
    return true;
  }

  /** Stops following; the scan itself goes on. */
  stop(): void {
    this.#following.abort();
  }

  dispose(): void {
    this.stop();
  }

  #follow(): void {
    this.stop();
    const following = new AbortController();
    this.#following = following;
    const { connection, store, log, timing } = this.#options;
    const scanId = store.state.scanId;
    if (scanId === null) return;
    const end = followScan({
      scanId,
      client: async () => (await connection.use()).client,
      onStatus: (status) => store.update({ status, problem: null }),
      onConnection: (state) => {
        if (store.state.connection !== state) store.update({ connection: state });
      },
      log,
      signal: following.signal,
      ...(timing ? { timing } : {}),
    });
    end
      .then((how) => this.#finish(how))
      .catch((error: unknown) => {
        log.error(`Following scan ${scanId} failed: ${causeChain(error)}`);
        this.#fail({ message: explain(error), actions: ['retry', 'show_log'] });
      });
  }

  async #finish(end: FollowEnd): Promise<void> {
    const { status } = this.#options.store.state;
    if (end === 'terminal' && status) {
      await this.#ended(status);
      if (status.status === 'error') this.#fail(problemOf(status));
    } else if (end === 'unknown') {
      this.#fail({ message: 'The server no longer has this scan. Scan again.', actions: ['scan', 'show_log'] });
    } else if (end === 'refused') {
      const message = 'The server refused the token: set it with the command "Pinata: Set Server Token", then retry.';
      this.#fail({ message, actions: ['retry', 'show_log'] });
    } else if (end === 'lost') {
      const message = 'The connection to the Pinata server is lost. The scan may go on there.';
      this.#fail({ message, actions: ['retry', 'restart_server', 'show_log'] });
    }
  }

  /** A cancelled scan keeps what it had found; a failed one leaves the older results in view. */
  async #ended(status: ScanStatus): Promise<void> {
    if (status.status !== 'error') {
      this.#options.store.update({ resultsScanId: status.scan_id });
      this.#remember();
      const operations = await this.#countOperations(status.scan_id);
      if (this.#options.store.state.resultsScanId === status.scan_id) this.#options.store.update({ operations });
    }
    this.#remember();
  }

  async #countOperations(scanId: string): Promise<number> {
    const { client } = await this.#options.connection.use();
    const { nodes_by_kind: counts } = await client.get(`/scan/${encodeURIComponent(scanId)}/overview`, ScanOverview);
    return OPERATION_KINDS.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
  }

  #fail(problem: Problem): void {
    this.#options.store.update({ problem });
    this.#options.notify(problem);
  }

  #remember(): void {
    const { scanId, status, resultsScanId, operations, folders } = this.#options.store.state;
    if (scanId !== null) this.#options.remember({ scanId, status, resultsScanId, operations, folders });
  }
}

function problemOf(status: ScanStatus): Problem {
  return { message: status.error ?? status.message, actions: ['retry', 'show_log'] };
}
