import { html, nothing, svg, type TemplateResult } from 'lit';
import type { NodeKind } from '#protocol/graph.ts';
import type { ScanOverview, TableRow } from '#protocol/http.ts';
import type { WorkflowGroups } from '#protocol/views.ts';
import { count, counted, duration, moment } from '../components/format.ts';
import { empty, icon, loading } from '../components/templates.ts';
import {
  CONFIDENCES,
  isOperation,
  kindIconName,
  kindLabel,
  reasonLabel,
  SCAN_STATES,
} from '../components/vocabulary.ts';
import type { ViewValues } from '../context.ts';
import { diagnose } from '../data/diagnosis.ts';
import { notLinked, operationsOf } from '../data/counts.ts';
import { PagedList, Resource } from '../data/reading.ts';
import { isWorkflowGroups } from '../data/viewsWire.ts';
import { isTableRow } from '../data/wire.ts';
import { CALLS_WITHOUT_ENDPOINT, NO_CALLER, NO_HANDLER } from './endpoints.ts';
import { ResultView } from './resultView.ts';

const TOP_TABLES = 10;

interface Bar {
  label: string;
  /** The label at full length, where it is cut. */
  title?: string;
  value: number;
  /** The value in words. */
  text: string;
  icon?: string;
  kind?: string;
  /** Where a click leads. */
  to?: ViewValues;
}

/** Counts of a scan, each leading to its list, what could not be linked, and where the time went. */
export class OverviewView extends ResultView {
  readonly #tables = new PagedList<TableRow>(this, isTableRow);
  readonly #sureness = new Resource<WorkflowGroups>(this, isWorkflowGroups);

  protected override willUpdate(): void {
    const { host } = this.context;
    this.#tables.show(host, this.listPath('tables'), { brief: 'true', sort: 'writers', order: 'desc' });
    this.#sureness.show(host, this.listPath('workflow-groups?by=confidence'));
  }

  protected override render(): TemplateResult {
    const { overview } = this;
    if (!overview) return loading('the overview');
    const operations = Object.entries(overview.nodes_by_kind).filter(([kind]) => isOperation(kind));
    return html`<div class="overview">
      ${this.#figures(overview)}
      ${(overview.notices ?? []).map((notice) => html`<p class="scan-notice">${icon('warning')} ${notice}</p>`)}
      ${overview.workflows === 0 ? empty('No workflows', diagnose(overview, 'workflows')) : nothing}
      <div class="overview-grid">
        ${this.#section('Operations by kind', kindBars(operations), 'No operations were found.')}
        ${this.#section('How sure the workflows are', surenessBars(this.#sureness.value), 'There are no workflows.')}
        ${this.#section('Used by nothing', orphanBars(overview), 'Everything found is used.')}
        ${this.#section('Not linked, by reason', reasonBars(overview), 'Everything is linked.')}
        ${this.#section('Most written tables', this.#tableBars(), 'No tables were found.')}
        ${this.#section('Files with the most operations', this.#hotFiles(overview), 'No operations were found.')}
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

  #figures(overview: ScanOverview): TemplateResult {
    const kinds = (...names: NodeKind[]) => names.reduce((sum, kind) => sum + (overview.nodes_by_kind[kind] ?? 0), 0);
    const figures: [string, number, string][] = [
      ['Workflows', overview.workflows, 'workflows'],
      ['Operations', operationsOf(overview), 'operations'],
      ['Endpoints', kinds('api_endpoint'), 'endpoints'],
      ['Tables', overview.tables, 'tables'],
      ['Messages', kinds('message_send', 'message_receive'), 'messages'],
      ['Pages', kinds('ui_page'), 'pages'],
      ['Not linked', notLinked(overview), 'unresolved'],
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
          title=${bar.title ?? bar.label}
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
      .map((row) => ({ table: row.table, writers: row.writers_total ?? 0, readers: row.readers_total ?? 0 }))
      .filter(({ writers, readers }) => writers + readers > 0)
      .slice(0, TOP_TABLES)
      .map(({ table, writers, readers }) => ({
        label: table,
        value: writers,
        text: `${counted(writers, 'write')} · ${counted(readers, 'read')}`,
        icon: 'table',
        kind: 'table',
        to: { tab: 'tables', table, 'tables.as': '', 'tables.text': '', 'tables.use': '' },
      }));
  }

  #hotFiles(overview: ScanOverview): Bar[] {
    return (overview.hot_files ?? []).map(({ file, operations }) => ({
      label: file.split('/').at(-1) ?? file,
      title: file,
      value: operations,
      text: count(operations),
      icon: 'file-code',
      to: { tab: 'operations', 'operations.text': file, 'operations.kind': '', 'operations.confidence': '' },
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

function surenessBars(groups: WorkflowGroups | null): Bar[] {
  const found = groups?.groups ?? [];
  return Object.entries(CONFIDENCES).flatMap(([key, { label, icon: name }]) => {
    const value = found.find((group) => group.key === key)?.workflows ?? 0;
    if (value === 0) return [];
    const to = {
      tab: 'workflows',
      'workflows.confidence': key,
      'workflows.text': '',
      'workflows.by': '',
      workflow: '',
    };
    return [{ label, value, text: count(value), icon: name, to }];
  });
}

/** Both sides of what nobody uses; the lists behind them say of each why. */
function orphanBars(overview: ScanOverview): Bar[] {
  const reason = (name: string): number => overview.unresolved_by_reason[name] ?? 0;
  const tables = overview.unused_tables;
  const endpoints = (label: string, value: number, scope: string): Bar => ({
    label,
    value,
    text: count(value),
    icon: 'globe',
    kind: 'api_endpoint',
    to: { tab: 'endpoints', 'endpoints.scope': scope, 'endpoints.text': '', endpoint: '' },
  });
  const unusedTables = (label: string, value: number, use: string): Bar => ({
    label,
    value,
    text: count(value),
    icon: 'table',
    kind: 'table',
    to: { tab: 'tables', 'tables.use': use, 'tables.as': '', 'tables.text': '', table: '' },
  });
  const bars = [
    endpoints('Endpoints nobody calls', overview.orphan_endpoints?.no_caller ?? 0, NO_CALLER),
    endpoints('Endpoints without a handler', overview.orphan_endpoints?.no_handler ?? 0, NO_HANDLER),
    endpoints('Calls without an endpoint', reason('no_endpoint_matches'), CALLS_WITHOUT_ENDPOINT),
    unusedTables('Tables nothing uses', tables?.unused ?? 0, 'unused'),
    unusedTables('Tables only read', tables?.never_written ?? 0, 'never_written'),
    unusedTables('Tables only written', tables?.never_read ?? 0, 'never_read'),
    {
      label: 'Messages nobody receives',
      value: reason('no_receiver_found'),
      text: count(reason('no_receiver_found')),
      icon: 'send',
      kind: 'message_send',
      to: { tab: 'unresolved', 'unresolved.reason': 'no_receiver_found', 'unresolved.text': '' },
    },
  ];
  return bars.filter((bar) => bar.value > 0);
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
