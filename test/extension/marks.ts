import type { GraphNode } from '#protocol/graph.ts';
import type { CodeMark } from '#protocol/marks.ts';

/** A mark as the server sends it, with what the test is about; lines and columns are 1-based. */
export function markOf(wanted: {
  id?: string;
  line?: number;
  column?: number;
  lines?: number;
  snippet?: string;
  role?: CodeMark['role'];
  kind?: GraphNode['kind'];
  name?: string;
  workflows?: number;
  more?: Partial<CodeMark>;
}): CodeMark {
  const { id = 'node', line = 1, column = 1, lines = 0, role = 'operation', kind = 'function', workflows = 0 } = wanted;
  return {
    node: {
      id,
      kind,
      name: wanted.name ?? id,
      root: 'shop',
      file: 'a.cs',
      start_line: line,
      start_column: column,
      end_line: line + lines,
      end_column: 80,
      rule: 'test',
      confidence: 'certain',
      ...(wanted.snippet === undefined ? {} : { snippet: wanted.snippet }),
    },
    role,
    workflows,
    reads: [],
    writes: [],
    ...wanted.more,
  };
}
