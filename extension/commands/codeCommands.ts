import * as vscode from 'vscode';
import type { GraphNode } from '#protocol/graph.ts';
import type { TableRow, WorkflowRow } from '#protocol/http.ts';
import type { App } from '../app.ts';
import { entityAt, markAt } from '../editor/cursor.ts';
import type { DocumentMarks } from '../editor/documentMarks.ts';
import { accessTexts, usesText } from '../editor/markText.ts';
import { KIND_ICONS } from '../views/kinds.ts';
import { isCodePlace } from '../views/openCode.ts';
import { placeOf, whereabouts } from '../views/treeRow.ts';

/** Most workflows offered to choose from; the panel lists all. */
const OFFERED = 100;
const OFFERED_TABLES = 50;

export async function openCode(app: App, place: unknown): Promise<void> {
  if (!isCodePlace(place)) throw new Error('This command needs a place of the results: open it from the tree');
  await app.open(place);
}

/** The workflow of what the cursor stands in; asks when there are several. */
export async function showWorkflowAtCursor(app: App): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new Error('Put the cursor into a file of the scan first');
  const marks = await marksOf(app, editor.document);
  const anchor = markAt(marks.anchors, editor.selection.active.line);
  if (anchor) {
    await showWorkflowsThrough(app, anchor.mark.node.id, anchor.mark.node.name);
    return;
  }
  void vscode.window.showInformationMessage('Pinata: no workflow passes through this place.');
}

/** @throws Error that says why there is nothing to show for this file. */
async function marksOf(app: App, document: vscode.TextDocument): Promise<DocumentMarks> {
  requireResults(app);
  const { marks } = await app.editorFeatures();
  const found = await marks.of(document);
  if (found) return found;
  throw new Error('This file is not part of the scan in view: rescan, or scan its folder');
}

/** The workflows through a node: the only one at once, otherwise the one picked. */
export async function showWorkflowsThrough(app: App, node: unknown, name: unknown): Promise<void> {
  if (typeof node !== 'string') throw new Error('This command needs a place of the results: use it from a file');
  const scanId = requireResults(app);
  const { results } = await app.services();
  const { items } = await results.workflowsThrough(scanId, node, OFFERED);
  const [first] = items;
  if (!first) {
    void vscode.window.showInformationMessage('Pinata: no workflow passes through this place.');
    return;
  }
  if (items.length === 1) {
    await showWorkflow(app, first.id);
    return;
  }
  const title = typeof name === 'string' ? `Workflows through ${name}` : 'Workflows';
  const options = { title, placeHolder: 'Workflow to show', matchOnDescription: true, matchOnDetail: true };
  const picked = await vscode.window.showQuickPick(items.map(workflowItem), options);
  if (picked) await showWorkflow(app, picked.id);
}

function workflowItem({ id, name, entry_node: entry, reads, writes }: WorkflowRow) {
  return {
    id,
    label: `$(${KIND_ICONS[entry.kind]}) ${name}`,
    description: whereabouts(entry.file, entry.start_line),
    detail: accessTexts(reads, writes).join(' · '),
  };
}

export async function showWorkflow(app: App, id: unknown): Promise<void> {
  if (typeof id !== 'string') throw new Error('This command needs a workflow: use it from the tree or a file');
  (await app.panel()).navigate({ tab: 'workflows', workflow: id });
}

/** What reads or writes a table: the one named, the one at the cursor, or the one picked. */
export async function findTableUses(app: App, named?: unknown): Promise<void> {
  const scanId = requireResults(app);
  const { results } = await app.services();
  const name =
    typeof named === 'string' ? named : ((await tableAtCursor(app, scanId)) ?? (await pickTable(app, scanId)));
  if (name === undefined) return;
  const table = await results.table(scanId, name);
  if (!table) throw new Error(`The scan in view has no table named ${name}: rescan`);
  await showUses(app, table);
}

/** The table of the entity around the cursor, of the operation on its line, or the one named by the word below it. */
async function tableAtCursor(app: App, scanId: string): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const { active } = editor.selection;
  const { marks } = await app.editorFeatures();
  const found = await marks.of(editor.document);
  const range = editor.document.getWordRangeAtPosition(active);
  const word = range ? editor.document.getText(range) : '';
  const { results } = await app.services();
  if (/^\w{2,}$/.test(word)) {
    const { items } = await results.findTables(scanId, word, OFFERED_TABLES);
    const exact = items.find(({ table, schema }) => table === word || schema?.entity === word);
    if (exact) return exact.table;
  }
  if (!found) return undefined;
  const operation = found.anchors.find(
    ({ mark, line }) => line === active.line && mark.node.kind.startsWith('database_'),
  );
  if (operation) {
    const { outgoing } = await results.node(scanId, operation.mark.node.id);
    const accessed = outgoing.find(({ edge }) => edge.kind === 'accesses');
    if (accessed) return accessed.node.name;
  }
  return entityAt(found.anchors, active.line)?.mark.node.name;
}

/** Asks for a table; what is typed is searched by the server, so that thousands of tables are no burden. */
async function pickTable(app: App, scanId: string): Promise<string | undefined> {
  const { results } = await app.services();
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { table: string }>();
  pick.title = 'Find What Reads or Writes This Table';
  pick.placeholder = 'Table';
  pick.matchOnDescription = true;
  let asked = 0;
  const search = async (text: string): Promise<void> => {
    const turn = ++asked;
    pick.busy = true;
    const { items } = await results.findTables(scanId, text.trim(), OFFERED_TABLES);
    if (turn !== asked) return;
    pick.items = items.map(tableItem);
    pick.busy = false;
  };
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  pick.onDidChangeValue((text) => app.guard(() => search(text)));
  pick.onDidAccept(() => {
    resolve(pick.selectedItems[0]?.table);
    pick.hide();
  });
  pick.onDidHide(() => {
    resolve(undefined);
    pick.dispose();
  });
  pick.show();
  await app.guard(() => search(''));
  return promise;
}

function tableItem({ table, schema, readers_total: readers = 0, writers_total: writers = 0 }: TableRow) {
  const entity = schema && schema.entity !== table ? `${schema.entity} · ` : '';
  return { table, label: `$(table) ${table}`, description: `${entity}${usesText(readers, writers)}` };
}

type UseItem = vscode.QuickPickItem & { node?: GraphNode };

/** Writers first, for they are what one looks for. */
async function showUses(app: App, table: TableRow): Promise<void> {
  const { writers, readers, writers_total: allWriters, readers_total: allReaders } = table;
  if (writers.length + readers.length === 0) {
    void vscode.window.showInformationMessage(`Pinata: nothing in the scanned code reads or writes ${table.table}.`);
    return;
  }
  const pick = vscode.window.createQuickPick<UseItem>();
  const more: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('open-preview'),
    tooltip: 'Show the table in the panel',
  };
  pick.title = `What reads or writes ${table.table}`;
  pick.placeholder = 'Operation to open';
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.buttons = [more];
  pick.items = [...useItems('writes', writers, allWriters), ...useItems('reads', readers, allReaders)];
  pick.onDidTriggerButton(() =>
    app.guard(async () => {
      pick.hide();
      (await app.panel()).navigate({ tab: 'tables', table: table.table });
    }),
  );
  pick.onDidAccept(() =>
    app.guard(async () => {
      const node = pick.selectedItems[0]?.node;
      pick.hide();
      if (node) await app.open(placeOf(node));
    }),
  );
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

function useItems(title: string, nodes: readonly GraphNode[], total = nodes.length): UseItem[] {
  if (nodes.length === 0) return [];
  const count = total > nodes.length ? `${nodes.length} of ${total}` : `${total}`;
  const separator: UseItem = { label: `${title} (${count})`, kind: vscode.QuickPickItemKind.Separator };
  return [
    separator,
    ...nodes.map((node): UseItem => {
      const where = node.symbol?.split('.').slice(-2).join('.') ?? node.name;
      const detail = node.snippet === undefined ? {} : { detail: node.snippet };
      const label = `$(${KIND_ICONS[node.kind]}) ${where}`;
      return { label, description: whereabouts(node.file, node.start_line), ...detail, node };
    }),
  ];
}

/** @throws Error that says what to do. */
function requireResults(app: App): string {
  const { resultsScanId } = app.store.state;
  if (resultsScanId === null) throw new Error('There are no results yet: scan the workspace first');
  return resultsScanId;
}
