import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanOverview } from '#protocol/http.ts';
import type { PanelState } from '#protocol/webview.ts';
import { moment } from './components/format.ts';
import { SnippetHover } from './components/snippetHover.ts';
import { empty, failed, icon, loading } from './components/templates.ts';
import { type Context, PageElement, type ViewValues } from './context.ts';
import { Resource } from './data/reading.ts';
import { isOverview } from './data/wire.ts';
import { type CodeLocation, type Host, NO_STATE } from './host/host.ts';
import type { ThemeChoice } from './host/theme.ts';
import { RESULT_TABS, type ResultTab, type Tab } from './nav.ts';
import type { SourcePreview } from './views/sourcePreview.ts';

interface ResultInputs {
  context: Context;
  view: ViewValues;
  scanId: string;
  overview: ScanOverview | null;
}

/** One template a view: the four inputs are the same everywhere, the element differs. */
const RESULT_VIEWS: Readonly<Record<ResultTab, (inputs: ResultInputs) => TemplateResult>> = {
  workflows: ({ context, view, scanId, overview }) =>
    html`<pinata-workflows
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-workflows>`,
  overview: ({ context, view, scanId, overview }) =>
    html`<pinata-overview .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-overview>`,
  pages: ({ context, view, scanId, overview }) =>
    html`<pinata-pages .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-pages>`,
  endpoints: ({ context, view, scanId, overview }) =>
    html`<pinata-endpoints
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-endpoints>`,
  messages: ({ context, view, scanId, overview }) =>
    html`<pinata-messages .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-messages>`,
  tables: ({ context, view, scanId, overview }) =>
    html`<pinata-tables .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-tables>`,
  stores: ({ context, view, scanId, overview }) =>
    html`<pinata-stores .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-stores>`,
  operations: ({ context, view, scanId, overview }) =>
    html`<pinata-operations
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-operations>`,
  unresolved: ({ context, view, scanId, overview }) =>
    html`<pinata-unresolved
      .context=${context}
      .view=${view}
      .scanId=${scanId}
      .overview=${overview}
    ></pinata-unresolved>`,
  files: ({ context, view, scanId, overview }) =>
    html`<pinata-files .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-files>`,
  history: ({ context, view, scanId, overview }) =>
    html`<pinata-history .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-history>`,
  export: ({ context, view, scanId, overview }) =>
    html`<pinata-exports .context=${context} .view=${view} .scanId=${scanId} .overview=${overview}></pinata-exports>`,
};

/** Filters and modes that would hide what is navigated to, by the key that names it. */
const HIDING: Readonly<Record<string, readonly string[]>> = {
  table: ['tables.as', 'tables.text', 'tables.use'],
  endpoint: ['endpoints.scope', 'endpoints.text'],
  message: ['message.kind', 'message.text'],
  store: ['store.kind', 'store.text'],
  component: ['component.kind', 'component.text'],
};

/** View values that clear what would hide the things named in `view`. */
function unhidden(view: ViewValues): ViewValues {
  const hiding = Object.keys(view).flatMap((key) => HIDING[key] ?? []);
  return Object.fromEntries(hiding.map((key) => [key, '']));
}

/** The whole panel: progress on top, the views, the chosen one, and in the page the source preview. */
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
  readonly #snippets: SnippetHover;
  #opener: Element | null = null;

  constructor(host: Host, theme: ThemeChoice | null) {
    super();
    this.#host = host;
    this.#theme = theme;
    this.#snippets = new SnippetHover(host, () => this.state.results_scan_id);
    this.state = NO_STATE;
    this.view = host.loadView();
    this.themeLabel = theme?.label ?? '';
    this.#context = {
      host,
      setView: (changes) => this.#setView(changes),
      open: (location) => this.#open(location),
    };
    host.connect({
      state: (state) => this.#receive(state),
      navigate: (view) => this.#setView({ ...unhidden(view), ...view }),
    });
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

  /** After the view has asked for what it shows: the numbers beside the tabs can wait for it. */
  protected override updated(): void {
    const scanId = this.state.results_scan_id;
    if (scanId === null) return;
    const path = `/scan/${encodeURIComponent(scanId)}/overview`;
    void this.#viewIsReady().then(() => this.#overview.show(this.#host, path));
  }

  async #viewIsReady(): Promise<void> {
    const view = this.querySelector('#view > *');
    if (view instanceof PageElement) await view.updateComplete;
  }

  protected override render(): TemplateResult {
    const tab = this.#tab();
    return html`<div class="app">
      <a class="skip" href="#view" @click=${this.#skip}>Skip to the content</a>
      ${this.#host.page ? this.#titleBar() : this.#hiddenTitle()}
      <pinata-progress
        .state=${this.state}
        .overview=${this.#current()}
        .act=${this.#act}
        .compare=${this.#showChanges}
      ></pinata-progress>
      ${tab === 'repositories' ? nothing : this.#staleMark()}
      <div class="stage">
        <pinata-nav
          .tabs=${this.#available()}
          .current=${tab}
          .overview=${this.#current()}
          @choose=${(event: CustomEvent<Tab>) => this.#setView({ tab: event.detail })}
        ></pinata-nav>
        <main>
          <div id="view" class="view" role="tabpanel" aria-labelledby="tab-${tab}" tabindex="-1">
            ${this.#view(tab)}
          </div>
        </main>
        ${this.#source()}
      </div>
      ${this.#snippets}
    </div>`;
  }

  readonly #skip = (event: Event): void => {
    // The address of the page holds the view: the link must not change it.
    event.preventDefault();
    this.querySelector<HTMLElement>('#view')?.focus();
  };

  readonly #showChanges = (): void => this.#setView({ tab: 'history', compare: '', with: '' });

  /** The overview of the scan in view, once it has arrived. */
  #current(): ScanOverview | null {
    const overview = this.#overview.value;
    return overview && overview.scan.scan_id === this.state.results_scan_id ? overview : null;
  }

  readonly #act = (action: Parameters<Host['act']>[0]): void => this.#host.act(action);

  /** VS Code shows the name in the tab of the panel; assistive technology looks for a heading. */
  #hiddenTitle(): TemplateResult {
    return html`<header class="visually-hidden"><h1>Pinata</h1></header>`;
  }

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

  #staleMark(): TemplateResult | typeof nothing {
    const { scan_id, results_scan_id } = this.state;
    if (results_scan_id === null || results_scan_id === scan_id) return nothing;
    const scan = this.#current()?.scan;
    const when = scan ? ` of ${moment(scan.finished_at ?? scan.started_at)}` : '';
    const why = this.state.status?.status === 'error' ? 'The newest scan failed.' : 'A newer scan is running.';
    return html`<section class="stale" aria-label="Age of the results">
      ${icon('history')} These are the results of an earlier scan${when}. ${why}
    </section>`;
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
    return RESULT_VIEWS[tab]({ context: this.#context, view: this.view, scanId, overview: this.#current() });
  }

  #noResults(): TemplateResult {
    const { status, connection } = this.state;
    if (status === null) {
      if (connection === 'connecting') return loading('the last scan');
      return this.#host.page
        ? empty('No scan yet', ['Pick a folder in the Repositories view and press Scan.'])
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
