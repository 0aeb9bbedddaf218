import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanOverview } from '#protocol/http.ts';
import type { Filter } from '../components/filterBar.ts';
import { empty } from '../components/templates.ts';
import { type Context, PageElement, type ViewValues } from '../context.ts';

const NO_FILTERS: readonly Filter[] = [];

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
