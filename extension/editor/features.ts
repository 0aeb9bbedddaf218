import * as vscode from 'vscode';
import type { Log } from '../log.ts';
import type { ScanResults } from '../scan/results.ts';
import type { StateStore } from '../scan/state.ts';
import { DocumentMarksStore } from './documentMarks.ts';
import { GutterMarks } from './gutter.ts';
import { hoverAt } from './hover.ts';
import { lensesOf } from './lenses.ts';

/** Everything that is shown in the text of an editor; made when there are results to show. */
export class EditorFeatures implements vscode.Disposable {
  readonly marks: DocumentMarksStore;
  readonly #subscriptions: vscode.Disposable[];

  constructor(store: StateStore, results: ScanResults, log: Log) {
    this.marks = new DocumentMarksStore(store, results, log);
    const refreshed = new vscode.EventEmitter<void>();
    const files = { scheme: 'file' };
    this.#subscriptions = [
      this.marks,
      refreshed,
      this.marks.onDidChange(() => refreshed.fire()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('pinata.codeLens')) refreshed.fire();
      }),
      vscode.languages.registerCodeLensProvider(files, {
        onDidChangeCodeLenses: refreshed.event,
        provideCodeLenses: (document) => (isOn('codeLens', document) ? lensesOf(this.marks, document) : []),
      }),
      vscode.languages.registerHoverProvider(files, {
        provideHover: async (document, position) => {
          return isOn('hover', document) ? hoverAt(this.marks, results, document, position) : null;
        },
      }),
      new GutterMarks(this.marks),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function isOn(setting: string, document: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration('pinata', document).get<unknown>(setting) !== false;
}
