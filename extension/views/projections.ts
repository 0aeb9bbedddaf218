import type { ScanStatus } from '#protocol/scan.ts';
import type { PanelState } from '#protocol/webview.ts';
import { isRunning, type ScanViewState } from '../scan/state.ts';

export interface StatusBarText {
  text: string;
  tooltip: string;
  severity: 'normal' | 'warning' | 'error';
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** What the status bar says; `$(name)` is an icon of VS Code. */
export function statusBarOf(state: ScanViewState): StatusBarText {
  if (isRunning(state)) return runningText(state);
  if (state.problem) {
    return {
      text: '$(error) Pinata: failed',
      tooltip: `${state.problem.message}\nClick for a way out.`,
      severity: 'error',
    };
  }
  if (state.status) return endedText(state.status, state.operations, newsOf(state));
  if (state.connection === 'disconnected') {
    const tooltip = 'No Pinata server is connected. One is started, or connected to, when it is needed.';
    return { text: '$(debug-disconnect) Pinata: disconnected', tooltip, severity: 'warning' };
  }
  return { text: '$(pulse) Pinata', tooltip: 'Scan this workspace: what its code does with data', severity: 'normal' };
}

function runningText(state: ScanViewState): StatusBarText {
  const { status, connection } = state;
  if (connection === 'disconnected') {
    const tooltip = state.problem?.message ?? 'The connection to the Pinata server is lost.';
    return { text: '$(debug-disconnect) Pinata: disconnected', tooltip, severity: 'warning' };
  }
  if (connection === 'reconnecting') {
    const tooltip = 'The connection to the Pinata server broke off; connecting again. The scan goes on.';
    return { text: '$(sync~spin) Pinata: reconnecting…', tooltip, severity: 'normal' };
  }
  if (!status) return { text: '$(sync~spin) Pinata: connecting…', tooltip: 'Starting the scan', severity: 'normal' };
  const tooltip = [status.message, status.current_file, 'Click to show the progress.'].filter(Boolean).join('\n');
  return { text: `$(sync~spin) ${progressText(status)}`, tooltip, severity: 'normal' };
}

function progressText(status: ScanStatus): string {
  if (status.progress === null) return status.status === 'queued' ? 'queued…' : 'finding files…';
  const percent = `${Math.floor(status.progress)}%`;
  if (status.status === 'linking') return `${percent} · linking`;
  return `${percent} · ${count(status.files_scanned)}/${count(status.total_files)} files`;
}

function endedText(status: ScanStatus, found: number | null, news: readonly string[]): StatusBarText {
  const operations = found === null ? null : `${count(found)} ${found === 1 ? 'operation' : 'operations'}`;
  if (status.status === 'cancelled') {
    const tooltip = 'The scan was cancelled; what it had found is kept. Click to show it.';
    return {
      text: `$(circle-slash) ${['cancelled', operations].filter(Boolean).join(' · ')}`,
      tooltip,
      severity: 'normal',
    };
  }
  if (status.status === 'error') {
    const tooltip = `${status.error ?? status.message}\nClick for a way out.`;
    return { text: '$(error) Pinata: scan failed', tooltip, severity: 'error' };
  }
  const files = `Pinata read ${count(status.files_scanned)} files.`;
  return {
    text: `$(check) ${operations ?? 'done'}`,
    tooltip: [files, ...news, 'Click to show the results.'].join('\n'),
    severity: 'normal',
  };
}

/** What happened since the scan before, and since this one. */
function newsOf({ changes, changedFiles }: ScanViewState): string[] {
  const news: string[] = [];
  if (changes) {
    const parts: [number, string][] = [
      [changes.added, 'new'],
      [changes.removed, 'gone'],
      [changes.changed, 'changed'],
    ];
    const said = parts.filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`);
    news.push(said.length > 0 ? `Workflows since the scan before: ${said.join(', ')}.` : 'No workflow changed.');
  }
  if (changedFiles > 0) news.push(`${count(changedFiles)} ${changedFiles === 1 ? 'file' : 'files'} changed since.`);
  return news;
}

/** What the panel shows. A panel always has a server asked for, so `idle` is the moment before it is. */
export function panelStateOf(state: ScanViewState): PanelState {
  return {
    connection: state.connection === 'idle' ? 'connecting' : state.connection,
    scan_id: state.scanId,
    status: state.status,
    results_scan_id: state.resultsScanId,
    folders: state.folders,
    ...(state.changes ? { changes: state.changes } : {}),
    ...(state.changedFiles > 0 ? { changed_files: state.changedFiles } : {}),
    problem: state.problem,
  };
}
