import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ScanOverview } from '#protocol/http.ts';
import type { ScanStatus } from '#protocol/scan.ts';
import type { PanelAction, PanelState } from '#protocol/webview.ts';
import { count, counted, remaining } from '../components/format.ts';
import { icon } from '../components/templates.ts';
import { SCAN_STATES } from '../components/vocabulary.ts';
import { PageElement } from '../context.ts';
import { operationsOf } from '../data/counts.ts';

const ACTIONS: Readonly<Record<PanelAction, string>> = {
  retry: 'Retry',
  scan: 'Scan again',
  cancel: 'Cancel',
  show_log: 'Show log',
  restart_server: 'Restart server',
  open_folder: 'Open folder',
};

const CONNECTIONS: Readonly<Record<PanelState['connection'], { icon: string; label: string }>> = {
  connecting: { icon: 'sync', label: 'Connecting' },
  connected: { icon: 'circle-filled', label: 'Connected' },
  reconnecting: { icon: 'sync', label: 'Reconnecting' },
  disconnected: { icon: 'debug-disconnect', label: 'Disconnected' },
};

/** Steps of progress that are announced, in percent: every update would talk without end. */
const ANNOUNCED_STEP = 25;

/** What the scan in view is doing, at the top of every tab. */
export class ProgressView extends PageElement {
  static override properties: PropertyDeclarations = {
    state: { attribute: false },
    overview: { attribute: false },
    act: { attribute: false },
    compare: { attribute: false },
  };
  declare state: PanelState;
  /** Counts of the results in view; null until they have arrived. */
  declare overview: ScanOverview | null;
  declare act: (action: PanelAction) => void;
  /** Leads to what changed since the scan before. */
  declare compare: () => void;

  protected override render(): TemplateResult {
    const { status, problem } = this.state;
    return html`<section class="progress" aria-label="Scan progress">
      ${status ? this.#scan(status) : this.#noScan()} ${problem ? this.#problem(problem) : nothing}
      <div class="visually-hidden" role="status" aria-live="polite">
        ${status ? announcement(status, this.#operations(status)) : ''}
      </div>
    </section>`;
  }

  #noScan(): TemplateResult {
    return html`<div class="progress-line">
      <span class="progress-phase">No scan yet</span>
      <span class="progress-actions"
        >${this.#connection()}
        ${this.state.folders.length > 0 ? this.#button('scan', 'Scan', 'primary') : nothing}</span
      >
    </div>`;
  }

  #scan(status: ScanStatus): TemplateResult {
    const over = isOver(status);
    return html`<div class="progress-line">
        <span class="progress-phase state-${status.status}">${stateIcon(status)} ${phase(status)}</span>
        ${over || status.progress === null ? nothing : html`<span class="progress-percent">${percent(status)}</span>`}
        <span class="progress-facts"
          >${facts(status, this.#operations(status)).map((fact) => html`<span class="fact">${fact}</span>`)}</span
        >
        <span class="progress-actions">
          ${this.#connection()}
          ${
            status.status === 'completed'
              ? html`<button class="link" type="button" @click=${() => this.compare()}>What changed</button>`
              : nothing
          }
          ${over ? this.#button('scan', 'Scan again', 'secondary') : this.#button('cancel', 'Cancel', 'secondary')}
        </span>
      </div>
      ${over ? nothing : running(status)}
      ${
        status.status === 'error' && !this.state.problem
          ? html`<p class="progress-error">${status.error ?? status.message}</p>`
          : nothing
      }`;
  }

  /** While linking those found so far; at the end the number of the overview, null until that has arrived. */
  #operations(status: ScanStatus): number | null {
    if (!isOver(status)) return status.nodes_found > 0 ? status.nodes_found : null;
    return this.overview?.scan.scan_id === status.scan_id ? operationsOf(this.overview) : null;
  }

  #connection(): TemplateResult {
    const { connection } = this.state;
    const { icon: name, label } = CONNECTIONS[connection];
    return html`<span class="connection connection-${connection}" title="Connection to the scan server"
      >${icon(name, name === 'sync' ? 'codicon-modifier-spin' : '')}<span class="connection-label">${label}</span></span
    >`;
  }

  #button(action: PanelAction, label: string, appearance: 'primary' | 'secondary'): TemplateResult {
    return html`<vscode-button appearance=${appearance} @click=${() => this.act(action)}>${label}</vscode-button>`;
  }

  #problem(problem: NonNullable<PanelState['problem']>): TemplateResult {
    return html`<div class="problem" role="alert">
      ${icon('warning')}<span class="problem-message">${problem.message}</span>
      ${problem.actions.map((action) => this.#button(action, ACTIONS[action], 'secondary'))}
    </div>`;
  }
}

function isOver(status: ScanStatus): boolean {
  return status.status === 'completed' || status.status === 'error' || status.status === 'cancelled';
}

function stateIcon(status: ScanStatus): TemplateResult {
  if (status.status === 'completed') return icon('pass');
  if (status.status === 'error') return icon('error');
  if (status.status === 'cancelled') return icon('circle-slash');
  return icon('sync', 'codicon-modifier-spin');
}

function phase(status: ScanStatus): string {
  return status.status === 'cancelled' ? 'Cancelled, results so far' : SCAN_STATES[status.status];
}

function percent(status: ScanStatus): string {
  return status.progress === null ? '' : `${Math.floor(status.progress)} %`;
}

function facts(status: ScanStatus, operations: number | null): string[] {
  const files =
    status.total_files > 0 && status.status !== 'completed'
      ? `${count(status.files_scanned)} / ${counted(status.total_files, 'file')}`
      : counted(status.files_scanned, 'file');
  const left = status.eta_seconds === null || isOver(status) ? [] : [remaining(status.eta_seconds)];
  return [files, ...(operations === null ? [] : [counted(operations, 'operation')]), ...left];
}

function running(status: ScanStatus): TemplateResult {
  const known = status.progress !== null;
  return html`<progress
      class="bar"
      max="100"
      aria-label="Scan progress"
      aria-valuetext="${phase(status)} ${percent(status)}"
      .value=${status.progress ?? 0}
      ?hidden=${!known}
    ></progress>
    <div class="bar bar-unknown" role="progressbar" aria-label=${phase(status)} ?hidden=${known}></div>
    <p class="current-file" title=${status.current_file ?? ''}><bdi>${status.current_file ?? status.message}</bdi></p>`;
}

function announcement(status: ScanStatus, operations: number | null): string {
  if (isOver(status))
    return `Scan ${SCAN_STATES[status.status].toLowerCase()}. ${facts(status, operations).join(', ')}.`;
  const step = Math.floor((status.progress ?? 0) / ANNOUNCED_STEP) * ANNOUNCED_STEP;
  return step === 0 ? phase(status) : `${phase(status)}, ${step} percent`;
}
