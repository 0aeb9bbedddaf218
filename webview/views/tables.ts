import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { TableRow, WorkflowRow } from '#protocol/http.ts';
import type { EntityDiagram } from '#protocol/views.ts';
import type { Filter } from '../components/filterBar.ts';
import { count, counted } from '../components/format.ts';
import { empty, failed, icon, loading } from '../components/templates.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList, Resource } from '../data/reading.ts';
import { isEntityDiagram } from '../data/viewsWire.ts';
import { isPageOf, isTableRow, isWorkflowRow, type Page } from '../data/wire.ts';
import type { DiagramModel } from '../diagram/model.ts';
import { entityModel } from './entityModel.ts';
import { ResultView } from './resultView.ts';
import { tableDetail } from './tableDetail.ts';

const FILTERS: Filter[] = [
  {
    key: 'tables.use',
    label: 'Use',
    choices: [
      { value: '', label: 'All tables' },
      { value: 'never_written', label: 'Only read' },
      { value: 'never_read', label: 'Only written' },
      { value: 'unused', label: 'Not used' },
    ],
  },
];
/** Tables in the picture at first and added by "show more". */
const DIAGRAM_STEP = 40;
/** A table and those around it, in its own picture. */
const NEIGHBOURS = 13;
const NEIGHBOUR_COLUMNS = 5;

/** Every table: its columns and relations, and what reads and writes it. */
export class TablesView extends ResultView {
  readonly #list = new PagedList<TableRow>(this, isTableRow);
  readonly #table = new Resource<Page<TableRow>>(this, isPageOf(isTableRow));
  readonly #entities = new Resource<EntityDiagram>(this, isEntityDiagram);
  readonly #workflows = new PagedList<WorkflowRow>(this, isWorkflowRow);
  #model: { of: EntityDiagram; model: DiagramModel } | null = null;
  #limit = DIAGRAM_STEP;

  protected override willUpdate(): void {
    const { host } = this.context;
    if (this.#asDiagram()) {
      this.#entities.show(host, this.listPath(`entity-diagram?limit=${this.#limit}`));
      return;
    }
    const query = { q: this.view['tables.text'] ?? '', kind: this.view['tables.use'] ?? '' };
    this.#list.show(host, this.listPath('tables'), { ...query, brief: 'true' });
    const table = this.#chosen();
    if (table === undefined) return;
    const search = new URLSearchParams({ target: table, limit: '1' });
    this.#table.show(host, this.listPath(`tables?${search}`));
    const around = new URLSearchParams({ table, limit: String(NEIGHBOURS) });
    this.#entities.show(host, this.listPath(`entity-diagram?${around}`));
    this.#workflows.show(host, this.listPath('workflows'), { brief: 'true', target: table });
  }

  protected override render(): TemplateResult {
    if (this.#asDiagram()) return this.#wholeDiagram();
    const list = this.listPane({
      list: this.#list,
      label: 'Tables',
      one: 'table',
      many: 'tables',
      search: 'Search tables',
      textKey: 'tables.text',
      filters: FILTERS,
      row: this.#row,
      marked: this.#chosen() ?? '',
      above: this.#diagramButton(),
      none: () => empty('No tables', this.overview ? diagnose(this.overview, 'tables') : []),
    });
    return this.split(list, this.#detail(), this.view['table'] !== undefined);
  }

  #asDiagram(): boolean {
    return this.view['tables.as'] === 'diagram';
  }

  #diagramButton(): TemplateResult {
    return html`<button
      class="mode list-mode"
      type="button"
      @click=${() => this.context.setView({ 'tables.as': 'diagram' })}
    >
      ${icon('type-hierarchy')} How the tables are related
    </button>`;
  }

  readonly #row = (row: TableRow, index: number): TemplateResult =>
    html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line"
        type="button"
        data-row=${index}
        aria-current=${row.table === this.#chosen() ? 'true' : nothing}
        @click=${() => this.context.setView({ table: row.table })}
      >
        <span class="kind kind-table">${icon('table')}</span>
        <span class="row-title" title=${row.table}>${row.table}</span>
        <span class="row-note">${note(row)}</span>
      </button>
    </div>`;

  #chosen(): string | undefined {
    return this.view['table'] ?? this.#list.items[0]?.table;
  }

  #detail(): TemplateResult | typeof nothing {
    if (this.#chosen() === undefined) return nothing;
    const table = this.#table;
    if (table.error !== null) return failed(table.error, () => table.retry());
    if (!table.value) return loading('the table');
    const [row] = table.value.items;
    return html`${this.back('All tables', ['table'])}
    ${
      row
        ? keyed(
            row.table,
            tableDetail({
              context: this.context,
              row,
              workflows: this.#workflows,
              model: this.#modelOf(this.#entities.value),
            }),
          )
        : empty('No such table', ['It may be gone since the scan it was chosen in.'])
    }`;
  }

  #modelOf(
    entities: EntityDiagram | null,
    title = 'Tables around this one',
    columns = NEIGHBOUR_COLUMNS,
  ): DiagramModel | null {
    if (!entities || entities.tables.length === 0) return null;
    if (this.#model?.of !== entities) this.#model = { of: entities, model: entityModel(entities, title, columns) };
    return this.#model.model;
  }

  #wholeDiagram(): TemplateResult {
    const entities = this.#entities;
    if (entities.error !== null) return failed(entities.error, () => entities.retry());
    const model = this.#modelOf(entities.value, 'Tables and their relations', 0);
    if (!entities.value) return loading('the tables');
    if (!model) return empty('No tables are mapped', ['No entity that maps a table was found in the scanned code.']);
    const { tables, total } = entities.value;
    return html`<div class="whole-diagram">
      <pinata-diagram
        .context=${this.context}
        .model=${model}
        .note=${html`<button class="link" type="button" @click=${() => this.context.setView({ 'tables.as': '' })}>
            Read them as a list
          </button>
          · ${count(tables.length)} of ${counted(total, 'table')}, the most related first`}
      ></pinata-diagram>
      ${
        tables.length < total
          ? html`<p class="more">
              <vscode-button appearance="secondary" @click=${this.#showMore}>Show more tables</vscode-button>
            </p>`
          : nothing
      }
    </div>`;
  }

  readonly #showMore = (): void => {
    this.#limit += DIAGRAM_STEP;
    this.requestUpdate();
  };
}

function note(row: TableRow): string {
  const entity = row.schema && row.schema.entity !== row.table ? [row.schema.entity] : [];
  return [
    ...entity,
    counted(row.writers_total ?? row.writers.length, 'writer'),
    counted(row.readers_total ?? row.readers.length, 'reader'),
  ].join(' · ');
}
