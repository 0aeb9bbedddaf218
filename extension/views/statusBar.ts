import * as vscode from 'vscode';
import { isRunning, type ScanViewState, type StateStore } from '../scan/state.ts';
import { statusBarOf, type StatusBarText } from './projections.ts';

const BACKGROUNDS: Record<StatusBarText['severity'], vscode.ThemeColor | undefined> = {
  normal: undefined,
  warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
  error: new vscode.ThemeColor('statusBarItem.errorBackground'),
};

const LINKED = ['pinata.showResults', 'pinata.rescanChangedFiles', 'pinata.compareWithPrevious', 'pinata.cancelScan'];

function linksFor(state: ScanViewState): string {
  if (isRunning(state)) return '[Cancel](command:pinata.cancelScan)';
  if (state.resultsScanId === null) return '';
  const links = ['[Results](command:pinata.showResults)', '[Rescan](command:pinata.rescanChangedFiles)'];
  if (state.changes) links.push('[Compare](command:pinata.compareWithPrevious)');
  return links.join(' \u00a0·\u00a0 ');
}

/** What the server says is text, never markup; only the links of this module work. */
function markdown(tooltip: string, links: string): vscode.MarkdownString {
  const shown = new vscode.MarkdownString();
  shown.isTrusted = { enabledCommands: LINKED };
  for (const line of tooltip.split('\n')) shown.appendText(line).appendMarkdown('\n\n');
  return links === '' ? shown : shown.appendMarkdown(links);
}

/** The one status bar item; a click does what fits the state. */
export function createStatusBar(store: StateStore): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('pinata.status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Pinata';
  item.command = 'pinata.showStatus';
  let described = '';
  const render = (): void => {
    const { text, tooltip, severity } = statusBarOf(store.state);
    const links = linksFor(store.state);
    if (item.text !== text) item.text = text;
    const shown = `${tooltip}\n${links}`;
    if (shown !== described) item.tooltip = markdown(tooltip, links);
    described = shown;
    item.backgroundColor = BACKGROUNDS[severity];
    item.accessibilityInformation = { label: `Pinata: ${text.replace(/\$\([^)]*\) ?(Pinata: )?/, '')}` };
  };
  render();
  item.show();
  const subscription = store.onChange(render);
  return new vscode.Disposable(() => {
    subscription.dispose();
    item.dispose();
  });
}
