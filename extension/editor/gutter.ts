import * as vscode from 'vscode';
import type { NodeKind } from '#protocol/graph.ts';
import type { DocumentMarksStore } from './documentMarks.ts';

/** Shapes of the marks beside line numbers, drawn in a box of 16. */
const SHAPES = {
  endpoint: '<path d="M3 8h6M9 4.5v7l4-3.5z" fill="C" stroke="C" stroke-width="1.5" stroke-linejoin="round"/>',
  request: '<path d="M3 8h8M8 4.5 11.5 8 8 11.5" fill="none" stroke="C" stroke-width="1.6" stroke-linecap="round"/>',
  read: '<ellipse cx="8" cy="8" rx="3.6" ry="3.6" fill="none" stroke="C" stroke-width="1.6"/>',
  write: '<ellipse cx="8" cy="8" rx="4.2" ry="4.2" fill="C"/>',
  message: '<path d="M3.5 5h9v6.5h-9zM3.5 5.2 8 8.6l4.5-3.4" fill="none" stroke="C" stroke-width="1.4"/>',
} as const;
type Shape = keyof typeof SHAPES;

/** Colours with a contrast of at least 3 to 1 on the editors of the built-in light, dark and high-contrast themes. */
const COLOURS = { light: '#5a5a5a', dark: '#a8a8a8' };

const SHAPE_OF: Partial<Record<NodeKind, Shape>> = {
  api_endpoint: 'endpoint',
  api_call: 'request',
  database_read: 'read',
  database_write: 'write',
  file_read: 'read',
  file_write: 'write',
  cache_read: 'read',
  cache_write: 'write',
  message_send: 'message',
  message_receive: 'message',
};

/** Marks in the gutter of visible editors, where the setting asks for them. */
export class GutterMarks implements vscode.Disposable {
  readonly #marks: DocumentMarksStore;
  readonly #types = new Map<Shape, vscode.TextEditorDecorationType>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(marks: DocumentMarksStore) {
    this.#marks = marks;
    const redraw = (): void => this.#drawAll();
    this.#subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(redraw),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#drawAll(document)),
      vscode.workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration('pinata.gutterMarks') && redraw(),
      ),
      marks.onDidChange(redraw),
    ];
    redraw();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const type of this.#types.values()) type.dispose();
  }

  #drawAll(only?: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (!only || editor.document === only) void this.#draw(editor);
    }
  }

  async #draw(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    const wanted = vscode.workspace.getConfiguration('pinata', document).get<unknown>('gutterMarks') === true;
    if (!wanted && this.#types.size === 0) return;
    const found = wanted ? await this.#marks.of(document) : null;
    const lines = new Map<Shape, Set<number>>();
    for (const { mark, line } of found?.anchors ?? []) {
      const shape = SHAPE_OF[mark.node.kind];
      if (shape && line < document.lineCount) lines.set(shape, (lines.get(shape) ?? new Set<number>()).add(line));
    }
    for (const shape of new Set([...lines.keys(), ...this.#types.keys()])) {
      const ranges = [...(lines.get(shape) ?? [])].map((line) => new vscode.Range(line, 0, line, 0));
      editor.setDecorations(this.#type(shape), ranges);
    }
  }

  #type(shape: Shape): vscode.TextEditorDecorationType {
    const known = this.#types.get(shape);
    if (known) return known;
    const type = vscode.window.createTextEditorDecorationType({
      light: { gutterIconPath: icon(shape, COLOURS.light), gutterIconSize: 'contain' },
      dark: { gutterIconPath: icon(shape, COLOURS.dark), gutterIconSize: 'contain' },
    });
    this.#types.set(shape, type);
    return type;
  }
}

function icon(shape: Shape, colour: string): vscode.Uri {
  const drawing = SHAPES[shape].replaceAll('"C"', `"${colour}"`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${drawing}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
}
