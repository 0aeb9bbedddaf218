import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GraphEdge, GraphNode } from '#protocol/graph.ts';
import { type EngineRequest, type EngineResult, scan } from '#engine/scan.ts';

/**
 * Writes files into a new temporary folder, scans it with the real engine and removes it again.
 * @param files contents by path relative to the folder; the first path segment is not a root
 */
export async function scanFiles(
  files: Record<string, string>,
  options: Omit<Partial<EngineRequest>, 'roots'> = {},
): Promise<EngineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pinata-scan-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
    return await scan({ roots: [{ name: 'app', path: folder }], ...options }, hooks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line a node, for assertions: `database_read Article a.cs:12`. */
export function describeNode(node: GraphNode): string {
  const verb = node.method === undefined ? '' : `${node.method} `;
  return `${node.kind} ${verb}${node.target ?? node.name} ${node.file}:${node.start_line}`;
}

/** All operations, without functions and tables, in the order of the result. */
export function operationsOf(result: EngineResult): string[] {
  return result.nodes.filter((node) => node.kind !== 'function' && node.kind !== 'table').map(describeNode);
}

/** One line an edge: `calls a.ts:3 -> b.ts:7 certain`. */
export function edgesOf(result: EngineResult, kind: GraphEdge['kind']): string[] {
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  const place = (id: string): string => {
    const node = nodes.get(id);
    return node ? `${node.file}:${node.start_line}` : id;
  };
  return result.edges
    .filter((edge) => edge.kind === kind)
    .map((edge) => `${place(edge.source)} -> ${place(edge.target)} ${edge.confidence}`);
}
