import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { EndpointRow, UnresolvedRow, WorkflowRow } from '#protocol/http.ts';
import { counted } from '../components/format.ts';
import type { Filter } from '../components/filterBar.ts';
import { confidenceLabel, empty, icon, place, section, tableLink, workflowLink } from '../components/templates.ts';
import { nodeTitle, shortSymbol } from '../components/vocabulary.ts';
import { locationOf } from '../context.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList, Resource } from '../data/reading.ts';
import { isNodeLinks, type NodeLink, type NodeLinks } from '../data/viewsWire.ts';
import { isEndpointRow, isUnresolvedRow, isWorkflowRow } from '../data/wire.ts';
import { linkedNode } from './linkedNode.ts';
import { ResultView } from './resultView.ts';
import { unresolvedRow } from './unresolved.ts';

/** Kinds of endpoints in the list, and the reason of calls that end nowhere. */
export const NO_CALLER = 'no_caller,no_caller_no_handler';
export const NO_HANDLER = 'no_handler,no_caller_no_handler';
export const CALLS_WITHOUT_ENDPOINT = 'no_endpoint_matches';

const FILTERS: Filter[] = [
  {
    key: 'endpoints.scope',
    label: 'Which endpoints',
    choices: [
      { value: '', label: 'All endpoints' },
      { value: NO_CALLER, label: 'Nobody calls' },
      { value: NO_HANDLER, label: 'Handler not found' },
      { value: CALLS_WITHOUT_ENDPOINT, label: 'Calls without an endpoint' },
    ],
  },
];

/** Every route the scanned code serves, who calls it and what it touches; orphans on both sides. */
export class EndpointsView extends ResultView {
  readonly #list = new PagedList<EndpointRow>(this, isEndpointRow);
  readonly #orphans = new PagedList<UnresolvedRow>(this, isUnresolvedRow);
  readonly #links = new Resource<NodeLinks>(this, isNodeLinks);
  readonly #workflows = new PagedList<WorkflowRow>(this, isWorkflowRow);

  protected override willUpdate(): void {
    const q = this.view['endpoints.text'] ?? '';
    const scope = this.view['endpoints.scope'] ?? '';
    const { host } = this.context;
    if (scope === CALLS_WITHOUT_ENDPOINT) {
      this.#orphans.show(host, this.listPath('unresolved'), { q, kind: scope });
      return;
    }
    this.#list.show(host, this.listPath('endpoints'), { q, kind: scope, brief: 'true' });
    const id = this.#chosen();
    if (id === undefined) return;
    this.#links.show(host, this.listPath(`nodes/${encodeURIComponent(id)}`));
    this.#workflows.show(host, this.listPath('workflows'), { brief: 'true', group_by: 'endpoint', group: id });
  }

  protected override render(): TemplateResult {
    if (this.view['endpoints.scope'] === CALLS_WITHOUT_ENDPOINT)
      return html`<div class="table-view">${this.#orphanList()}</div>`;
    const list = this.listPane({
      list: this.#list,
      label: 'Endpoints',
      one: 'endpoint',
      many: 'endpoints',
      search: 'Search routes',
      textKey: 'endpoints.text',
      filters: FILTERS,
      row: this.#row,
      marked: this.#chosen() ?? '',
      none: () => empty('No endpoints', this.overview ? diagnose(this.overview, 'endpoints') : []),
    });
    return this.split(list, this.#detail(), this.view['endpoint'] !== undefined);
  }

  #orphanList(): TemplateResult {
    return this.listPane({
      list: this.#orphans,
      label: 'Calls without an endpoint',
      one: 'call',
      many: 'calls',
      search: 'Search routes',
      textKey: 'endpoints.text',
      filters: FILTERS,
      row: (row, index) => unresolvedRow(this.context, row, index),
      none: () => empty('None', ['Every one of them is linked.']),
    });
  }

  readonly #row = (row: EndpointRow, index: number): TemplateResult =>
    html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line"
        type="button"
        data-row=${index}
        aria-current=${row.node.id === this.#chosen() ? 'true' : nothing}
        @click=${() => this.context.setView({ endpoint: row.node.id })}
      >
        <span class="method">${row.node.method ?? 'ANY'}</span>
        <span class="row-title code" title=${row.node.target ?? row.node.name}
          >${row.node.target ?? row.node.name}</span
        >
        ${orphanMark(row)}
        <span class="row-note">${note(row)}</span>
      </button>
    </div>`;

  #chosen(): string | undefined {
    return this.view['endpoint'] ?? this.#list.items[0]?.node.id;
  }

  #detail(): TemplateResult | typeof nothing {
    const links = this.#links.value;
    if (!links || this.#list.items.length === 0) return nothing;
    const { node, incoming, outgoing } = links;
    const row = this.#list.items.find((each) => each.node.id === node.id);
    const of = (list: readonly NodeLink[], kind: string) => list.filter(({ edge }) => edge.kind === kind);
    const drawn = (list: readonly NodeLink[]) =>
      list.map((link) => linkedNode({ context: this.context, scanId: this.scanId, subject: node, link }));
    const article = html`<article
      class="detail"
      aria-label="Endpoint ${nodeTitle(node)}"
      aria-busy=${this.#links.outdated}
    >
      <header class="detail-head">
        <h2 class="code">${nodeTitle(node)}</h2>
        <p class="detail-facts">
          <button class="link proof-end" type="button" @click=${() => this.context.open(locationOf(node))}>
            ${place(node)}
          </button>
          ${confidenceLabel(node.confidence)} ${node.provider ? html`<span>${node.provider}</span>` : nothing}
        </p>
      </header>
      ${section('Called by', drawn(of(incoming, 'requests')), 'No call in the scanned folders reaches this route.')}
      ${section('Handled by', drawn(of(outgoing, 'handles')), 'The function behind this route was not found.')}
      ${this.#tables('Writes', row?.writes ?? [])} ${this.#tables('Reads', row?.reads ?? [])} ${this.#throughHere()}
    </article>`;
    // Keyed: a proof opened for one endpoint is not open for the next.
    return html`${this.back('All endpoints', ['endpoint'])} ${keyed(node.id, article)}`;
  }

  #tables(title: string, tables: readonly string[]): TemplateResult | typeof nothing {
    if (tables.length === 0) return nothing;
    const links = tables.map((table) => html`${tableLink(this.context, table)} `);
    return html`<section>
      <h3>${title}</h3>
      <p class="inline-links">${links}</p>
    </section>`;
  }

  #throughHere(): TemplateResult {
    const { items, total } = this.#workflows;
    const links = items.map((workflow) => workflowLink(this.context, workflow));
    return section('Workflows through here', links, 'No workflow passes through this endpoint.', total);
  }
}

function orphanMark(row: EndpointRow): TemplateResult | typeof nothing {
  if (row.handlers.length === 0) return html`<span class="orphan" title="Handler not found">${icon('warning')}</span>`;
  if ((row.callers_total ?? row.callers.length) === 0)
    return html`<span class="orphan" title="Nobody calls it">${icon('debug-disconnect')}</span>`;
  return nothing;
}

function note(row: EndpointRow): string {
  const callers = row.callers_total ?? row.callers.length;
  const handler = row.handlers[0];
  const tables = new Set([...row.writes, ...row.reads]);
  return [
    callers === 0 ? 'nobody calls it' : counted(callers, 'caller'),
    handler === undefined ? 'no handler found' : shortSymbol(handler),
    ...(tables.size > 0 ? [[...tables].join(', ')] : []),
  ].join(' · ');
}
