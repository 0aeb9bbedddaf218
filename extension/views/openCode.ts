import * as vscode from 'vscode';
import type { ScanResults } from '../scan/results.ts';
import { PANEL_TYPE } from './panelType.ts';

export interface CodePlace {
  root: string;
  file: string;
  line: number;
  column: number;
}

export function isCodePlace(value: unknown): value is CodePlace {
  if (typeof value !== 'object' || value === null) return false;
  const { root, file, line, column } = value as Partial<Record<keyof CodePlace, unknown>>;
  return (
    [root, file].every((each) => typeof each === 'string') && [line, column].every((each) => Number.isInteger(each))
  );
}

/**
 * Opens a place of a scan beside the panel and puts the cursor on it.
 * @throws Error when the file is gone or outside the scanned folders.
 */
export async function openCode(results: ScanResults, scanId: string, place: CodePlace): Promise<void> {
  const path = await results.locate(scanId, place.root, place.file);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  const position = document.validatePosition(new vscode.Position(place.line - 1, place.column - 1));
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: targetColumn(),
    selection: new vscode.Range(position, position),
  });
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** A column that shows text already, so that clicks do not pile up columns; else one beside the panel. */
function targetColumn(): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const withPanel = new Set(groups.filter((group) => isPanel(group.activeTab)).map((group) => group.viewColumn));
  const free = groups.find((group) => !withPanel.has(group.viewColumn) && group.tabs.length > 0);
  if (free) return free.viewColumn;
  return withPanel.size > 0 ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
}

function isPanel(tab: vscode.Tab | undefined): boolean {
  // The workbench puts a prefix of its own before the type.
  return tab?.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith(PANEL_TYPE);
}
