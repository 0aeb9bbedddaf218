import type { AnchoredMark } from './anchors.ts';

/**
 * The mark that a cursor means: what stands on its line, an operation before the function around it, otherwise the
 * innermost function around it that is part of a workflow.
 * @param line 0-based
 */
export function markAt(anchors: readonly AnchoredMark[], line: number): AnchoredMark | null {
  const inWorkflow = anchors.filter(({ mark }) => mark.workflows > 0);
  const here = inWorkflow.filter((anchor) => anchor.line === line);
  const onLine = here.find(({ mark }) => mark.role !== 'function') ?? here[0];
  if (onLine) return onLine;
  const around = inWorkflow.filter((anchor) => spans(anchor, line));
  return around.toSorted((a, b) => length(a) - length(b))[0] ?? null;
}

/** The entity declared around a line, for "what reads or writes this table". */
export function entityAt(anchors: readonly AnchoredMark[], line: number): AnchoredMark | null {
  return anchors.find((anchor) => anchor.mark.role === 'entity' && spans(anchor, line)) ?? null;
}

/** Lines of a node; edits inside it since the scan are not counted. */
function length({ mark: { node } }: AnchoredMark): number {
  return node.end_line - node.start_line;
}

function spans(anchor: AnchoredMark, line: number): boolean {
  return anchor.line <= line && line <= anchor.line + length(anchor);
}
