import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanOverview } from '#protocol/http.ts';
import type { PanelState } from '#protocol/webview.ts';
import { count } from './components/format.ts';
import { empty, failed, icon, loading } from './components/templates.ts';
import { type Context, PageElement, type ViewValues } from './context.ts';
import { Resource } from './data/resource.ts';
import { isOverview } from './data/wire.ts';
import { type CodeLocation, type Host, NO_STATE } from './host/host.ts';
import type { ThemeChoice } from './host/theme.ts';
import type { SourcePreview } from './views/sourcePreview.ts';

const RESULT_TABS = ['workflows', 'overview', 'operations', 'endpoints', 'tables', 'unresolved', 'files'] as const;
type Tab = (typeof RESULT_TABS)[number] | 'repositories';

const TAB_LABELS: Readonly<Record<Tab, string>> = {
  workflows: 'Workflows',
  overview: 'Overview',
  operations: 'Operations',
  endpoints: 'Endpoints',
  tables: 'Tables',
  unresolved: 'Not joined',
  files: 'Files',
  repositories: 'Repositories',
};

interface ResultInputs {
  context: Context;
  view: ViewValues;
  scanId: string;
  overview: ScanOverview | null;
}

const RESULT_VIEWS: Readonly<Record<(typeof RESULT_TABS)[number], (inputs: ResultInputs) => TemplateResult>> = {
  workflows: ({ context, view, scanId, overview }) =>
    html`<pinata-workflows
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-workflows>`,
  overview: ({ context, view, scanId, overview }) =>
    html`<pinata-overview .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-overview>`,
  operations: ({ context, view, scanId, overview }) =>
    html`<pinata-operations
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-operations>`,
  endpoints: ({ context, view, scanId, overview }) =>
    html`<pinata-endpoints
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-endpoints>`,
  tables: ({ context, view, scanId, overview }) =>
    html`<pinata-tables .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-tables>`,
  unresolved: ({ context, view, scanId, overview }) =>
    html`<pinata-unresolved
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-unresolved>`,
  files: ({ context, view, scanId, overview }) =>
    html`<pinata-files .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-files>`,
};

/** The whole panel: progress on top, tabs, the chosen view, and in the page the source preview. */
export class App extends PageElement {
  static override properties: PropertyDeclarations = {
    state: { state: true },
    view: { state: true },
    themeLabel: { state: true },
  };
  declare state: PanelState;
  declare view: ViewValues;
  declare themeLabel: string;
  readonly #overview = new Resource<ScanOverview>(this, isOverview);
  readonly #context: Context;
  readonly #host: Host;
  readonly #theme: ThemeChoice | null;
  #opener: Element | null = null;

  constructor(host: Host, theme: ThemeChoice | null) {
    super();
    this.#host = host;
    this.#theme = theme;
    this.state = NO_STATE;
    this.view = host.loadView();
    this.themeLabel = theme?.label ?? '';
    this.#context = {
      host,
      setView: (changes) => this.#setView(changes),
      open: (location) => this.#open(location),
    };
    host.connect((state) => this.#receive(state));
  }

  #receive(state: PanelState): void {
    this.state = state;
    // The address of the page names the scan in view, so that a reload shows the same one.
    if (!this.#host.page) return;
    this.#host.saveView(this.view);
    document.title = ['Pinata', ...state.folders.map((folder) => folder.name)].join(' · ');
  }

  #setView(changes: ViewValues): void {
    const merged = { ...this.view, ...changes };
    this.view = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
    this.#host.saveView(this.view);
  }

  #open(location: CodeLocation): void {
    if (!this.#host.page) {
      this.#host.open(location);
      return;
    }
    this.#opener = document.activeElement;
    this.#setView({
      'source.root': location.root,
      'source.file': location.file,
      'source.line': String(location.line),
    });
    void this.updateComplete.then(() => this.querySelector<SourcePreview>('pinata-source-preview')?.focusTitle());
  }

  protected override willUpdate(): void {
    const scanId = this.state.results_scan_id;
    if (scanId !== null) this.#overview.show(this.#host, `/scan/${encodeURIComponent(scanId)}/overview`);
  }

  /** What the row of tabs last showed; the chosen tab is brought into sight when it changes, not on every update. */
  #shownTabs = '';

  protected override updated(): void {
    const tabs = `${this.#tab()} ${this.#overview.value?.scan.scan_id}`;
    if (tabs === this.#shownTabs) return;
    this.#shownTabs = tabs;
    this.querySelector('.tab[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  protected override render(): TemplateResult {
    const tab = this.#tab();
    return html`<div class="app">
      ${this.#host.page ? this.#titleBar() : nothing}
      <pinata-progress .state=${this.state} .act=${this.#act}></pinata-progress>
      ${this.#tabs(tab)} ${tab === 'repositories' ? nothing : this.#staleMark()}
      <div class="stage">
        <main id="view" class="view" role="tabpanel" aria-labelledby="tab-${tab}" tabindex="-1">
          ${this.#view(tab)}
        </main>
        ${this.#source()}
      </div>
    </div>`;
  }

  readonly #act = (action: Parameters<Host['act']>[0]): void => this.#host.act(action);

  #titleBar(): TemplateResult {
    const folders = this.state.folders.map((folder) => folder.name).join(', ');
    return html`<header class="title-bar">
      <h1>Pinata</h1>
      <span class="title-folder" title=${this.state.folders.map((folder) => folder.path).join(', ')}>${folders}</span>
      <vscode-button
        appearance="icon"
        aria-label="Theme: ${this.themeLabel}. Switch theme"
        title="Theme: ${this.themeLabel}"
        @click=${this.#nextTheme}
      >
        <span class="codicon codicon-color-mode" aria-hidden="true"></span>
      </vscode-button>
    </header>`;
  }

  readonly #nextTheme = (): void => {
    this.#theme?.next();
    this.themeLabel = this.#theme?.label ?? '';
  };

  #available(): readonly Tab[] {
    return this.#host.page ? [...RESULT_TABS, 'repositories'] : RESULT_TABS;
  }

  #tab(): Tab {
    const wanted = this.#available().find((tab) => tab === this.view['tab']);
    if (wanted) return wanted;
    const nothingScanned = this.state.scan_id === null && this.state.connection === 'connected';
    return this.#host.page && nothingScanned ? 'repositories' : 'workflows';
  }

  #tabs(current: Tab): TemplateResult {
    return html`<div class="tabs" role="tablist" aria-label="Views" @keydown=${this.#moveTab}>
      ${this.#available().map(
        (tab) =>
          html`<button
            class="tab"
            type="button"
            role="tab"
            id="tab-${tab}"
            aria-selected=${tab === current}
            aria-controls="view"
            tabindex=${tab === current ? 0 : -1}
            @click=${() => this.#setView({ tab })}
          >
            ${TAB_LABELS[tab]}${this.#tabCount(tab)}
          </button>`,
      )}
    </div>`;
  }

  #tabCount(tab: Tab): TemplateResult | typeof nothing {
    const overview = this.state.results_scan_id === null ? null : this.#overview.value;
    if (!overview) return nothing;
    const counts: Partial<Record<Tab, number>> = {
      workflows: overview.workflows,
      endpoints: overview.nodes_by_kind.api_endpoint ?? 0,
      tables: overview.tables,
      unresolved: Object.values(overview.unresolved_by_reason).reduce((sum, number) => sum + number, 0),
    };
    const number = counts[tab];
    return number === undefined ? nothing : html` <span class="tab-count">${count(number)}</span>`;
  }

  readonly #moveTab = (event: KeyboardEvent): void => {
    const tabs = this.#available();
    const index = tabs.indexOf(this.#tab());
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: (index + 1) % tabs.length,
      ArrowLeft: (index + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = tabs[steps[event.key] ?? -1];
    if (target === undefined) return;
    event.preventDefault();
    this.#setView({ tab: target });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#tab-${target}`)?.focus());
  };

  #staleMark(): TemplateResult | typeof nothing {
    const { scan_id, results_scan_id } = this.state;
    if (results_scan_id === null || results_scan_id === scan_id) return nothing;
    return html`<p class="stale">${icon('history')} These are the results of an earlier scan.</p>`;
  }

  #view(tab: Tab): TemplateResult {
    if (tab === 'repositories') {
      return html`<pinata-repositories .context=${this.#context} .state=${this.state}></pinata-repositories>`;
    }
    const scanId = this.state.results_scan_id;
    if (scanId === null) return this.#noResults();
    if (tab === 'overview' && this.#overview.error !== null) {
      return failed(this.#overview.error, () => this.#overview.retry());
    }
    const overview = this.#overview.value?.scan.scan_id === scanId ? this.#overview.value : null;
    return this.#resultView(tab, scanId, overview);
  }

  #resultView(tab: Exclude<Tab, 'repositories'>, scanId: string, overview: ScanOverview | null): TemplateResult {
    return RESULT_VIEWS[tab]({ context: this.#context, view: this.view, scanId, overview });
  }

  #noResults(): TemplateResult {
    const { status, connection } = this.state;
    if (status === null) {
      if (connection === 'connecting') return loading('the last scan');
      return this.#host.page
        ? empty('No scan yet', ['Pick a folder in the Repositories tab and press Scan.'])
        : empty('No scan yet', [
            'Press Scan to read the open folders. Nothing is run and nothing leaves this machine.',
          ]);
    }
    if (status.status === 'error') {
      return empty('The scan failed', [status.error ?? status.message, 'Press Scan again to start over.']);
    }
    return empty('Scan running', ['Results appear here as soon as the scan has linked the files.']);
  }

  #source(): TemplateResult | typeof nothing {
    const { 'source.file': file, 'source.root': root, 'source.line': line } = this.view;
    const scanId = this.state.results_scan_id;
    if (!this.#host.page || scanId === null || file === undefined || root === undefined) return nothing;
    return html`<pinata-source-preview
      .host=${this.#host}
      .scanId=${scanId}
      .location=${this.#location(root, file, Number(line ?? 1))}
      @close=${this.#closeSource}
    ></pinata-source-preview>`;
  }

  #lastLocation: CodeLocation | null = null;

  /** The same object for the same place, so that progress updates do not render the preview again. */
  #location(root: string, file: string, line: number): CodeLocation {
    const last = this.#lastLocation;
    if (last && last.root === root && last.file === file && last.line === line) return last;
    this.#lastLocation = { root, file, line, column: 1 };
    return this.#lastLocation;
  }

  readonly #closeSource = (): void => {
    this.#setView({ 'source.root': '', 'source.file': '', 'source.line': '' });
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
  };
}
