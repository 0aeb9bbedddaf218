import { html, nothing, type TemplateResult } from 'lit';
import type { GraphNode } from '#protocol/graph.ts';
import { count } from '../components/format.ts';
import { confidenceLabel, empty, failed, icon, kindIcon, loading, place } from '../components/templates.ts';
import { controlValue } from '../components/controls.ts';
import { CONFIDENCES, kindLabel, KINDS } from '../components/vocabulary.ts';
import { locationOf, ResultView } from '../context.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList } from '../data/pagedList.ts';
import { isNode } from '../data/wire.ts';

/** Column heads with the sort key of the server, where it has one. */
const COLUMNS = [
  { key: 'kind', label: 'Kind' },
  { key: 'target', label: 'Operation' },
  { key: 'file', label: 'Place' },
  { key: null, label: 'Provider' },
  { key: 'confidence', label: 'Confidence' },
] as const;

/** Functions and tables are nodes of the graph but no operations; transforms are shown inside workflows. */
const NOT_LISTED = new Set(['function', 'table', 'data_transform']);
const OPERATIONS = Object.keys(KINDS)
  .filter((kind) => !NOT_LISTED.has(kind))
  .join(',');

/** Every operation in one table of which only the rows in sight are in the document. */
export class OperationsView extends ResultView {
  readonly #list = new PagedList<GraphNode>(this, isNode);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('results'), {
      q: this.view['operations.text'] ?? '',
      kind: this.view['operations.kind'] ?? OPERATIONS,
      confidence: this.view['operations.confidence'] ?? '',
      sort: this.view['operations.sort'] ?? '',
      order: this.view['operations.order'] ?? '',
    });
  }

  protected override render(): TemplateResult {
    return html`<div class="table-view">
      <pinata-filter-bar
        .label=${'Search name, target or file'}
        .text=${this.view['operations.text'] ?? ''}
        .choices=${this.#kindChoices()}
        .choice=${this.view['operations.kind'] ?? ''}
        .choiceLabel=${'Kind'}
        @search=${(event: CustomEvent<string>) => this.context.setView({ 'operations.text': event.detail })}
        @choose=${(event: CustomEvent<string>) => this.context.setView({ 'operations.kind': event.detail })}
      >
      </pinata-filter-bar>
      <div class="filter-bar filter-bar-second">
        <vscode-dropdown
          aria-label="Confidence"
          @change=${(event: Event) => this.context.setView({ 'operations.confidence': controlValue(event) })}
        >
          <vscode-option value="" ?selected=${!this.view['operations.confidence']}>Any confidence</vscode-option>
          ${Object.entries(CONFIDENCES).map(
            ([value, { label }]) =>
              html`<vscode-option value=${value} ?selected=${value === this.view['operations.confidence']}
                >${label}</vscode-option
              >`,
          )}
        </vscode-dropdown>
        <span class="list-count" role="status"
          >${this.#list.loaded ? `${count(this.#list.total)} operations` : ''}</span
        >
      </div>
      ${this.#table()}
    </div>`;
  }

  #kindChoices() {
    const counts = this.overview?.nodes_by_kind ?? {};
    const kinds = Object.entries(counts).filter(([kind, number]) => number > 0 && !NOT_LISTED.has(kind));
    const transforms = counts.data_transform ?? 0;
    return [
      { value: '', label: 'All kinds' },
      ...kinds.map(([value, number]) => ({ value, label: `${kindLabel(value)} (${count(number)})` })),
      ...(transforms > 0 ? [{ value: 'data_transform', label: `Transform (${count(transforms)})` }] : []),
    ];
  }

  #table(): TemplateResult {
    const list = this.#list;
    if (list.error !== null && list.items.length === 0) return failed(list.error, () => list.retry());
    if (!list.loaded && list.items.length === 0) return loading('operations');
    if (list.loaded && list.items.length === 0) return this.#none();
    return html`<div class="table fill" role="table" aria-label="Operations" aria-rowcount=${list.total + 1}>
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
        @end-reached=${() => void list.more()}
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
          ${title(node)}</button
        ><span class="cell-symbol">${node.symbol ?? ''}</span></span
      >
      <span class="cell" role="cell">${place(node)}</span>
      <span class="cell cell-provider" role="cell">${node.provider ?? ''}</span>
      <span class="cell" role="cell">${confidenceLabel(node.confidence)}</span>
    </div>
  `;

  #none(): TemplateResult {
    const filtered = ['text', 'kind', 'confidence'].some((key) => (this.view[`operations.${key}`] ?? '') !== '');
    if (!filtered) return empty('No operations', this.overview ? diagnose(this.overview, 'operations') : []);
    const clear = { 'operations.text': '', 'operations.kind': '', 'operations.confidence': '' };
    return empty(
      'No operation matches',
      ['Change the search text, the kind or the confidence.'],
      html`<vscode-button appearance="secondary" @click=${() => this.context.setView(clear)}
        >Clear filter</vscode-button
      >`,
    );
  }
}

function title(node: GraphNode): string {
  if (node.method && node.target) return `${node.method} ${node.target}`;
  return node.target ? node.target : node.name;
}
