import * as vscode from 'vscode';
import { isRunning, type StateStore } from '../scan/state.ts';
import type { TreeWishes } from './treeLists.ts';
import type { TreeRow } from './treeRow.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** The first lines of the tree for a scan. */
export type TopRows = (scanId: string, wishes: TreeWishes) => Promise<TreeRow[]>;

/** What a line draws when its list could not be read. */
const UNREADABLE: TreeRow = {
  label: 'This list could not be read.',
  description: 'Click to try again',
  icon: 'error',
  command: 'pinata.refreshTree',
};

/** The activity bar's view of the results in view. It asks for nothing until it is looked at. */
export class ResultsTree implements vscode.TreeDataProvider<TreeRow>, vscode.Disposable {
  readonly #store: StateStore;
  readonly #top: TopRows;
  readonly #onError: (error: unknown) => void;
  readonly #changed = new vscode.EventEmitter<TreeRow | undefined>();
  readonly #subscription: { dispose(): void };
  readonly #view: vscode.TreeView<TreeRow>;
  readonly onDidChangeTreeData = this.#changed.event;
  /** By "Show more" line: the list that it ends. */
  readonly #lists = new Map<unknown, { more: TreeRow; list: TreeRow }>();
  /** By line, its path in the tree, so that what is open stays open over a rescan. */
  readonly #ids = new WeakMap<TreeRow, string>();
  #wishes: TreeWishes;

  /** @param top gives the first lines for a scan; `onError` is told why a list could not be read. */
  constructor(store: StateStore, wishes: TreeWishes, top: TopRows, onError: (error: unknown) => void) {
    this.#store = store;
    this.#wishes = wishes;
    this.#top = top;
    this.#onError = onError;
    this.#view = vscode.window.createTreeView('pinata.results', { treeDataProvider: this, showCollapseAll: true });
    this.#subscription = store.onChange((state, previous) => {
      if (state.resultsScanId !== previous.resultsScanId) this.#changed.fire(undefined);
      this.#head();
    });
    this.#head();
  }

  get wishes(): TreeWishes {
    return this.#wishes;
  }

  /** Draws the tree anew with another filter or grouping. */
  want(change: Partial<TreeWishes>): void {
    this.#wishes = { ...this.#wishes, ...change };
    this.#head();
    this.#changed.fire(undefined);
  }

  async getChildren(row?: TreeRow): Promise<TreeRow[]> {
    const children = await this.#read(row);
    const parent = row ? (this.#ids.get(row) ?? '') : this.#wishes.grouping;
    for (const [index, child] of children.entries()) this.#ids.set(child, `${parent}/${index}:${child.label}`);
    const last = children.at(-1);
    if (row && last?.more) this.#lists.set(last, { more: last, list: row });
    return children;
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label, row.children ? (row.expanded === true ? Expanded : Collapsed) : None);
    const id = this.#ids.get(row);
    if (id !== undefined) item.id = id;
    if (row.description !== undefined) item.description = row.description;
    if (row.tooltip !== undefined) item.tooltip = row.tooltip;
    if (row.icon !== undefined) item.iconPath = new vscode.ThemeIcon(row.icon);
    if (row.spoken !== undefined) item.accessibilityInformation = { label: row.spoken };
    item.contextValue = contextOf(row);
    const command = clickOf(row);
    if (command) item.command = command;
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
    this.#view.dispose();
    this.#changed.dispose();
  }

  async #read(row?: TreeRow): Promise<TreeRow[]> {
    const { resultsScanId } = this.#store.state;
    if (!row) this.#lists.clear();
    try {
      if (row) return (await row.children?.()) ?? [];
      if (resultsScanId === null) return [];
      const rows = await this.#top(resultsScanId, this.#wishes);
      const filtered = this.#wishes.filter !== '';
      return rows.length === 0 && filtered ? [nothingContains(this.#wishes.filter)] : rows;
    } catch (error) {
      this.#onError(error);
      return [{ ...UNREADABLE }];
    }
  }

  /** What stands above the lines, and the number on the icon: how many workflows changed with the last rescan. */
  #head(): void {
    const { state } = this.#store;
    const { filter } = this.#wishes;
    const message = filter === '' ? '' : `Filtered by "${filter}"`;
    if ((this.#view.message ?? '') !== message) this.#view.message = message;
    const files = state.changedFiles;
    const stale = files > 0 ? `${files} ${files === 1 ? 'file' : 'files'} changed since the scan` : '';
    const description = state.resultsScanId === null || isRunning(state) ? '' : stale;
    if (this.#view.description !== description) this.#view.description = description;
    const { changes } = state;
    const number = changes ? changes.added + changes.removed + changes.changed : 0;
    const tooltip = `${number} ${number === 1 ? 'workflow differs' : 'workflows differ'} from the scan before`;
    if ((this.#view.badge?.value ?? 0) !== number)
      this.#view.badge = number > 0 ? { value: number, tooltip } : undefined;
  }
}

function nothingContains(filter: string): TreeRow {
  return {
    label: `Nothing contains "${filter}".`,
    description: 'Click to show everything',
    icon: 'filter',
    command: 'pinata.clearTreeFilter',
  };
}

/** Words that menus look for: `code`, `panel`, `table`. */
function contextOf(row: TreeRow): string {
  return [row.place ? 'code' : '', row.view ? 'panel' : '', row.table === undefined ? '' : 'table'].join(' ').trim();
}

function clickOf(row: TreeRow): vscode.Command | null {
  if (row.place) return { command: 'pinata.openCode', title: 'Open Code', arguments: [row.place] };
  if (row.more) return { command: 'pinata.showMore', title: 'Show More', arguments: [row] };
  return row.command === undefined ? null : { command: row.command, title: row.label };
}
