import { readFileSync } from 'node:fs';
import type { GraphNode } from '#protocol/graph.ts';
import { decodeSource } from '../discover/content.ts';
import { contentHash } from '../contentHash.ts';
import { redact } from './redact.ts';

const MAX_SNIPPET = 160;

/** A file as it was when it was scanned. */
export interface FileVersion {
  /** Absolute path. */
  path: string;
  /** SHA-256 of the content. */
  hash: string;
}

/**
 * Adds to every operation the source line it starts on, cut and with secrets removed. A file that has changed since it
 * was scanned gets none: its lines are others.
 * @param versionOf undefined for a file that is not to be read
 */
export function addSnippets(
  nodes: readonly GraphNode[],
  versionOf: (root: string, file: string) => FileVersion | undefined,
): void {
  let key = '';
  let lines: string[] = [];
  for (const node of nodes) {
    if (node.kind === 'table') continue;
    const version = versionOf(node.root, node.file);
    if (version === undefined) continue;
    if (version.path !== key) {
      key = version.path;
      lines = readLines(version);
    }
    const line = lines[node.start_line - 1]?.trim();
    if (line !== undefined && line !== '')
      node.snippet = redact(line.length > MAX_SNIPPET ? `${line.slice(0, MAX_SNIPPET)}…` : line);
  }
}

function readLines({ path, hash }: FileVersion): string[] {
  try {
    const bytes = readFileSync(path);
    if (contentHash(bytes) !== hash) return [];
    const decoded = decodeSource(bytes);
    return 'text' in decoded ? decoded.text.split('\n') : [];
  } catch {
    // Gone in the meantime.
    return [];
  }
}
