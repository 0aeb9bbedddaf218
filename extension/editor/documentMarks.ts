import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { explain, type Log } from '../log.ts';
import type { ScanResults } from '../scan/results.ts';
import { mayBeScanned } from '../scan/sourceFiles.ts';
import type { StateStore } from '../scan/state.ts';
import { type AnchoredMark, findAnchors, moveAnchors, unchangedAnchors } from './anchors.ts';

/** The marks of a document where they stand now. */
export interface DocumentMarks {
  scanId: string;
  root: string;
  file: string;
  anchors: AnchoredMark[];
  /** The document differs from what was scanned: what is said of it may have changed. */
  edited: boolean;
}

interface Entry {
  scanId: string;
  loading: Promise<DocumentMarks | null>;
  loaded: DocumentMarks | null;
}

/** Milliseconds of file systems that keep whole or even seconds. */
const TIME_STEP = 2_000;

/** What the results in view say of open documents, asked for once a document and scan, and moved along with edits. */
export class DocumentMarksStore implements vscode.Disposable {
  readonly #store: StateStore;
  readonly #results: ScanResults;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  /** Fires when what is said of documents changed by something else than their edits. */
  readonly onDidChange = this.#changed.event;

  constructor(store: StateStore, results: ScanResults, log: Log) {
    this.#store = store;
    this.#results = results;
    this.#log = log;
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument((event) => this.#move(event)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#entries.delete(uri.toString())),
      store.onChange((state, previous) => {
        if (state.resultsScanId === previous.resultsScanId) return;
        this.#entries.clear();
        this.#changed.fire();
      }),
    ];
  }

  /** Marks of a document; null when no scan in view has read it. Never throws: the reason is in the log. */
  async of(document: vscode.TextDocument): Promise<DocumentMarks | null> {
    const { resultsScanId: scanId, folders } = this.#store.state;
    const { uri } = document;
    if (scanId === null || uri.scheme !== 'file') return null;
    if (!folders.some((folder) => mayBeScanned(folder.path, uri.fsPath))) return null;
    const key = uri.toString();
    const known = this.#entries.get(key);
    if (known?.scanId === scanId) return (await known.loading) && known.loaded;
    const entry: Entry = { scanId, loaded: null, loading: this.#load(scanId, document) };
    this.#entries.set(key, entry);
    entry.loaded = await entry.loading;
    if (this.#entries.get(key) !== entry) return null;
    return entry.loaded;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #load(scanId: string, document: vscode.TextDocument): Promise<DocumentMarks | null> {
    try {
      const name = await this.#results.nameOf(scanId, document.uri.fsPath);
      if (!name) return null;
      const { marks, scanned } = await this.#results.marks(scanId, name);
      if (!scanned && marks.length === 0) return null;
      const { startedAt } = await this.#results.scanned(scanId);
      const { mtimeMs: modified } = await stat(document.uri.fsPath);
      const certain = !document.isDirty && modified < startedAt - TIME_STEP;
      const anchors = certain ? unchangedAnchors(marks) : findAnchors(marks, linesOf(document));
      return { scanId, ...name, anchors, edited: document.isDirty || modified > startedAt };
    } catch (error) {
      this.#entries.delete(document.uri.toString());
      this.#log.warn(`What the scan says of ${document.uri.fsPath}: ${explain(error)}`);
      return null;
    }
  }

  #move({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const loaded = this.#entries.get(document.uri.toString())?.loaded;
    if (!loaded || contentChanges.length === 0) return;
    loaded.edited = true;
    const before = loaded.anchors;
    for (const { range, text } of contentChanges) {
      loaded.anchors = moveAnchors(loaded.anchors, {
        startLine: range.start.line,
        startColumn: range.start.character,
        endLine: range.end.line,
        endColumn: range.end.character,
        text,
      });
    }
    // Code that was replaced by itself, as a formatter or a revert does, is found again.
    if (loaded.anchors.length < before.length) loaded.anchors = withFound(loaded.anchors, before, linesOf(document));
  }
}

/** Marks that an edit took away, where their code still stands in the document. */
function withFound(left: AnchoredMark[], before: AnchoredMark[], lines: string[]): AnchoredMark[] {
  const kept = new Set(left.map(({ mark }) => mark));
  const found = findAnchors(
    before.map(({ mark }) => mark),
    lines,
  ).filter(({ mark }) => !kept.has(mark));
  return [...left, ...found].toSorted((a, b) => a.line - b.line);
}

function linesOf(document: vscode.TextDocument): string[] {
  return document.getText().split(/\r\n|\n|\r/);
}
