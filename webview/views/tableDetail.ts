import { html, nothing, type TemplateResult } from 'lit';
import type { EntitySchema } from '#protocol/graph.ts';
import type { TableRow, WorkflowRow } from '#protocol/http.ts';
import { icon, nodeLink, place, section, workflowLink } from '../components/templates.ts';
import type { Context } from '../context.ts';
import type { PagedList } from '../data/reading.ts';
import type { DiagramModel } from '../diagram/model.ts';
import { RELATIONS } from './entityModel.ts';

interface TableDetail {
  context: Context;
  row: TableRow;
  workflows: PagedList<WorkflowRow>;
  /** The table with those around it; null until it has arrived or where nothing is mapped. */
  model: DiagramModel | null;
}

/** Who writes and reads a table, its columns, its relations as a list and a picture, and its migrations. */
export function tableDetail({ context, row, workflows, model }: TableDetail): TemplateResult {
  const { schema } = row;
  const writers = row.writers.map((node) => nodeLink(context, node));
  const readers = row.readers.map((node) => nodeLink(context, node));
  const through = workflows.items.map((workflow) => workflowLink(context, workflow));
  return html`<article class="detail" aria-label="Table ${row.table}">
    <header class="detail-head">
      <h2>${row.table}</h2>
      ${schema ? declared(context, schema) : nothing}
    </header>
    ${section('Written by', writers, 'Nothing in the scanned code writes this table.', row.writers_total)}
    ${section('Read by', readers, 'Nothing in the scanned code reads this table.', row.readers_total)}
    ${section('Workflows', through, 'No workflow reaches this table.', workflows.total)}
    ${
      schema
        ? html`${columns(schema)} ${relations(context, schema, model)} ${migrations(context, schema)}`
        : html`<p class="muted">No entity that maps this table was found.</p>`
    }
  </article>`;
}

function declared(context: Context, schema: EntitySchema): TemplateResult {
  const { root, file, line } = schema;
  return html`<p class="detail-facts">
    <span>Entity ${schema.entity}</span>
    <button class="link proof-end" type="button" @click=${() => context.open({ root, file, line, column: 1 })}>
      ${place({ root, file, start_line: line })}
    </button>
  </p>`;
}

function columns(schema: EntitySchema): TemplateResult {
  return html`<section>
    <h3>Columns <span class="tab-count">${schema.columns.length}</span></h3>
    <table class="columns">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Key</th>
          <th scope="col">May be empty</th>
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

function relations(context: Context, schema: EntitySchema, model: DiagramModel | null): TemplateResult {
  const rows = schema.relations.map(
    ({ kind, entity, via }) =>
      html`<span class="fact-row"
        >${RELATIONS[kind].words}
        <strong>${entity}</strong> ${via ? html`<span class="muted">via <code>${via}</code></span>` : nothing}</span
      >`,
  );
  const picture =
    model && model.boxes.length > 1
      ? html`<pinata-diagram class="is-small" .context=${context} .model=${model}></pinata-diagram>`
      : nothing;
  return html`${section('Relations', rows, 'It is related to no other table.')} ${picture}`;
}

function migrations(context: Context, schema: EntitySchema): TemplateResult | typeof nothing {
  if (schema.migrations.length === 0) return nothing;
  const rows = schema.migrations.map(
    ({ file, line, change }) =>
      html`<button
        class="node-link"
        type="button"
        @click=${() => context.open({ root: schema.root, file, line, column: 1 })}
      >
        ${icon('history')}<span class="node-name">${change}</span
        >${place({ root: schema.root, file, start_line: line })}
      </button>`,
  );
  return section('Migrations', rows, '');
}
