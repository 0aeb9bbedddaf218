import * as vscode from 'vscode';
import { EXPORT_FILES, EXPORT_FORMATS, type ExportFormat } from '#protocol/exports.ts';
import type { ScanSummary } from '#protocol/scan.ts';
import type { App } from '../app.ts';
import { counted } from '../editor/markText.ts';
import { isRunning } from '../scan/state.ts';
import { scanWorkspace } from './scanCommands.ts';

const STATES: Record<ScanSummary['status'], string> = {
  queued: 'queued',
  discovering: 'running',
  scanning: 'running',
  linking: 'running',
  completed: '',
  error: 'failed',
  cancelled: 'cancelled',
};

/** What each export is for, in the words of who wants it. */
const EXPORT_USES: Record<ExportFormat, string> = {
  json: 'Everything that was found, for scripts',
  csv: 'One line an operation, for a spreadsheet',
  sarif: 'What could not be linked, for code scanning',
  mermaid: 'Workflows as flowcharts, for documentation',
  er: 'Tables and their relations, for documentation',
  dot: 'The whole graph, for Graphviz',
  html: 'To read in a browser or to send to somebody',
  openapi: 'The endpoints, for API tools',
  markdown: 'To put beside the code',
};

export async function showResults(app: App): Promise<void> {
  (await app.panel()).show();
}

/** A click on the status bar: the way out of a failure, the panel when there is something to see, else a scan. */
export async function showStatus(app: App): Promise<void> {
  const { state } = app.store;
  if (state.problem) await app.report(state.problem);
  else if (isRunning(state) || state.status) await showResults(app);
  else await scanWorkspace(app);
}

export async function showScanHistory(app: App): Promise<void> {
  const { results, session } = await app.services();
  const scans = await results.history();
  if (scans.length === 0) {
    const pressed = await vscode.window.showInformationMessage('Pinata has scanned nothing yet.', 'Scan Workspace');
    if (pressed) await scanWorkspace(app);
    return;
  }
  const remove: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove this scan' };
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { scan: ScanSummary }>();
  const inView = app.store.state.resultsScanId;
  const items = scans.map((scan) => ({ ...historyItem(scan, inView), buttons: [remove], scan }));
  Object.assign(pick, { title: 'Scans', placeholder: 'Scan to show', matchOnDescription: true, items });
  pick.onDidTriggerItemButton(({ item }) =>
    app.guard(async () => {
      await session.remove(item.scan.scan_id);
      pick.items = pick.items.filter((each) => each !== item);
    }),
  );
  pick.onDidAccept(() =>
    app.guard(async () => {
      const [picked] = pick.selectedItems;
      pick.hide();
      if (!picked) return;
      await session.show(picked.scan.scan_id, picked.scan.roots);
      await showResults(app);
    }),
  );
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

function historyItem(scan: ScanSummary, inView: string | null): vscode.QuickPickItem {
  const state = STATES[scan.status];
  const names = scan.roots.map((root) => root.name).join(', ');
  return {
    label: scan.scan_id === inView ? `$(eye) ${names}` : names,
    description: [new Date(scan.started_at).toLocaleString(), state].filter(Boolean).join(' · '),
    detail: `${counted(scan.files_scanned, 'file')} · ${counted(scan.workflows_found, 'workflow')}`,
  };
}

export async function compareWithPrevious(app: App): Promise<void> {
  const { resultsScanId, changes } = app.store.state;
  const { results } = await app.services();
  const scanId = needsResults(resultsScanId);
  const previous = changes?.previous_scan_id ?? (await results.previousOf(scanId))?.scan_id;
  if (previous === undefined) {
    const message = 'There is only one scan of this folder. Change something and rescan, then compare.';
    const pressed = await vscode.window.showInformationMessage(message, 'Rescan');
    if (pressed) await vscode.commands.executeCommand('pinata.rescanChangedFiles');
    return;
  }
  (await app.panel()).navigate({ tab: 'history', compare: previous, with: scanId });
}

export async function exportResults(app: App): Promise<void> {
  const scanId = needsResults(app.store.state.resultsScanId);
  const items = EXPORT_FORMATS.map((format) => ({
    label: EXPORT_FILES[format].title,
    description: `.${EXPORT_FILES[format].extension}`,
    detail: EXPORT_USES[format],
    format,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Export Results', placeHolder: 'Format' });
  if (!picked) return;
  const { saveExport } = await import('../views/saveFile.ts');
  const { results } = await app.services();
  const { file } = await saveExport(results, scanId, picked.format, app.store.state.folders);
  if (file === undefined) return;
  const pressed = await vscode.window.showInformationMessage(`Pinata: exported to ${file}`, 'Open');
  if (pressed) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

/** @throws Error that says what to do. */
function needsResults(scanId: string | null): string {
  if (scanId === null) throw new Error('There are no results yet: scan the workspace first');
  return scanId;
}
