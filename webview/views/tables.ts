import { html, nothing, type TemplateResult } from 'lit';
import type { EntitySchema, SchemaRelation } from '#protocol/graph.ts';
import type { TableRow } from '#protocol/http.ts';
import { counted } from '../components/format.ts';
import { empty, failed, icon, loading, nodeLink, place } from '../components/templates.ts';
import { ResultView } from './resultView.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList } from '../data/pagedList.ts';
import { isTableRow } from '../data/wire.ts';

const RELATIONS: Readonly<Record<SchemaRelation['kind'], string>> = {
  one_to_one: 'one to one',
  one_to_many: 'one to many',
  many_to_one: 'many to one',
  many_to_many: 'many to many',
  owns: 'owns',
  inherits: 'inherits from',
};

/** Every table: its columns and relations, and what reads and writes it. */
export class TablesView extends ResultView {
  readonly #list = new PagedList<TableRow>(this, isTableRow);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('tables'), { q: this.view['tables.text'] ?? '' });
  }

  protected override render(): TemplateResult {
    if (this.#list.loaded && this.#list.total === 0 && !this.isFiltered(['tables.text'])) {
      return empty('No tables', this.overview ? diagnose(this.overview, 'tables') : []);
    }
    return html`<div class="split" ?data-chosen=${this.view['table'] !== undefined}>
      <div class="pane pane-list">${this.filterBar('Search tables', 'tables.text')} ${this.#rows()}</div>
      <div class="pane pane-detail">${this.#detail()}</div>
    </div>`;
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('tables');
    if (list.items.length === 0) return this.noMatch('table', ['tables.text']);
    return html`<p class="list-count">${counted(list.total, 'table')}</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Tables'}
        .items=${list.items}
        .row=${this.#row}
        .marked=${this.#chosen()?.table ?? ''}
        @end-reached=${() => void list.more()}
      ></pinata-virtual-list>`;
  }

  readonly #row = (row: TableRow, index: number): TemplateResult =>
    html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line"
        type="button"
        data-row=${index}
        aria-current=${row === this.#chosen() ? 'true' : nothing}
        @click=${() => this.context.setView({ table: row.table })}
      >
        <span class="kind kind-table">${icon('table')}</span>
        <span class="row-title">${row.table}</span>
        <span class="row-note">${note(row)}</span>
      </button>
    </div>`;

  #chosen(): TableRow | undefined {
    const items = this.#list.items;
    return items.find((row) => row.table === this.view['table']) ?? items[0];
  }

  #detail(): TemplateResult | typeof nothing {
    const row = this.#chosen();
    if (!row) return nothing;
    return html`<article class="detail" aria-label="Table ${row.table}">
      <button class="back" type="button" @click=${() => this.context.setView({ table: '' })}>
        ${icon('arrow-left')} All tables
      </button>
      <header class="detail-head">
        <h2>${row.table}</h2>
        ${row.schema ? this.#declared(row.schema) : nothing}
      </header>
      ${this.#users('Written by', row.writers, 'Nothing in the scanned code writes this table.')}
      ${this.#users('Read by', row.readers, 'Nothing in the scanned code reads this table.')}
      ${row.schema ? this.#schema(row.schema) : html`<p class="muted">No entity that maps this table was found.</p>`}
    </article>`;
  }

  #declared(schema: EntitySchema): TemplateResult {
    return html`<p class="detail-facts">
      <span>Entity ${schema.entity}</span>
      <button
        class="link"
        type="button"
        @click=${() => this.context.open({ root: schema.root, file: schema.file, line: schema.line, column: 1 })}
      >
        ${place({ file: schema.file, start_line: schema.line })}
      </button>
    </p>`;
  }

  #users(title: string, nodes: TableRow['readers'], none: string): TemplateResult {
    return html`<section>
      <h3>${title}</h3>
      ${
        nodes.length === 0
          ? html`<p class="muted">${none}</p>`
          : html`<ul class="plain">
              ${nodes.map((each) => html`<li>${nodeLink(this.context, each)}</li>`)}
            </ul>`
      }
    </section>`;
  }

  #schema(schema: EntitySchema): TemplateResult {
    return html`${columns(schema)} ${schema.relations.length > 0 ? this.#relations(schema) : nothing}
    ${schema.migrations.length > 0 ? this.#migrations(schema) : nothing}`;
  }

  #relations(schema: EntitySchema): TemplateResult {
    return html`<section>
      <h3>Relations</h3>
      <ul class="plain">
        ${schema.relations.map(
          (relation) =>
            html`<li class="fact-row">
              <span>${RELATIONS[relation.kind]}</span> <strong>${relation.entity}</strong>
              ${relation.via ? html`<span class="muted">via <code>${relation.via}</code></span>` : nothing}
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #migrations(schema: EntitySchema): TemplateResult {
    return html`<section>
      <h3>Migrations</h3>
      <ul class="plain">
        ${schema.migrations.map(
          ({ file, line, change }) =>
            html`<li>
              <button
                class="node-link"
                type="button"
                @click=${() => this.context.open({ root: schema.root, file, line, column: 1 })}
              >
                ${icon('history')}<span class="node-name">${change}</span>${place({ file, start_line: line })}
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }
}

function columns(schema: EntitySchema): TemplateResult {
  return html`<section>
    <h3>Columns</h3>
    <table class="columns">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Key</th>
          <th scope="col">Null</th>
        </tr>
      </thead>
      <tbody>
        ${schema.columns.map(
          (column) =>
            html`<tr>
              <td><code>${column.name}</code></td>
              <td><code>${column.type ?? ''}</code></td>
              <td>${column.key ? html`${icon('key')}<span class="visually-hidden">Key</span>` : ''}</td>
              <td>${column.nullable === undefined ? '' : column.nullable ? 'yes' : 'no'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function note(row: TableRow): string {
  const entity = row.schema && row.schema.entity !== row.table ? [row.schema.entity] : [];
  return [
    ...entity,
    counted(row.writers_total ?? row.writers.length, 'writer'),
    counted(row.readers_total ?? row.readers.length, 'reader'),
  ].join(' · ');
}
