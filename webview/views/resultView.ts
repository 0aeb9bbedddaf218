import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanOverview } from '#protocol/http.ts';
import type { Filter } from '../components/filterBar.ts';
import { counted } from '../components/format.ts';
import { empty, failed, icon, loading } from '../components/templates.ts';
import { type Context, PageElement, type ViewValues } from '../context.ts';
import type { PagedList } from '../data/reading.ts';

const NO_FILTERS: readonly Filter[] = [];

/** A searchable list of the server: what it lists and how a row is drawn. */
export interface ListPane<T> {
  list: PagedList<T>;
  /** Name of the list for assistive technology. */
  label: string;
  /** One of what it lists, and several. */
  one: string;
  many: string;
  /** What the search field searches, and the view value it changes. */
  search: string;
  textKey: string;
  filters?: readonly Filter[];
  row: (item: T, index: number) => TemplateResult;
  /** Id of the row drawn as chosen. */
  marked?: string;
  /** Drawn between the search field and the rows. */
  above?: unknown;
  /** What an empty list that is not filtered says. */
  none: () => TemplateResult;
}

/** A view of one scan's results. */
export abstract class ResultView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    view: { attribute: false },
    scanId: { attribute: false },
    overview: { attribute: false },
  };
  declare context: Context;
  declare view: ViewValues;
  declare scanId: string;
  /** Null until it has arrived. */
  declare overview: ScanOverview | null;

  /** Path of a list of the scan in view, below the API prefix. */
  protected listPath(list: string): string {
    return `/scan/${encodeURIComponent(this.scanId)}/${list}`;
  }

  /** A list on the left and what is chosen in it on the right; one at a time where the view is narrow. */
  protected split(list: unknown, detail: unknown, chosen: boolean): TemplateResult {
    return html`<div class="split" ?data-chosen=${chosen}>
      <div class="pane pane-list">${list}</div>
      <div class="pane pane-detail" tabindex="-1">${detail}</div>
    </div>`;
  }

  /** Leads from what is chosen back to the list, where only one of them has room. */
  protected back(label: string, keys: readonly string[]): TemplateResult {
    const cleared = Object.fromEntries(keys.map((key) => [key, '']));
    return html`<button class="back" type="button" @click=${() => this.context.setView(cleared)}>
      ${icon('arrow-left')} ${label}
    </button>`;
  }

  /** The search field, the count and the rows of a list, or why there are none. */
  protected listPane<T>(pane: ListPane<T>): TemplateResult {
    return html`${this.filterBar(pane.search, pane.textKey, pane.filters)} ${pane.above ?? nothing} ${this.#rows(pane)}`;
  }

  #rows<T>(pane: ListPane<T>): TemplateResult {
    const { list } = pane;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading(pane.many);
    const keys = [pane.textKey, ...(pane.filters ?? []).map(({ key }) => key)];
    if (list.items.length === 0) return this.isFiltered(keys) ? this.noMatch(pane.one, keys) : pane.none();
    return html`<p class="list-count" role="status">${counted(list.total, pane.one, pane.many)}</p>
      <pinata-virtual-list
        class="fill"
        aria-busy=${list.outdated}
        .label=${pane.label}
        .items=${list.items}
        .row=${pane.row}
        .marked=${pane.marked ?? ''}
        @end-reached=${() => list.more()}
      ></pinata-virtual-list>`;
  }

  /** The search field and drop-downs above a list; what they change goes into the view. */
  protected filterBar(label: string, textKey: string, filters: readonly Filter[] = NO_FILTERS): TemplateResult {
    return html`<pinata-filter-bar
      .label=${label}
      .textKey=${textKey}
      .filters=${filters}
      .view=${this.view}
      @filter=${(event: CustomEvent<ViewValues>) => this.context.setView(event.detail)}
    ></pinata-filter-bar>`;
  }

  /** A filter found nothing: says so and clears it. */
  protected noMatch(what: string, keys: readonly string[]): TemplateResult {
    const cleared = Object.fromEntries(keys.map((key) => [key, '']));
    return empty(
      `No ${what} matches`,
      [keys.length > 1 ? 'Change the search text or the filter.' : 'Change the search text.'],
      html`<vscode-button appearance="secondary" @click=${() => this.context.setView(cleared)}>Clear</vscode-button>`,
    );
  }

  protected isFiltered(keys: readonly string[]): boolean {
    return keys.some((key) => (this.view[key] ?? '') !== '');
  }
}
