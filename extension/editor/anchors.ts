import type { CodeMark } from '#protocol/marks.ts';

/** A mark at the line of the document where its code stands now; lines and columns are 0-based. */
export interface AnchoredMark {
  mark: CodeMark;
  line: number;
  column: number;
}

/** One replaced piece of a document, in the coordinates before the change. */
export interface TextChange {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
  text: string;
}

/** The scan cuts the line of code it keeps of a node here. */
const SNIPPET_LENGTH = 160;
/** What stands in a line of code kept by the scan in place of a secret. */
const REDACTED = '•••';

/** Marks of a file that has not changed since it was scanned. */
export function unchangedAnchors(marks: readonly CodeMark[]): AnchoredMark[] {
  return marks.map((mark) => ({ mark, line: mark.node.start_line - 1, column: mark.node.start_column - 1 }));
}

/**
 * Finds the lines of marks in a text that may have changed since the scan, by the line of code that the scan kept of
 * each. A line that occurs several times counts only where its unchanged neighbours say it has moved to. A mark whose
 * code is not found is left out: no line claims what is not there.
 */
export function findAnchors(marks: readonly CodeMark[], lines: readonly string[]): AnchoredMark[] {
  const places = linesByText(lines);
  const shifts = marks.map((mark) => certainShift(mark, places));
  return marks.flatMap((mark, index) => {
    const candidates = [shifts[index], nearestShift(shifts, index, -1), nearestShift(shifts, index, 1)];
    const shift = candidates.find(
      (each) => each !== undefined && standsAt(mark, mark.node.start_line - 1 + each, lines),
    );
    if (shift === undefined) return [];
    const line = mark.node.start_line - 1 + shift;
    return [{ mark, line, column: mark.node.start_column - 1 }];
  });
}

/** Marks after a change of the document; those whose code was replaced are gone. */
export function moveAnchors(anchors: readonly AnchoredMark[], change: TextChange): AnchoredMark[] {
  const added = change.text.split('\n').length - 1;
  const delta = added - (change.endLine - change.startLine);
  return anchors.flatMap((anchor) => {
    const { line, column } = anchor;
    if (isBefore(line, column, change.startLine, change.startColumn)) return [anchor];
    if (isBefore(line, column, change.endLine, change.endColumn)) return [];
    return delta === 0 ? [anchor] : [{ ...anchor, line: line + delta }];
  });
}

function isBefore(line: number, column: number, otherLine: number, otherColumn: number): boolean {
  return line < otherLine || (line === otherLine && column < otherColumn);
}

function linesByText(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [number, line] of lines.entries()) {
    const text = snippetOf(line);
    const known = places.get(text);
    if (known) known.push(number);
    else places.set(text, [number]);
  }
  return places;
}

function snippetOf(line: string): string {
  const text = line.trim();
  return text.length > SNIPPET_LENGTH ? `${text.slice(0, SNIPPET_LENGTH)}…` : text;
}

function certainShift({ node }: CodeMark, places: Map<string, number[]>): number | undefined {
  const found = node.snippet === undefined ? [] : (places.get(node.snippet) ?? []);
  const [only] = found;
  return found.length === 1 && only !== undefined ? only - (node.start_line - 1) : undefined;
}

/** The shift of the next mark in a direction whose place is certain; 0 beyond the first one. */
function nearestShift(shifts: readonly (number | undefined)[], from: number, step: 1 | -1): number | undefined {
  for (let at = from + step; at >= 0 && at < shifts.length; at += step) if (shifts[at] !== undefined) return shifts[at];
  return step === -1 ? 0 : undefined;
}

function standsAt({ node }: CodeMark, line: number, lines: readonly string[]): boolean {
  const text = lines[line];
  if (text === undefined) return false;
  // Of a table the scan keeps no line; it stands where a type is declared.
  if (node.snippet === undefined) return /\b(class|record|struct|model|table|entity|interface|schema)\b/i.test(text);
  if (!node.snippet.includes(REDACTED)) return snippetOf(text) === node.snippet;
  const [before = ''] = node.snippet.split(REDACTED);
  return snippetOf(text).startsWith(before);
}
