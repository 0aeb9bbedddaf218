import { html, nothing, type TemplateResult } from 'lit';
import type { EndpointRow, UnresolvedRow } from '#protocol/http.ts';
import { count, counted } from '../components/format.ts';
import type { Filter } from '../components/filterBar.ts';
import { confidenceLabel, empty, failed, icon, loading, nodeLink, place } from '../components/templates.ts';
import { nodeTitle, shortSymbol } from '../components/vocabulary.ts';
import { locationOf } from '../context.ts';
import { ResultView } from './resultView.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList } from '../data/pagedList.ts';
import { isEndpointRow, isUnresolvedRow } from '../data/wire.ts';
import { unresolvedRow } from './unresolved.ts';

const FILTERS: Filter[] = [
  {
    key: 'endpoints.scope',
    label: 'Which endpoints',
    choices: [
      { value: '', label: 'All endpoints' },
      { value: 'no_caller_found', label: 'Endpoints nobody calls' },
      { value: 'no_endpoint_matches', label: 'Calls without an endpoint' },
    ],
  },
];

/** Every route the scanned code serves, who calls it and what it touches; orphans on both sides. */
export class EndpointsView extends ResultView {
  readonly #list = new PagedList<EndpointRow>(this, isEndpointRow);
  readonly #orphans = new PagedList<UnresolvedRow>(this, isUnresolvedRow);

  protected override willUpdate(): void {
    const q = this.view['endpoints.text'] ?? '';
    const scope = this.view['endpoints.scope'] ?? '';
    if (scope === '') this.#list.show(this.context.host, this.listPath('endpoints'), { q });
    else this.#orphans.show(this.context.host, this.listPath('unresolved'), { q, kind: scope });
  }

  protected override render(): TemplateResult {
    const orphans = (this.view['endpoints.scope'] ?? '') !== '';
    if (!orphans && this.#list.loaded && this.#list.total === 0 && !this.isFiltered(['endpoints.text'])) {
      return empty('No endpoints', this.overview ? diagnose(this.overview, 'endpoints') : []);
    }
    return html`<div
      class="split"
      ?data-chosen=${!orphans && this.view['endpoint'] !== undefined}
      ?data-single=${orphans}
    >
      <div class="pane pane-list">
        ${this.filterBar('Search routes', 'endpoints.text', FILTERS)} ${orphans ? this.#orphanRows() : this.#rows()}
      </div>
      ${orphans ? nothing : html`<div class="pane pane-detail">${this.#detail()}</div>`}
    </div>`;
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('endpoints');
    if (list.items.length === 0) return this.noMatch('endpoint', ['endpoints.text']);
    return html`<p class="list-count">${counted(list.total, 'endpoint')}</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Endpoints'}
        .items=${list.items}
        .row=${this.#row}
        .marked=${this.#chosen()?.node.id ?? ''}
        @end-reached=${() => void list.more()}
      ></pinata-virtual-list>`;
  }

  #orphanRows(): TemplateResult {
    const list = this.#orphans;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('orphans');
    if (list.items.length === 0) return empty('None', ['Every one of them is joined.']);
    return html`<p class="list-count">${count(list.total)} found</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Orphans'}
        .items=${list.items}
        .row=${(row: UnresolvedRow, index: number) => unresolvedRow(this.context, row, index)}
        @end-reached=${() => void list.more()}
      ></pinata-virtual-list>`;
  }

  readonly #row = (row: EndpointRow, index: number): TemplateResult =>
    html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line"
        type="button"
        data-row=${index}
        aria-current=${row === this.#chosen() ? 'true' : nothing}
        @click=${() => this.context.setView({ endpoint: row.node.id })}
      >
        <span class="method">${row.node.method ?? 'ANY'}</span>
        <span class="row-title code">${row.node.target ?? row.node.name}</span>
        ${orphanMark(row)}
        <span class="row-note">${note(row)}</span>
      </button>
    </div>`;

  #chosen(): EndpointRow | undefined {
    const items = this.#list.items;
    return items.find((row) => row.node.id === this.view['endpoint']) ?? items[0];
  }

  #detail(): TemplateResult | typeof nothing {
    const row = this.#chosen();
    if (!row) return nothing;
    const { node } = row;
    return html`<article class="detail" aria-label="Endpoint ${nodeTitle(node)}">
      <button class="back" type="button" @click=${() => this.context.setView({ endpoint: '' })}>
        ${icon('arrow-left')} All endpoints
      </button>
      <header class="detail-head">
        <h2 class="code">${nodeTitle(node)}</h2>
        <p class="detail-facts">
          <button class="link" type="button" @click=${() => this.context.open(locationOf(node))}>${place(node)}</button>
          ${confidenceLabel(node.confidence)} ${node.provider ? html`<span>${node.provider}</span>` : nothing}
        </p>
      </header>
      ${this.#section('Called by', row.callers, 'No call in the scanned folders reaches this route.')}
      ${this.#section('Handled by', row.handlers, 'The function behind this route was not found.')}
      ${this.#tables('Reads', row.reads)} ${this.#tables('Writes', row.writes)}
    </article>`;
  }

  #section(title: string, nodes: EndpointRow['callers'], none: string): TemplateResult {
    return html`<section>
      <h3>${title}</h3>
      ${
        nodes.length === 0
          ? html`<p class="orphan">${icon('warning')} ${none}</p>`
          : html`<ul class="plain">
              ${nodes.map((each) => html`<li>${nodeLink(this.context, each)}</li>`)}
            </ul>`
      }
    </section>`;
  }

  #tables(title: string, tables: readonly string[]): TemplateResult | typeof nothing {
    if (tables.length === 0) return nothing;
    return html`<section>
      <h3>${title}</h3>
      <ul class="plain">
        ${tables.map(
          (table) =>
            html`<li>
              <button class="node-link" type="button" @click=${() => this.context.setView({ tab: 'tables', table })}>
                <span class="kind kind-table">${icon('table')}</span><span class="node-name">${table}</span>
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }
}

function orphanMark(row: EndpointRow): TemplateResult | typeof nothing {
  if (row.handlers.length === 0) return html`<span class="orphan" title="Handler not found">${icon('warning')}</span>`;
  if (row.callers.length === 0)
    return html`<span class="orphan" title="Nobody calls it">${icon('debug-disconnect')}</span>`;
  return nothing;
}

function note(row: EndpointRow): string {
  const callers = row.callers.length === 0 ? 'nobody calls it' : counted(row.callers.length, 'caller');
  const handler = row.handlers[0];
  const tables = new Set([...row.writes, ...row.reads]);
  return [
    callers,
    handler === undefined ? 'no handler found' : shortSymbol(handler),
    ...(tables.size > 0 ? [[...tables].join(', ')] : []),
  ].join(' · ');
}
