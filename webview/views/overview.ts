import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ScanOverview, TableRow } from '#protocol/http.ts';
import { count, counted, duration, moment } from '../components/format.ts';
import { empty, icon, loading } from '../components/templates.ts';
import { kindIconName, kindLabel, reasonLabel, SCAN_STATES } from '../components/vocabulary.ts';
import type { ViewValues } from '../context.ts';
import { diagnose } from '../data/diagnosis.ts';
import { PagedList } from '../data/pagedList.ts';
import { isTableRow } from '../data/wire.ts';
import { ResultView } from './resultView.ts';

const TOP_TABLES = 10;
const NO_OPERATIONS = new Set(['function', 'table']);

interface Bar {
  label: string;
  value: number;
  /** The value in words. */
  text: string;
  icon?: string;
  kind?: string;
  /** Where a click leads. */
  to?: ViewValues;
}

/** Counts of a scan, each leading to its list, and what could not be joined. */
export class OverviewView extends ResultView {
  readonly #tables = new PagedList<TableRow>(this, isTableRow);

  protected override willUpdate(): void {
    this.#tables.show(this.context.host, this.listPath('tables'));
  }

  protected override render(): TemplateResult {
    const { overview } = this;
    if (!overview) return loading('the overview');
    const operations = Object.entries(overview.nodes_by_kind).filter(([kind]) => !NO_OPERATIONS.has(kind));
    const total = operations.reduce((sum, [, number]) => sum + number, 0);
    return html`<div class="overview">
      ${this.#figures(overview, total)}
      ${(overview.notices ?? []).map((notice) => html`<p class="scan-notice">${icon('warning')} ${notice}</p>`)}
      ${overview.workflows === 0 ? empty('No workflows', diagnose(overview, 'workflows')) : nothing}
      <div class="overview-grid">
        ${this.#section('Operations by kind', kindBars(operations), 'No operations were found.')}
        ${this.#section('Most used tables', this.#tableBars(), 'No tables were found.')}
        ${this.#section('Not joined, by reason', reasonBars(overview), 'Everything is joined.')}
        ${this.#section('Files', fileBars(overview), 'No files were found.')}
        ${this.#section('Time by phase', phaseBars(overview), 'No times were recorded.')}
      </div>
      <p class="muted">
        ${SCAN_STATES[overview.scan.status]}
        ${moment(overview.scan.finished_at ?? overview.scan.started_at)}${
          overview.scan.duration_ms === null ? '' : ` in ${duration(overview.scan.duration_ms)}`
        }:
        ${overview.scan.roots.map((root) => root.path).join(', ')}
      </p>
    </div>`;
  }

  #figures(overview: ScanOverview, operations: number): TemplateResult {
    const notJoined = Object.values(overview.unresolved_by_reason).reduce((sum, number) => sum + number, 0);
    const figures: [string, number, string][] = [
      ['Workflows', overview.workflows, 'workflows'],
      ['Operations', operations, 'operations'],
      ['Endpoints', overview.nodes_by_kind.api_endpoint ?? 0, 'endpoints'],
      ['Tables', overview.tables, 'tables'],
      ['Not joined', notJoined, 'unresolved'],
    ];
    return html`<div class="figures">
      ${figures.map(
        ([label, value, tab]) =>
          html`<button class="figure" type="button" @click=${() => this.context.setView({ tab })}>
            <span class="figure-value">${count(value)}</span><span class="figure-label">${label}</span>
          </button>`,
      )}
    </div>`;
  }

  #section(title: string, bars: readonly Bar[], none: string): TemplateResult {
    const largest = Math.max(1, ...bars.map((bar) => bar.value));
    return html`<section>
      <h2>${title}</h2>
      ${
        bars.length === 0
          ? html`<p class="muted">${none}</p>`
          : html`<ul class="bars">
              ${bars.map((bar) => html`<li>${this.#bar(bar, largest)}</li>`)}
            </ul>`
      }
    </section>`;
  }

  #bar(bar: Bar, largest: number): TemplateResult {
    const inside = html`<span class="bar-label"
        >${bar.icon ? html`<span class="kind kind-${bar.kind ?? ''}">${icon(bar.icon)}</span>` : nothing}<span
          class="bar-name"
          >${bar.label}</span
        ></span
      ><svg class="bar-graph" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 1">
        ${svg`<rect width=${(100 * bar.value) / largest} height="1"></rect>`}</svg
      ><span class="bar-value">${bar.text}</span>`;
    const { to } = bar;
    if (!to) return html`<div class="bar-row">${inside}</div>`;
    return html`<button class="bar-row" type="button" @click=${() => this.context.setView(to)}>${inside}</button>`;
  }

  #tableBars(): Bar[] {
    return this.#tables.items
      .map((row) => ({
        table: row.table,
        writers: row.writers_total ?? row.writers.length,
        readers: row.readers_total ?? row.readers.length,
      }))
      .toSorted((a, b) => b.writers + b.readers - a.writers - a.readers)
      .slice(0, TOP_TABLES)
      .map(({ table, writers, readers }) => ({
        label: table,
        value: writers + readers,
        text: `${counted(writers, 'write')} · ${counted(readers, 'read')}`,
        icon: 'table',
        kind: 'table',
        to: { tab: 'tables', table, 'tables.text': '' },
      }));
  }
}

function kindBars(operations: readonly [string, number][]): Bar[] {
  return operations
    .filter(([, number]) => number > 0)
    .toSorted((a, b) => b[1] - a[1])
    .map(([kind, value]) => ({
      label: kindLabel(kind),
      value,
      text: count(value),
      icon: kindIconName(kind),
      kind,
      to: { tab: 'operations', 'operations.kind': kind, 'operations.text': '', 'operations.confidence': '' },
    }));
}

function reasonBars(overview: ScanOverview): Bar[] {
  return Object.entries(overview.unresolved_by_reason)
    .toSorted((a, b) => b[1] - a[1])
    .map(([reason, value]) => ({
      label: reasonLabel(reason),
      value,
      text: count(value),
      to: { tab: 'unresolved', 'unresolved.reason': reason, 'unresolved.text': '' },
    }));
}

function fileBar(label: string, value: number, status: string): Bar {
  return { label, value, text: count(value), to: { tab: 'files', 'files.status': status, 'files.text': '' } };
}

function fileBars(overview: ScanOverview): Bar[] {
  const { found, scanned, skipped, failed: notRead } = overview.files;
  if (found === 0) return [];
  return [
    fileBar('Read', scanned, 'scanned'),
    fileBar('Skipped', skipped, 'skipped'),
    fileBar('Failed', notRead, 'failed'),
  ];
}

function phaseBars(overview: ScanOverview): Bar[] {
  return Object.entries(overview.phases).map(([phase, value]) => ({
    label: phase.charAt(0).toUpperCase() + phase.slice(1),
    value,
    text: duration(value),
  }));
}
