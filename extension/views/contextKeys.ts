import * as vscode from 'vscode';
import { isRunning, type ScanViewState, type StateStore } from '../scan/state.ts';

/** What the activity bar's view shows while it has no lines; `contributes.viewsWelcome` has a text for each. */
export type EmptyView = 'noFolder' | 'virtual' | 'ready' | 'scanning' | 'failed' | 'empty' | 'results';

/** The kinds of folders that are open. */
export type OpenFolders = 'none' | 'virtual' | 'local';

export function emptyViewOf(state: ScanViewState, open: OpenFolders): EmptyView {
  if (state.resultsScanId !== null) return state.operations === 0 ? 'empty' : 'results';
  if (isRunning(state)) return 'scanning';
  if (state.problem) return 'failed';
  if (open === 'local') return 'ready';
  return open === 'virtual' ? 'virtual' : 'noFolder';
}

export function openKind(folders: readonly { uri: { scheme: string } }[]): OpenFolders {
  if (folders.length === 0) return 'none';
  return folders.some((folder) => folder.uri.scheme === 'file') ? 'local' : 'virtual';
}

/** Keeps the context keys by which menus, the palette and welcome views choose what makes sense. */
export class ContextKeys implements vscode.Disposable {
  readonly #subscriptions: { dispose(): void }[];
  readonly #set = new Map<string, unknown>();

  constructor(store: StateStore) {
    const update = (): void => this.#update(store.state);
    this.#subscriptions = [store.onChange(update), vscode.workspace.onDidChangeWorkspaceFolders(update)];
    update();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #update(state: ScanViewState): void {
    const open = openKind(vscode.workspace.workspaceFolders ?? []);
    this.#put('scanning', isRunning(state));
    this.#put('hasScan', state.scanId !== null || state.resultsScanId !== null || isRunning(state));
    this.#put('hasResults', state.resultsScanId !== null);
    this.#put('folders', open);
    this.#put('view', emptyViewOf(state, open));
  }

  #put(name: string, value: unknown): void {
    if (this.#set.get(name) === value) return;
    this.#set.set(name, value);
    void vscode.commands.executeCommand('setContext', `pinata.${name}`, value);
  }
}
