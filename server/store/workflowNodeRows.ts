import type { EngineResult } from '#engine/scan.ts';

/** Most workflows listed for one node; the count beside them is complete. */
const LISTED = 200;

/** A node that workflows pass through; workflows by their place in the result. */
export interface WorkflowNodeRow {
  node: string;
  workflows: number[];
  total: number;
}

/** By node, the workflows that pass through it. */
export function workflowNodeRows({ workflows }: Pick<EngineResult, 'workflows'>): WorkflowNodeRow[] {
  const rows = new Map<string, WorkflowNodeRow>();
  for (const [place, { steps }] of workflows.entries()) {
    for (const node of new Set(steps.map((step) => step.node))) {
      const row = rows.get(node) ?? { node, workflows: [], total: 0 };
      rows.set(node, row);
      row.total++;
      if (row.workflows.length < LISTED) row.workflows.push(place);
    }
  }
  return [...rows.values()];
}
