import type { ScanStatus, ScanSummary } from '#protocol/scan.ts';
import type { Done, PanelAction, PanelFile, PanelState } from '#protocol/webview.ts';
import { isScanAccepted, isScanList, isScanStatus } from '../data/wire.ts';
import { ApiError, exportAddress, request } from './api.ts';
import { download } from './download.ts';
import { type Host, type HostListener, NO_STATE, type PageControl } from './host.ts';
import { isOver, ScanFollower } from './scanFollower.ts';

const ADDRESS_PAUSE_MS = 150;

/** The page of `npm start` or of a shared server: holds the WebSocket itself and builds the same state as the extension. */
export class BrowserHost implements Host {
  readonly page: PageControl = {
    startScan: (path) => this.#startScan([path]),
    exportAddress,
  };
  #state: PanelState = NO_STATE;
  #follower: ScanFollower | null = null;
  #listener: HostListener | null = null;
  #viewTimer: ReturnType<typeof setTimeout> | undefined;
  #attachments = 0;

  connect(listener: HostListener): void {
    this.#listener = listener;
    // Own changes go through replaceState, which is silent: this is the reader's own edit or a pasted link.
    window.addEventListener('hashchange', () => location.reload());
    void this.#attach(this.loadView()['scan'] ?? null);
  }

  get(path: string): Promise<unknown> {
    return request('GET', path);
  }

  act(action: PanelAction): void {
    if (action === 'cancel') void this.#cancel();
    else if (action === 'scan') void this.#rescan();
    else if (action === 'retry') void this.#attach(this.#state.scan_id);
  }

  /** The page has no editor: the app shows the source itself before it comes to this. */
  open(): void {}

  showScan(scanId: string): void {
    void this.#attach(scanId);
  }

  async deleteScan(scanId: string): Promise<void> {
    await request('DELETE', `/scan/${encodeURIComponent(scanId)}`);
    if (this.#state.scan_id === scanId || this.#state.results_scan_id === scanId) await this.#attach(null);
  }

  async save(file: PanelFile): Promise<Done> {
    download(file);
    return { done: true, file: file.name };
  }

  loadView(): Record<string, string> {
    const values = [...new URLSearchParams(location.hash.slice(1))];
    return Object.fromEntries(values.filter(([, value]) => value !== ''));
  }

  saveView(view: Readonly<Record<string, string>>): void {
    const hash = new URLSearchParams(view);
    if (this.#state.scan_id !== null) hash.set('scan', this.#state.scan_id);
    else hash.delete('scan');
    const address = `${location.pathname}#${hash}`;
    if (address === location.pathname + location.hash) return;
    // Browsers refuse this call when it comes too often, as it does with fast typing.
    clearTimeout(this.#viewTimer);
    this.#viewTimer = setTimeout(() => history.replaceState(null, '', address), ADDRESS_PAUSE_MS);
  }

  #update(change: Partial<PanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listener?.state(this.#state);
  }

  /** Brings a scan into view: the wanted one if the server has it, else the newest. */
  async #attach(wanted: string | null): Promise<void> {
    const attachment = ++this.#attachments;
    this.#follower?.stop();
    this.#update({ connection: 'connecting', problem: null });
    try {
      // Most often the wanted scan is there: its status is asked for at once, not after the history.
      const [scans, early] = await Promise.all([scanHistory(), wanted === null ? null : statusOf(wanted)]);
      if (attachment !== this.#attachments) return;
      const scan = scans.find((each) => each.scan_id === wanted) ?? scans[0];
      if (scan) await this.#show(scan, scans, scan.scan_id === wanted ? early : null);
      else this.#update({ ...NO_STATE, connection: 'connected' });
    } catch (error) {
      if (attachment === this.#attachments) this.#fail(error);
    }
  }

  async #show(scan: ScanSummary, scans: readonly ScanSummary[], early: ScanStatus | null): Promise<void> {
    const body = early ?? (await statusOf(scan.scan_id));
    if (!body) throw new Error('The scan server sent a status this page cannot read. Reload the page.');
    this.#update({
      connection: 'connected',
      scan_id: scan.scan_id,
      status: body,
      folders: scan.roots,
      results_scan_id: hasResults(body.status) ? scan.scan_id : olderResults(scan, scans),
      problem: null,
    });
    if (!isOver(body)) this.#follow(scan.scan_id);
  }

  #follow(scanId: string): void {
    this.#follower?.stop();
    this.#follower = new ScanFollower(scanId, {
      status: (status) => this.#progress(status),
      connection: (connection) =>
        this.#update(
          connection === 'disconnected'
            ? { connection, problem: { message: 'The connection to the scan server is lost.', actions: ['retry'] } }
            : { connection, problem: null },
        ),
      unknown: () =>
        this.#update({
          connection: 'connected',
          problem: { message: 'The scan server no longer has this scan.', actions: ['scan', 'retry'] },
        }),
    });
    this.#follower.start();
  }

  #progress(status: ScanStatus): void {
    const done = hasResults(status.status);
    this.#update({ status, connection: 'connected', ...(done ? { results_scan_id: status.scan_id } : {}) });
  }

  async #startScan(paths: readonly string[]): Promise<void> {
    const [repository_path, ...roots] = paths;
    const body = await request('POST', '/scan', { repository_path, ...(roots.length > 0 ? { roots } : {}) });
    if (!isScanAccepted(body))
      throw new Error('The scan server sent an answer this page cannot read. Reload the page.');
    await this.#attach(body.scan_id);
  }

  async #rescan(): Promise<void> {
    await this.#startScan(this.#state.folders.map((folder) => folder.path)).catch((error: unknown) =>
      this.#fail(error),
    );
  }

  async #cancel(): Promise<void> {
    if (this.#state.scan_id === null) return;
    const path = `/scan/${encodeURIComponent(this.#state.scan_id)}/cancel`;
    await request('POST', path).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    const lost = error instanceof ApiError && error.status === 0;
    const message = error instanceof Error ? error.message : 'Something failed that gave no reason.';
    this.#update({
      connection: lost ? 'disconnected' : 'connected',
      problem: { message, actions: ['retry'] },
    });
  }
}

function hasResults(status: ScanStatus['status']): boolean {
  return status === 'completed' || status === 'cancelled';
}

/** The status of a scan; null when the server does not have it or sends something else. */
async function statusOf(scanId: string): Promise<ScanStatus | null> {
  const body = await request('GET', `/scan/${encodeURIComponent(scanId)}/status`).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  });
  return isScanStatus(body) ? body : null;
}

/** The scan history, newest first. */
async function scanHistory(): Promise<ScanSummary[]> {
  const body = await request('GET', '/scans');
  if (!isScanList(body)) throw new Error('The scan server sent a history this page cannot read. Reload the page.');
  return body.scans.toSorted((a, b) => b.started_at.localeCompare(a.started_at));
}

/** The newest earlier scan of the same folders that has results: it stays readable while the new one runs. */
function olderResults(scan: ScanSummary, scans: readonly ScanSummary[]): string | null {
  const folders = folderKey(scan);
  const older = scans.find(
    (each) => each.scan_id !== scan.scan_id && hasResults(each.status) && folderKey(each) === folders,
  );
  return older?.scan_id ?? null;
}

function folderKey(scan: ScanSummary): string {
  return scan.roots
    .map((root) => root.path)
    .toSorted()
    .join('\n');
}
