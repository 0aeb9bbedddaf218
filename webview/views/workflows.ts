import { html, nothing, type TemplateResult } from 'lit';
import type { WorkflowRow } from '#protocol/http.ts';
import { count } from '../components/format.ts';
import { confidenceIcon, confidenceLabel, empty, failed, icon, kindIcon, loading } from '../components/templates.ts';
import { confidenceFilter } from '../components/filters.ts';
import { KINDS } from '../components/vocabulary.ts';
import { ResultView } from './resultView.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList } from '../data/pagedList.ts';
import { isWorkflowRow } from '../data/wire.ts';
import { chain } from './workflowChain.ts';

const FILTERS = [confidenceFilter('workflows.confidence')];
const FILTER_KEYS = ['workflows.text', 'workflows.confidence'];

/** The main view: every workflow, and the chain of the chosen one from its entry to the tables. */
export class WorkflowsView extends ResultView {
  readonly #list = new PagedList<WorkflowRow>(this, isWorkflowRow);
  /** A workflow chosen earlier that is not among the pages read so far. */
  readonly #earlier = new PagedList<WorkflowRow>(this, isWorkflowRow);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('workflows'), {
      q: this.view['workflows.text'] ?? '',
      confidence: this.view['workflows.confidence'] ?? '',
    });
    const name = this.view['workflow.name'];
    if (this.#list.loaded && name !== undefined && !this.#find(this.#list.items)) {
      this.#earlier.show(this.context.host, this.listPath('workflows'), { q: name.slice(0, 200) });
    }
  }

  protected override render(): TemplateResult {
    if (this.#list.loaded && this.#list.total === 0 && !this.isFiltered(FILTER_KEYS)) {
      return empty('No workflows', this.overview ? diagnose(this.overview, 'workflows') : []);
    }
    return html`<div class="split" ?data-chosen=${this.view['workflow'] !== undefined}>
      <div class="pane pane-list">${this.filterBar('Search workflows', 'workflows.text', FILTERS)} ${this.#rows()}</div>
      <div class="pane pane-detail">${this.#detail()}</div>
    </div>`;
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('workflows');
    if (list.items.length === 0) return this.noMatch('workflow', FILTER_KEYS);
    return html`<p class="list-count">${count(list.total)} ${list.total === 1 ? 'workflow' : 'workflows'}</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Workflows'}
        .items=${list.items}
        .row=${this.#row}
        .marked=${this.#chosen()?.id ?? ''}
        @end-reached=${() => void list.more()}
      ></pinata-virtual-list>`;
  }

  readonly #row = (workflow: WorkflowRow, index: number): TemplateResult => {
    const chosen = workflow.id === this.#chosen()?.id;
    return html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line"
        type="button"
        data-row=${index}
        aria-current=${chosen ? 'true' : nothing}
        @click=${() => this.context.setView({ workflow: workflow.id, 'workflow.name': workflow.name })}
      >
        ${kindIcon(workflow.entry_node.kind)}
        <span class="row-title">${workflow.name}</span>
        ${confidenceIcon(workflow.confidence)}
        <span class="row-note">${tablesOf(workflow)}</span>
      </button>
    </div>`;
  };

  #find(rows: readonly WorkflowRow[]): WorkflowRow | undefined {
    return rows.find((row) => row.id === this.view['workflow']);
  }

  #chosen(): WorkflowRow | undefined {
    return this.#find(this.#list.items) ?? this.#find(this.#earlier.items) ?? this.#list.items[0];
  }

  #detail(): TemplateResult | typeof nothing {
    const workflow = this.#chosen();
    if (!workflow || this.#list.items.length === 0) return nothing;
    const entry = KINDS[workflow.entry_node.kind].label;
    return html`<article class="detail" aria-label="Workflow ${workflow.name}">
      <button class="back" type="button" @click=${() => this.context.setView({ workflow: '', 'workflow.name': '' })}>
        ${icon('arrow-left')} All workflows
      </button>
      <header class="detail-head">
        <h2>${workflow.name}</h2>
        <p class="detail-facts">
          <span>${kindIcon(workflow.entry_node.kind)} ${entry}</span>${confidenceLabel(workflow.confidence)}
          ${this.#tables('Reads', workflow.reads)} ${this.#tables('Writes', workflow.writes)}
        </p>
      </header>
      ${workflow.story === '' ? nothing : html`<p class="story">${workflow.story}</p>`} ${chain(this.context, workflow)}
    </article>`;
  }

  #tables(verb: string, tables: readonly string[]): TemplateResult | typeof nothing {
    if (tables.length === 0) return nothing;
    return html`<span
      >${verb}
      ${tables.map((table, index) => html`<span>${this.#tableLink(table)}${index < tables.length - 1 ? ',' : ''}</span>`)}</span
    >`;
  }

  #tableLink(table: string): TemplateResult {
    const to = { tab: 'tables', table, 'tables.text': '' };
    return html`<button class="link" type="button" @click=${() => this.context.setView(to)}>${table}</button>`;
  }
}

function tablesOf(workflow: WorkflowRow): string {
  const parts = [
    ...(workflow.writes.length > 0 ? [`writes ${workflow.writes.join(', ')}`] : []),
    ...(workflow.reads.length > 0 ? [`reads ${workflow.reads.join(', ')}`] : []),
  ];
  if (parts.length > 0) return parts.join(' · ');
  const usesDatabase = workflow.chain.some(({ node }) => node.kind.startsWith('database_'));
  return usesDatabase ? 'uses a table that is not known' : 'reaches no table';
}
