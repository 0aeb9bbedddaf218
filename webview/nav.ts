import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanOverview } from '#protocol/http.ts';
import { controlValue, setControlValue } from './components/controls.ts';
import { count } from './components/format.ts';
import { icon } from './components/templates.ts';
import { PageElement } from './context.ts';
import { notLinked, operationsOf } from './data/counts.ts';

export const RESULT_TABS = [
  'workflows',
  'overview',
  'pages',
  'endpoints',
  'messages',
  'tables',
  'stores',
  'operations',
  'unresolved',
  'files',
  'history',
  'export',
] as const;
export type ResultTab = (typeof RESULT_TABS)[number];
export type Tab = ResultTab | 'repositories';

interface TabFacts {
  label: string;
  icon: string;
  /** Heading of the group that begins here. */
  heading?: string;
  count?: (overview: ScanOverview) => number;
}

const TABS: Readonly<Record<Tab, TabFacts>> = {
  workflows: { label: 'Workflows', icon: 'git-merge', count: (overview) => overview.workflows },
  overview: { label: 'Overview', icon: 'dashboard' },
  pages: { label: 'Pages & components', icon: 'browser', heading: 'Starting points' },
  endpoints: { label: 'Endpoints', icon: 'globe', count: (overview) => overview.nodes_by_kind.api_endpoint ?? 0 },
  messages: { label: 'Messages & schedules', icon: 'send' },
  tables: { label: 'Tables', icon: 'table', heading: 'Data', count: (overview) => overview.tables },
  stores: { label: 'Files & caches', icon: 'archive' },
  operations: { label: 'Operations', icon: 'list-flat', heading: 'Everything', count: operationsOf },
  unresolved: { label: 'Not linked', icon: 'debug-disconnect', count: notLinked },
  files: { label: 'Files', icon: 'files', count: (overview) => overview.files.found },
  history: { label: 'History', icon: 'history', heading: 'Scans' },
  export: { label: 'Export', icon: 'export' },
  repositories: { label: 'Repositories', icon: 'repo' },
};

/** The views: a column beside the content, icons alone where that is narrow, a drop-down where it is narrower. */
export class NavView extends PageElement {
  static override properties: PropertyDeclarations = {
    tabs: { attribute: false },
    current: { attribute: false },
    overview: { attribute: false },
  };
  declare tabs: readonly Tab[];
  declare current: Tab;
  declare overview: ScanOverview | null;

  protected override render(): TemplateResult {
    return html`<nav aria-label="Views">
      <div class="nav" role="tablist" aria-label="Views" aria-orientation="vertical" @keydown=${this.#keyPressed}>
        ${this.tabs.map((tab) => this.#tab(tab))}
      </div>
      <div class="nav-narrow">
        <vscode-dropdown aria-label="View" @change=${(event: Event) => this.#choose(controlValue(event))}>
          ${this.tabs.map((tab) => html`<vscode-option value=${tab}>${TABS[tab].label}</vscode-option>`)}
        </vscode-dropdown>
      </div>
    </nav>`;
  }

  /** The drop-down takes a value only once its options are in the document. */
  protected override updated(): void {
    const control = this.querySelector('vscode-dropdown');
    if (control) setControlValue(control, this.current);
  }

  #tab(tab: Tab): TemplateResult {
    const { label, icon: name, heading, count: counting } = TABS[tab];
    const number = this.overview && counting ? counting(this.overview) : null;
    const chosen = tab === this.current;
    return html`${heading ? html`<span class="nav-heading" aria-hidden="true">${heading}</span>` : nothing}<button
        class="tab"
        type="button"
        role="tab"
        id="tab-${tab}"
        title=${label}
        aria-selected=${chosen}
        aria-controls="view"
        tabindex=${chosen ? 0 : -1}
        @click=${() => this.#choose(tab)}
      >
        ${icon(name)}<span class="tab-label">${label}</span>${
          number === null ? nothing : html`<span class="tab-count">${count(number)}</span>`
        }
      </button>`;
  }

  #choose(value: string): void {
    const tab = this.tabs.find((each) => each === value);
    if (tab && tab !== this.current) this.dispatchEvent(new CustomEvent<Tab>('choose', { detail: tab }));
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    const { tabs } = this;
    const index = tabs.indexOf(this.current);
    const next = (index + 1) % tabs.length;
    const previous = (index + tabs.length - 1) % tabs.length;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: next,
      ArrowRight: next,
      ArrowUp: previous,
      ArrowLeft: previous,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = tabs[steps[event.key] ?? -1];
    if (target === undefined) return;
    event.preventDefault();
    this.#choose(target);
    this.querySelector<HTMLElement>(`#tab-${target}`)?.focus();
  };
}
