import type { EdgeKind, UnresolvedReason } from '#protocol/graph.ts';
import type { DraftNode } from '../graph/graphBuilder.ts';
import type { Linker } from './linker.ts';

/** What must follow an operation of a kind, and what is said where nothing does. */
const EXPECTED: Readonly<Record<string, { edge: EdgeKind; reason: UnresolvedReason; detail: string }>> = {
  database_read: {
    edge: 'accesses',
    reason: 'unknown_table',
    detail: 'the table is not named where the query is made',
  },
  database_write: {
    edge: 'accesses',
    reason: 'unknown_table',
    detail: 'the table is not named where the query is made',
  },
  ui_page: { edge: 'handles', reason: 'no_handler_found', detail: 'no code of the page that runs when it is opened' },
};

/** Says of every operation that nothing follows, and that nothing was said of so far, why that is. */
export function explainUnjoined(linker: Linker): void {
  const { graph } = linker;
  const followed = new Map<EdgeKind, Set<DraftNode>>();
  for (const { source, kind } of graph.edges) {
    const known = followed.get(kind);
    if (known) known.add(source);
    else followed.set(kind, new Set([source]));
  }
  const explained = graph.explained();
  for (const node of graph.operations) {
    const expected = EXPECTED[node.kind];
    if (!expected || followed.get(expected.edge)?.has(node) === true || explained.has(node)) continue;
    graph.unresolved(node, expected.reason, expected.detail);
  }
}
