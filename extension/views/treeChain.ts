import type { WorkflowHop } from '#protocol/views.ts';
import { nodeRow, type TreeRow } from './treeRow.ts';

/** The hops of a workflow, each below the one it follows from; open from the start, because the chain is what one reads. */
export function chainRows(hops: readonly WorkflowHop[]): TreeRow[] {
  const below = (parent: number): TreeRow[] =>
    hops.flatMap((hop, index) => (hop.parent === parent ? [hopRow(hop, below(index))] : []));
  return below(-1);
}

function hopRow({ node, edge }: WorkflowHop, below: TreeRow[]): TreeRow {
  const row = nodeRow(node);
  const unsure = edge && edge.confidence !== 'certain' ? edge.confidence : '';
  return {
    ...row,
    description: [row.description, unsure].filter(Boolean).join(' · '),
    ...(below.length > 0 ? { children: async () => below, expanded: true } : {}),
  };
}
