import * as vscode from 'vscode';
import type { StateStore } from './state.ts';

/** Tells of every change of a file below the folders in view, through VS Code's own watcher; none before a result. */
export class FileEvents implements vscode.Disposable {
  readonly #store: StateStore;
  readonly #onChange: (path: string) => void;
  readonly #subscription: { dispose(): void };
  #watched = '';
  #watchers: vscode.Disposable[] = [];

  constructor(store: StateStore, onChange: (path: string) => void) {
    this.#store = store;
    this.#onChange = onChange;
    this.#subscription = store.onChange(() => this.#watch());
    this.#watch();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#stop();
  }

  #watch(): void {
    const { folders, resultsScanId } = this.#store.state;
    const paths = resultsScanId === null ? [] : folders.map((folder) => folder.path);
    const wanted = paths.join('\0');
    if (wanted === this.#watched) return;
    this.#stop();
    this.#watched = wanted;
    const tell = ({ scheme, fsPath }: vscode.Uri): void => {
      if (scheme === 'file') this.#onChange(fsPath);
    };
    this.#watchers = paths.flatMap((path) => {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(path), '**/*');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      return [watcher, watcher.onDidChange(tell), watcher.onDidCreate(tell), watcher.onDidDelete(tell)];
    });
  }

  #stop(): void {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = [];
    this.#watched = '';
  }
}
