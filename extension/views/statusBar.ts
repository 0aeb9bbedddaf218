import * as vscode from 'vscode';
import type { StateStore } from '../scan/state.ts';
import { statusBarOf, type StatusBarText } from './projections.ts';

const BACKGROUNDS: Record<StatusBarText['severity'], vscode.ThemeColor | undefined> = {
  normal: undefined,
  warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
  error: new vscode.ThemeColor('statusBarItem.errorBackground'),
};

/** The one status bar item; a click does what fits the state. */
export function createStatusBar(store: StateStore): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('pinata.status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Pinata';
  item.command = 'pinata.showStatus';
  const render = (): void => {
    const { text, tooltip, severity } = statusBarOf(store.state);
    if (item.text !== text) item.text = text;
    if (item.tooltip !== tooltip) item.tooltip = tooltip;
    item.backgroundColor = BACKGROUNDS[severity];
  };
  render();
  item.show();
  const subscription = store.onChange(render);
  return new vscode.Disposable(() => {
    subscription.dispose();
    item.dispose();
  });
}
