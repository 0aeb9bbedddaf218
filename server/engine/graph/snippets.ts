import { readFileSync } from 'node:fs';
import type { GraphNode } from '#protocol/graph.ts';
import { decodeSource } from '../discover/content.ts';
import { redact } from './redact.ts';

const MAX_SNIPPET = 160;

/**
 * Adds to every operation the source line it starts on, cut and with secrets removed.
 * @param pathOf absolute path of a file, undefined when it is not to be read
 */
export function addSnippets(
  nodes: readonly GraphNode[],
  pathOf: (root: string, file: string) => string | undefined,
): void {
  let key = '';
  let lines: string[] = [];
  for (const node of nodes) {
    if (node.kind === 'table') continue;
    const path = pathOf(node.root, node.file);
    if (path === undefined) continue;
    if (path !== key) {
      key = path;
      lines = readLines(path);
    }
    const line = lines[node.start_line - 1]?.trim();
    if (line !== undefined && line !== '')
      node.snippet = redact(line.length > MAX_SNIPPET ? `${line.slice(0, MAX_SNIPPET)}…` : line);
  }
}

/** A file that went away since it was scanned has no snippets. */
function readLines(path: string): string[] {
  try {
    const decoded = decodeSource(readFileSync(path));
    return 'text' in decoded ? decoded.text.split('\n') : [];
  } catch {
    return [];
  }
}
