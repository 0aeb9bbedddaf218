import { html, nothing, type TemplateResult } from 'lit';
import type { WorkflowRow } from '#protocol/http.ts';
import type { WorkflowGroups } from '#protocol/views.ts';
import { count, counted } from '../components/format.ts';
import { confidenceIcon, empty, failed, icon, kindIcon, loading } from '../components/templates.ts';
import { confidenceFilter } from '../components/filters.ts';
import type { Filter } from '../components/filterBar.ts';
import { CONFIDENCES } from '../components/vocabulary.ts';
import { ResultView } from './resultView.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList, Resource } from '../data/reading.ts';
import { isWorkflowGroups } from '../data/viewsWire.ts';
import { isWorkflowRow } from '../data/wire.ts';

const GROUPING: Filter = {
  key: 'workflows.by',
  label: 'Group by',
  choices: [
    { value: '', label: 'Not grouped' },
    { value: 'page', label: 'By page' },
    { value: 'endpoint', label: 'By endpoint' },
    { value: 'table', label: 'By table' },
    { value: 'confidence', label: 'By confidence' },
  ],
};
const FILTERS = [GROUPING, confidenceFilter('workflows.confidence')];
const FILTER_KEYS = ['workflows.text', 'workflows.confidence'];

type Group = WorkflowGroups['groups'][number];
/** What a line of the grouped list is. */
type Line = { group: Group } | { workflow: WorkflowRow } | { more: true };

/** The main view: every workflow, and the chosen one from its entry to the tables. */
export class WorkflowsView extends ResultView {
  readonly #list = new PagedList<WorkflowRow>(this, isWorkflowRow);
  readonly #groups = new Resource<WorkflowGroups>(this, isWorkflowGroups);

  protected override willUpdate(): void {
    const by = this.view['workflows.by'] ?? '';
    const group = this.view['workflows.group'];
    const query = { q: this.view['workflows.text'] ?? '', confidence: this.view['workflows.confidence'] ?? '' };
    if (by !== '') {
      const search = new URLSearchParams(Object.entries({ by, ...query }).filter(([, value]) => value !== ''));
      this.#groups.show(this.context.host, this.listPath(`workflow-groups?${search}`));
    }
    const grouped = by !== '' && group !== undefined ? { group_by: by, group } : {};
    this.#list.show(this.context.host, this.listPath('workflows'), {
      ...query,
      ...grouped,
      sort: 'entry',
      brief: 'true',
    });
  }

  protected override render(): TemplateResult {
    const list = this.#list;
    if (list.loaded && list.total === 0 && this.overview?.workflows === 0) {
      return empty('No workflows', diagnose(this.overview, 'workflows'));
    }
    const grouped = (this.view['workflows.by'] ?? '') !== '';
    return this.split(
      grouped
        ? html`${this.filterBar('Search workflows', 'workflows.text', FILTERS)} ${this.#grouped()}`
        : this.listPane({
            list,
            label: 'Workflows',
            one: 'workflow',
            many: 'workflows',
            search: 'Search workflows',
            textKey: 'workflows.text',
            filters: FILTERS,
            row: this.#row,
            marked: this.#chosen() ?? '',
            none: () => empty('No workflows', this.overview ? diagnose(this.overview, 'workflows') : []),
          }),
      this.#detail(),
      this.view['workflow'] !== undefined,
    );
  }

  #grouped(): TemplateResult {
    const groups = this.#groups;
    if (groups.error !== null) return failed(groups.error, () => groups.retry());
    if (!groups.value) return loading('groups');
    if (groups.value.groups.length === 0) return this.noMatch('workflow', FILTER_KEYS);
    return html`<p class="list-count" role="status">${counted(groups.value.total, 'group')}</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Workflows by group'}
        .items=${this.#lines(groups.value.groups)}
        .row=${this.#line}
        .marked=${this.#chosen() ?? ''}
      ></pinata-virtual-list>`;
  }

  /** Groups, and below the open one its workflows. */
  #lines(groups: readonly Group[]): Line[] {
    const list = this.#list;
    const open = this.view['workflows.group'];
    return groups.flatMap((group): Line[] => {
      if (group.key !== open) return [{ group }];
      const rows = list.items.map((workflow): Line => ({ workflow }));
      return [{ group }, ...rows, ...(list.hasMore ? [{ more: true } as const] : [])];
    });
  }

  readonly #line = (line: Line, index: number): TemplateResult => {
    if ('group' in line) return this.#groupRow(line.group, index);
    if ('workflow' in line) return this.#row(line.workflow, index);
    return html`<div class="list-row" role="listitem">
      <button class="row-button in-group" type="button" data-row=${index} @click=${() => this.#list.more()}>
        ${icon('add')}<span class="row-title">Show more of this group</span>
      </button>
    </div>`;
  };

  #groupRow({ key, label, workflows }: Group, index: number): TemplateResult {
    const open = this.view['workflows.group'] === key;
    const name = this.view['workflows.by'] === 'confidence' ? confidenceName(label) : label;
    return html`<div class="list-row" role="listitem">
      <button
        class="row-button group-row"
        type="button"
        data-row=${index}
        aria-expanded=${open}
        @click=${() => this.context.setView({ 'workflows.group': open ? '' : key })}
      >
        ${icon(open ? 'chevron-down' : 'chevron-right')}
        <span class="row-title" title=${name}>${name}</span>
        <span class="tab-count">${count(workflows)}</span>
      </button>
    </div>`;
  }

  readonly #row = (workflow: WorkflowRow, index: number): TemplateResult => {
    const chosen = workflow.id === this.#chosen();
    return html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line ${this.view['workflows.by'] === undefined ? '' : 'in-group'}"
        type="button"
        data-row=${index}
        aria-current=${chosen ? 'true' : nothing}
        @click=${() => this.context.setView({ workflow: workflow.id })}
      >
        ${kindIcon(workflow.entry_node.kind)}
        <span class="row-title" title=${workflow.name}>${workflow.name}</span>
        ${workflow.confidence === 'certain' ? nothing : confidenceIcon(workflow.confidence)}
        <span class="row-note">${tablesOf(workflow)}</span>
      </button>
    </div>`;
  };

  #chosen(): string | undefined {
    return this.view['workflow'] ?? this.#list.items[0]?.id;
  }

  #detail(): TemplateResult | typeof nothing {
    const id = this.#chosen();
    if (id === undefined) return nothing;
    return html`${this.back('All workflows', ['workflow'])}
      <pinata-workflow
        .context=${this.context}
        .view=${this.view}
        .scanId=${this.scanId}
        .workflowId=${id}
      ></pinata-workflow>`;
  }
}

function confidenceName(label: string): string {
  return Object.entries(CONFIDENCES).find(([key]) => key === label)?.[1].label ?? label;
}

function tablesOf(workflow: WorkflowRow): string {
  const parts = [
    ...(workflow.writes.length > 0 ? [`writes ${workflow.writes.join(', ')}`] : []),
    ...(workflow.reads.length > 0 ? [`reads ${workflow.reads.join(', ')}`] : []),
  ];
  if (parts.length > 0) return parts.join(' · ');
  const steps = workflow.step_count === undefined ? '' : ` · ${counted(workflow.step_count, 'step')}`;
  return `no table${steps}`;
}
