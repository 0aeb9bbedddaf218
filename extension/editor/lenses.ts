import * as vscode from 'vscode';
import type { AnchoredMark } from './anchors.ts';
import type { DocumentMarksStore } from './documentMarks.ts';
import { lensText } from './markText.ts';

/** An endpoint and its handler this close together are one thing to a reader. */
const SAME_PLACE_LINES = 12;

/** What stands above endpoints, handlers and entities. */
export async function lensesOf(marks: DocumentMarksStore, document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const found = await marks.of(document);
  if (!found) return [];
  return withoutRepeated(found.anchors).flatMap(({ mark, line }) => {
    const title = lensText(mark);
    if (title === null || line >= document.lineCount) return [];
    const tooltip = found.edited ? 'As of the last scan; the file was edited since' : 'What the last scan found';
    const command =
      mark.role === 'entity'
        ? { title, tooltip, command: 'pinata.findTableUses', arguments: [mark.node.name] }
        : { title, tooltip, command: 'pinata.showWorkflowsThrough', arguments: [mark.node.id, mark.node.name] };
    return [new vscode.CodeLens(document.lineAt(line).range, command)];
  });
}

/** One line for an endpoint and the method below it, one for a type mapped to several tables' rows at one line. */
function withoutRepeated(anchors: readonly AnchoredMark[]): AnchoredMark[] {
  const endpoints = anchors.filter(({ mark }) => mark.role === 'endpoint');
  return anchors.filter(({ mark, line }) => {
    if (mark.role !== 'handler') return true;
    const { symbol } = mark.node;
    return !endpoints.some(
      (endpoint) =>
        (endpoint.mark.node.symbol === symbol && symbol !== undefined && near(endpoint.line, line)) ||
        endpoint.line === line,
    );
  });
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_PLACE_LINES;
}
