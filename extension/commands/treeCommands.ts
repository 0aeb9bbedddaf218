import * as vscode from 'vscode';
import type { App } from '../app.ts';
import type { TreeWishes } from '../views/treeLists.ts';
import type { TreeRow } from '../views/treeRow.ts';
import { findTableUses } from './codeCommands.ts';

const GROUPINGS: { label: string; detail: string; grouping: TreeWishes['grouping'] }[] = [
  { label: 'Page', detail: 'Where the user begins', grouping: 'page' },
  { label: 'Endpoint', detail: 'What the front end calls', grouping: 'endpoint' },
  { label: 'Table', detail: 'What is read or written', grouping: 'table' },
  { label: 'Confidence', detail: 'How sure every hop is', grouping: 'confidence' },
  { label: 'Nothing', detail: 'One list', grouping: 'none' },
];

export async function filterTree(app: App): Promise<void> {
  const filter = await vscode.window.showInputBox({
    title: 'Filter results',
    prompt: 'Text in a name, a route, a table or a file',
    value: app.tree.wishes.filter,
  });
  if (filter !== undefined) setFilter(app, filter.trim());
}

export function clearTreeFilter(app: App): void {
  setFilter(app, '');
}

function setFilter(app: App, filter: string): void {
  app.tree.want({ filter });
  void vscode.commands.executeCommand('setContext', 'pinata.filtered', filter !== '');
}

export async function groupWorkflows(app: App): Promise<void> {
  const { grouping: current } = app.tree.wishes;
  const items = GROUPINGS.map((item) => ({
    ...item,
    ...(item.grouping === current ? { description: 'now' } : {}),
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Group workflows by' });
  if (!picked) return;
  app.tree.want({ grouping: picked.grouping });
  app.rememberGrouping(picked.grouping);
}

export async function showInPanel(app: App, row: unknown): Promise<void> {
  const { view } = rowOf(row);
  if (view) (await app.panel()).navigate(view);
}

export async function findUsesOfRow(app: App, row: unknown): Promise<void> {
  const { table } = rowOf(row);
  await findTableUses(app, table);
}

export async function copyName(row: unknown): Promise<void> {
  await vscode.env.clipboard.writeText(rowOf(row).label);
}

function rowOf(row: unknown): TreeRow {
  const isRow = (value: unknown): value is TreeRow =>
    typeof value === 'object' && value !== null && 'label' in value && typeof value.label === 'string';
  if (!isRow(row)) throw new Error('This command needs a line of the Pinata view: use its menu there');
  return row;
}
