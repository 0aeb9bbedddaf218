import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanList } from '#protocol/http.ts';
import type { ScanSummary } from '#protocol/scan.ts';
import { count, counted, duration, moment } from '../components/format.ts';
import { controlValue, setControlValue } from '../components/controls.ts';
import { empty, failed, icon, loading } from '../components/templates.ts';
import { SCAN_STATES } from '../components/vocabulary.ts';
import { Resource } from '../data/reading.ts';
import { isScanList } from '../data/wire.ts';
import { ResultView } from './resultView.ts';

/** Scans read at once: the store keeps twenty results of a folder. */
const LISTED = 100;

/** Scans of the same folders, the newest first; two of them can be compared. */
export class HistoryView extends ResultView {
  static override properties: PropertyDeclarations = {
    ...ResultView.properties,
    asking: { state: true },
    refusal: { state: true },
  };
  /** Id of the scan whose removal waits for a second click. */
  declare asking: string;
  declare refusal: string;
  readonly #scans = new Resource<ScanList>(this, isScanList);
  #listedFor = '';

  constructor() {
    super();
    this.asking = '';
    this.refusal = '';
  }

  protected override willUpdate(): void {
    const root = this.overview?.scan.roots[0]?.path;
    const query = new URLSearchParams({ limit: String(LISTED), ...(root === undefined ? {} : { root }) });
    this.#scans.show(this.context.host, `/scans?${query}`);
    if (this.#listedFor !== '' && this.#listedFor !== this.scanId) this.#scans.retry();
    this.#listedFor = this.scanId;
  }

  /** Drop-downs take a value only once their options are in the document. */
  protected override updated(): void {
    const [older, newer] = this.#pair(this.#related());
    for (const control of this.querySelectorAll('vscode-dropdown')) {
      const scan = control.id === 'compare-older' ? older : newer;
      if (scan) setControlValue(control, scan.scan_id);
    }
  }

  protected override render(): TemplateResult {
    const scans = this.#scans;
    if (scans.error !== null) return failed(scans.error, () => scans.retry());
    if (!scans.value) return loading('the history');
    const related = this.#related();
    if (related.length === 0) return empty('No scans', ['The history begins with the next scan.']);
    return html`<div class="history">
      <section aria-labelledby="history-title">
        <h2 id="history-title">Scans of ${related[0]?.roots.map((root) => root.name).join(', ')}</h2>
        ${this.refusal === '' ? nothing : html`<p class="problem" role="alert">${icon('error')} ${this.refusal}</p>`}
        <ul class="plain scans">
          ${related.map((scan) => this.#scan(scan))}
        </ul>
      </section>
      ${this.#compare(related)}
    </div>`;
  }

  /** Scans of the same folders as the one in view. */
  #related(): ScanSummary[] {
    const scans = this.#scans.value?.scans ?? [];
    const current = scans.find((scan) => scan.scan_id === this.scanId);
    const folders = current ? folderKey(current) : null;
    return scans
      .filter((scan) => folders === null || folderKey(scan) === folders)
      .toSorted((a, b) => b.started_at.localeCompare(a.started_at));
  }

  #scan(scan: ScanSummary): TemplateResult {
    const shown = scan.scan_id === this.scanId;
    const facts = [
      counted(scan.files_scanned, 'file'),
      counted(scan.workflows_found, 'workflow'),
      ...(scan.duration_ms === null ? [] : [duration(scan.duration_ms)]),
    ];
    return html`<li class="scan-row" ?data-current=${shown}>
      <span class="state-${scan.status}">${icon(ICONS[scan.status] ?? 'sync')}</span>
      <span class="row-title"
        >${moment(scan.started_at)}${shown ? html` <span class="muted">in view</span>` : nothing}</span
      >
      <span class="row-note">${SCAN_STATES[scan.status]} · ${facts.join(' · ')}</span>
      <span class="scan-actions"
        >${this.asking === scan.scan_id ? this.#confirm(scan) : this.#actions(scan, shown)}</span
      >
    </li>`;
  }

  #actions(scan: ScanSummary, shown: boolean): TemplateResult {
    const when = moment(scan.started_at);
    return html`${
        shown || !hasResults(scan)
          ? nothing
          : html`<button
              class="mode"
              type="button"
              aria-label="Show the scan of ${when}"
              @click=${() => this.context.host.showScan(scan.scan_id)}
            >
              Show
            </button>`
      }<button
        class="tool"
        type="button"
        aria-label="Remove the scan of ${when}"
        title="Remove"
        @click=${() => (this.asking = scan.scan_id)}
      >
        ${icon('trash')}
      </button>`;
  }

  #confirm(scan: ScanSummary): TemplateResult {
    return html`<span class="muted">Remove this scan and its results?</span>
      <button class="mode" type="button" @click=${() => void this.#remove(scan.scan_id)}>Remove</button>
      <button class="mode" type="button" @click=${() => (this.asking = '')}>Keep</button>`;
  }

  async #remove(scanId: string): Promise<void> {
    this.asking = '';
    this.refusal = '';
    try {
      await this.context.host.deleteScan(scanId);
      this.#scans.retry();
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
    }
  }

  /** The two scans to compare: those chosen, else the one in view and the one before it. */
  #pair(scans: readonly ScanSummary[]): readonly [ScanSummary | undefined, ScanSummary | undefined] {
    const readable = scans.filter(hasResults);
    const byId = (id: string | undefined) => readable.find((scan) => scan.scan_id === id);
    const newer = byId(this.view['with']) ?? byId(this.scanId) ?? readable[0];
    const before = newer ? readable[readable.indexOf(newer) + 1] : undefined;
    return [byId(this.view['compare']) ?? before, newer];
  }

  #compare(scans: readonly ScanSummary[]): TemplateResult {
    const [older, newer] = this.#pair(scans);
    const readable = scans.filter(hasResults);
    if (readable.length < 2 || !newer) {
      return html`<section>
        <h2>What changed</h2>
        <p class="muted">Two scans of the same folders are needed to compare. Scan again after a change.</p>
      </section>`;
    }
    return html`<section aria-labelledby="compare-title">
      <h2 id="compare-title">What changed</h2>
      <div class="compare-pair">
        ${this.#choice('compare-older', 'From', 'compare', readable)} ${icon('arrow-right')}
        ${this.#choice('compare-newer', 'To', 'with', readable)}
      </div>
      ${
        older && older !== newer
          ? html`<pinata-comparison
              .context=${this.context}
              .view=${this.view}
              .older=${older.scan_id}
              .newer=${newer.scan_id}
            ></pinata-comparison>`
          : html`<p class="muted">Choose two different scans.</p>`
      }
    </section>`;
  }

  #choice(id: string, label: string, key: string, scans: readonly ScanSummary[]): TemplateResult {
    return html`<vscode-dropdown
      id=${id}
      aria-label=${label}
      @change=${(event: Event) => this.context.setView({ [key]: controlValue(event) })}
    >
      ${scans.map(
        (scan) =>
          html`<vscode-option value=${scan.scan_id}
            >${moment(scan.started_at)} · ${count(scan.workflows_found)} workflows</vscode-option
          >`,
      )}
    </vscode-dropdown>`;
  }
}

const ICONS: Readonly<Partial<Record<ScanSummary['status'], string>>> = {
  completed: 'pass',
  error: 'error',
  cancelled: 'circle-slash',
};

function hasResults(scan: ScanSummary): boolean {
  return scan.status === 'completed' || scan.status === 'cancelled';
}

function folderKey(scan: ScanSummary): string {
  return scan.roots
    .map((root) => root.path)
    .toSorted()
    .join('\n');
}
