import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { OPERATION_KINDS } from '#protocol/graph.ts';
import { CancelAnswer, ScanOverview } from '#protocol/http.ts';
import { isTerminal, ScanAccepted, type ScanRequest, ScanStatus } from '#protocol/scan.ts';
import type { PanelChanges } from '#protocol/webview.ts';
import { causeChain, explain, type Log } from '../log.ts';
import type { ServerClient } from '../server/client.ts';
import type { ServerConnection } from '../server/connection.ts';
import { type FollowEnd, followScan, type FollowTiming } from '../server/follow.ts';
import { type Folder, isRunning, type Problem, type StateStore } from './state.ts';

const Changes = Type.Object({
  previous_scan_id: Type.String(),
  added: Type.Integer(),
  removed: Type.Integer(),
  changed: Type.Integer(),
});

/** What is kept over a reload of the window. */
const RememberedScan = Type.Object({
  scanId: Type.String(),
  status: Type.Union([ScanStatus, Type.Null()]),
  resultsScanId: Type.Union([Type.String(), Type.Null()]),
  operations: Type.Union([Type.Integer(), Type.Null()]),
  folders: Type.Array(Type.Object({ name: Type.String(), path: Type.String() })),
  automatic: Type.Optional(Type.Boolean()),
  changes: Type.Optional(Type.Union([Changes, Type.Null()])),
  baseline: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
export type RememberedScan = Static<typeof RememberedScan>;

/** What is read of a comparison of two scans. */
const Comparison = Type.Object({
  totals: Type.Object({
    workflows: Type.Object({ added: Type.Integer(), removed: Type.Integer(), changed: Type.Integer() }),
  }),
});

export interface SessionOptions {
  connection: ServerConnection;
  store: StateStore;
  log: Log;
  remember: (scan: RememberedScan) => void;
  /** Tells the user of a problem that came up while nobody waited for an answer. */
  notify: (problem: Problem) => void;
  timing?: Partial<FollowTiming>;
}

export interface StartOptions {
  /** Started by a saved file: it replaces the automatic scan before it, and failing makes no noise. */
  automatic?: boolean;
  /** Brings results in view up to date: when it is cancelled those stay. */
  rescan?: boolean;
}

/** The results that a scan that runs is going to replace. */
interface Replaced {
  scanId: string;
  automatic: boolean;
}

/** The scan in view: starts it, follows it to its end, cancels it, finds it again. Writes the store, reads the server. */
export class ScanSession {
  readonly #options: SessionOptions;
  #following = new AbortController();
  /** The scan that changes are told against: the last one that somebody asked for. */
  #baseline: string | null = null;
  #replaced: Replaced | null = null;
  #isRescan = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Starts a scan; resolves when the server has accepted it, while it is followed in the background.
   * @throws Error after the state says the same.
   */
  async start(request: ScanRequest, folders: Folder[], options: StartOptions = {}): Promise<void> {
    const { store, connection } = this.#options;
    if (isRunning(store.state)) throw new Error('A scan is running already: cancel it first');
    const { automatic = false, rescan = automatic } = options;
    this.#replaceResults(folders, rescan);
    store.update({ starting: true, scanId: null, status: null, problem: null, folders, automatic });
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
    await client.post(`${scanPath(scanId)}/cancel`, CancelAnswer);
  }

  /** Shows a scan of before the window was reloaded; follows it when it had not ended. Starts no server otherwise. */
  restore(scan: unknown): void {
    if (!Value.Check(RememberedScan, scan)) {
      this.#options.log.info('The scan remembered for this workspace is of another version of Pinata; it is forgotten');
      return;
    }
    const { baseline = null, changes = null, automatic = false, ...view } = scan;
    this.#baseline = baseline;
    this.#options.store.update({ ...view, automatic, changes, problem: null });
    if (scan.status === null || !isTerminal(scan.status.status)) this.#follow();
  }

  /**
   * Brings a scan of the history into view.
   * @throws ServerError when the server does not have it.
   */
  async show(scanId: string, folders?: Folder[]): Promise<void> {
    const { client } = await this.#options.connection.use();
    const status = await client.get(`${scanPath(scanId)}/status`, ScanStatus);
    const roots = folders ?? (await client.get(`${scanPath(scanId)}/overview`, ScanOverview)).scan.roots;
    this.stop();
    this.#baseline = null;
    this.#replaced = null;
    this.#isRescan = false;
    const gone = { resultsScanId: null, operations: null, changes: null, changedFiles: 0, automatic: false };
    this.#options.store.update({ scanId, status, folders: roots, problem: null, ...gone });
    if (isTerminal(status.status)) await this.#ended(status);
    else this.#follow();
  }

  /**
   * Removes a scan from the history; when its results are in view, they go.
   * @throws ServerError when it runs or the server does not have it.
   */
  async remove(scanId: string): Promise<void> {
    const { client } = await this.#options.connection.use();
    await client.delete(scanPath(scanId));
    const { store } = this.#options;
    if (store.state.changes?.previous_scan_id === scanId) store.update({ changes: null });
    if (this.#baseline === scanId) this.#baseline = null;
    const ofView = [store.state.scanId, store.state.resultsScanId].includes(scanId);
    if (!ofView || isRunning(store.state)) return;
    store.update({ scanId: null, status: null, resultsScanId: null, operations: null, changes: null });
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

  /** Notes what the scan to come is compared with; results of other folders are no measure. */
  #replaceResults(folders: Folder[], rescan: boolean): void {
    const { resultsScanId, folders: before, automatic: wasAutomatic } = this.#options.store.state;
    const same = resultsScanId !== null && samePaths(before, folders);
    this.#replaced = same ? { scanId: resultsScanId, automatic: wasAutomatic } : null;
    if (!same) this.#baseline = null;
    else if (!wasAutomatic || this.#baseline === null) this.#baseline = resultsScanId;
    this.#isRescan = rescan && same;
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

  /** A cancelled scan keeps what it had found, a cancelled rescan and a failed scan leave the older results in view. */
  async #ended(status: ScanStatus): Promise<void> {
    const keepsOlder = status.status === 'error' || (status.status === 'cancelled' && this.#isRescan);
    if (!keepsOlder) await this.#showResults(status.scan_id);
    this.#remember();
  }

  async #showResults(scanId: string): Promise<void> {
    const { store, connection } = this.#options;
    store.update({ resultsScanId: scanId, operations: null, changes: null });
    this.#remember();
    const { client } = await connection.use();
    const operations = await countOperations(client, scanId);
    const changes = await this.#changes(client, scanId);
    if (store.state.resultsScanId === scanId) store.update({ operations, changes });
    this.#remember();
    await this.#removeReplaced(client);
  }

  /** A server that cannot compare these scans (one was removed) is no reason to fail. */
  async #changes(client: ServerClient, scanId: string): Promise<PanelChanges | null> {
    const previous = this.#baseline;
    if (previous === null || previous === scanId) return null;
    try {
      const path = `/scans/${encodeURIComponent(previous)}/compare/${encodeURIComponent(scanId)}?limit=1`;
      const { totals } = await client.get(path, Comparison);
      const { added, removed, changed } = totals.workflows;
      return { previous_scan_id: previous, added, removed, changed };
    } catch (error) {
      this.#options.log.info(`No comparison with the scan before: ${explain(error)}`);
      return null;
    }
  }

  /** Automatic scans replace each other, so that saving often does not push the scans one asked for out of the history. */
  async #removeReplaced(client: ServerClient): Promise<void> {
    const replaced = this.#replaced;
    this.#replaced = null;
    if (!replaced?.automatic || !this.#options.store.state.automatic) return;
    try {
      await client.delete(scanPath(replaced.scanId));
    } catch (error) {
      this.#options.log.info(`The automatic scan before stays in the history: ${explain(error)}`);
    }
  }

  #fail(problem: Problem): void {
    this.#options.store.update({ problem });
    if (!this.#options.store.state.automatic) this.#options.notify(problem);
  }

  #remember(): void {
    const { scanId, status, resultsScanId, operations, folders, automatic, changes } = this.#options.store.state;
    if (scanId === null) return;
    const baseline = this.#baseline;
    this.#options.remember({ scanId, status, resultsScanId, operations, folders, automatic, changes, baseline });
  }
}

function scanPath(scanId: string): string {
  return `/scan/${encodeURIComponent(scanId)}`;
}

function samePaths(a: readonly Folder[], b: readonly Folder[]): boolean {
  const paths = new Set(a.map((folder) => folder.path));
  return paths.size === b.length && b.every((folder) => paths.has(folder.path));
}

async function countOperations(client: ServerClient, scanId: string): Promise<number> {
  const { nodes_by_kind: counts } = await client.get(`${scanPath(scanId)}/overview`, ScanOverview);
  return OPERATION_KINDS.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
}

function problemOf(status: ScanStatus): Problem {
  return { message: status.error ?? status.message, actions: ['retry', 'show_log'] };
}
