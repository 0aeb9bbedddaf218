import * as vscode from 'vscode';
import type { StateStore } from '../scan/state.ts';
import type { TreeRow } from './treeRows.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** The activity bar's view of the results in view. It asks for nothing until it is looked at. */
export class ResultsTree implements vscode.TreeDataProvider<TreeRow> {
  readonly #store: StateStore;
  readonly #top: (scanId: string) => Promise<TreeRow[]>;
  readonly #changed = new vscode.EventEmitter<TreeRow | undefined>();
  readonly #subscription: { dispose(): void };
  readonly onDidChangeTreeData = this.#changed.event;
  /** By "Show more" line: the list that it ends. */
  readonly #lists = new Map<unknown, { more: TreeRow; list: TreeRow }>();

  /** @param top gives the first lines for a scan. */
  constructor(store: StateStore, top: (scanId: string) => Promise<TreeRow[]>) {
    this.#store = store;
    this.#top = top;
    this.#subscription = store.onChange((state, previous) => {
      if (state.resultsScanId !== previous.resultsScanId) this.#changed.fire(undefined);
    });
  }

  async getChildren(row?: TreeRow): Promise<TreeRow[]> {
    const { resultsScanId } = this.#store.state;
    if (!row) this.#lists.clear();
    if (!row) return resultsScanId === null ? [] : this.#top(resultsScanId);
    const children = (await row.children?.()) ?? [];
    const last = children.at(-1);
    if (last?.more) this.#lists.set(last, { more: last, list: row });
    return children;
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label, row.children ? (row.expanded === true ? Expanded : Collapsed) : None);
    if (row.description !== undefined) item.description = row.description;
    if (row.tooltip !== undefined) item.tooltip = row.tooltip;
    if (row.icon !== undefined) item.iconPath = new vscode.ThemeIcon(row.icon);
    if (row.place) item.command = { command: 'pinata.openCode', title: 'Open Code', arguments: [row.place] };
    if (row.more) item.command = { command: 'pinata.showMore', title: 'Show More', arguments: [row] };
    return item;
  }

  /** Loads the next page of the list that a "Show more" line ends. */
  async showMore(row: unknown): Promise<void> {
    const known = this.#lists.get(row);
    if (!known) return;
    this.#lists.delete(row);
    await known.more.more?.();
    this.#changed.fire(known.list);
  }

  /** Draws everything again, after a failure to read. */
  refresh(): void {
    this.#changed.fire(undefined);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
