import { html, nothing, type TemplateResult } from 'lit';
import type { GraphNode } from '#protocol/graph.ts';
import { count, counted } from '../components/format.ts';
import { confidenceLabel, empty, failed, icon, kindIcon, loading, place } from '../components/templates.ts';
import type { Filter } from '../components/filterBar.ts';
import { confidenceFilter } from '../components/filters.ts';
import { isOperation, kindLabel, KINDS, nodeTitle, shortSymbol } from '../components/vocabulary.ts';
import { locationOf } from '../context.ts';
import { ResultView } from './resultView.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList } from '../data/reading.ts';
import { isNode } from '../data/wire.ts';

/** Column heads with the sort key of the server, where it has one. */
const COLUMNS = [
  { key: 'kind', label: 'Kind' },
  { key: 'target', label: 'Operation' },
  { key: 'file', label: 'Place' },
  { key: null, label: 'Provider' },
  { key: 'confidence', label: 'Confidence' },
] as const;

/** Every operation: the number in the overview and in the status bar is that of this list. */
const ALL_KINDS = Object.keys(KINDS).filter(isOperation).join(',');
const FILTER_KEYS = ['operations.text', 'operations.kind', 'operations.confidence'];

/** Every operation in one table of which only the rows in sight are in the document. */
export class OperationsView extends ResultView {
  readonly #list = new PagedList<GraphNode>(this, isNode);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('results'), {
      q: this.view['operations.text'] ?? '',
      kind: this.view['operations.kind'] ?? ALL_KINDS,
      confidence: this.view['operations.confidence'] ?? '',
      sort: this.view['operations.sort'] ?? '',
      order: this.view['operations.order'] ?? '',
    });
  }

  protected override render(): TemplateResult {
    return html`<div class="table-view">
      ${this.filterBar('Search name, target or file', 'operations.text', this.#filters())}
      <p class="list-count" role="status">${this.#list.loaded ? counted(this.#list.total, 'operation') : nothing}</p>
      ${this.#table()}
    </div>`;
  }

  #filters(): Filter[] {
    const counts = this.overview?.nodes_by_kind ?? {};
    const found = Object.entries(counts).filter(([kind, number]) => number > 0 && isOperation(kind));
    const ordered = found.toSorted(([, a], [, b]) => b - a);
    const choices = [
      { value: '', label: 'All kinds' },
      ...ordered.map(([kind, number]) => ({ value: kind, label: `${kindLabel(kind)} (${count(number)})` })),
    ];
    return [{ key: 'operations.kind', label: 'Kind', choices }, confidenceFilter('operations.confidence')];
  }

  #table(): TemplateResult {
    const list = this.#list;
    if (list.error !== null && list.items.length === 0) return failed(list.error, () => list.retry());
    if (!list.loaded && list.items.length === 0) return loading('operations');
    if (list.loaded && list.items.length === 0) return this.#none();
    return html`<div
      class="table fill"
      role="table"
      aria-busy=${list.outdated}
      aria-label="Operations"
      aria-rowcount=${list.total + 1}
    >
      <div class="table-head" role="rowgroup">
        <div class="table-row" role="row" aria-rowindex="1">${COLUMNS.map((column) => this.#head(column))}</div>
      </div>
      <pinata-virtual-list
        class="fill"
        role="presentation"
        .label=${'Operations'}
        .kind=${'rowgroup'}
        .items=${list.items}
        .row=${this.#row}
        @end-reached=${() => list.more()}
      ></pinata-virtual-list>
    </div>`;
  }

  #head(column: (typeof COLUMNS)[number]): TemplateResult {
    if (column.key === null) return html`<div class="cell cell-provider" role="columnheader">${column.label}</div>`;
    const sorted = this.view['operations.sort'] === column.key;
    const descending = sorted && this.view['operations.order'] === 'desc';
    return html`<div
      class="cell"
      role="columnheader"
      aria-sort=${sorted ? (descending ? 'descending' : 'ascending') : nothing}
    >
      <button
        class="sort"
        type="button"
        @click=${() =>
          this.context.setView({
            'operations.sort': column.key,
            'operations.order': sorted && !descending ? 'desc' : 'asc',
          })}
      >
        ${column.label} ${sorted ? icon(descending ? 'arrow-small-down' : 'arrow-small-up') : nothing}
      </button>
    </div>`;
  }

  readonly #row = (node: GraphNode, index: number): TemplateResult => html`
    <div
      class="table-row body-row"
      role="row"
      aria-rowindex=${index + 2}
      @click=${() => this.context.open(locationOf(node))}
    >
      <span class="cell" role="cell"
        >${kindIcon(node.kind)}<span class="cell-text">${KINDS[node.kind].label}</span></span
      >
      <span class="cell cell-name" role="cell"
        ><button class="row-link" type="button" data-row=${index} title=${node.snippet ?? node.name}>
          ${nodeTitle(node)}</button
        ><span class="cell-symbol">${node.symbol === undefined ? '' : shortSymbol(node)}</span></span
      >
      <span class="cell" role="cell">${place(node)}</span>
      <span class="cell cell-provider" role="cell">${node.provider ?? ''}</span>
      <span class="cell" role="cell">${confidenceLabel(node.confidence)}</span>
    </div>
  `;

  #none(): TemplateResult {
    if (this.isFiltered(FILTER_KEYS)) return this.noMatch('operation', FILTER_KEYS);
    return empty('No operations', this.overview ? diagnose(this.overview, 'operations') : []);
  }
}
