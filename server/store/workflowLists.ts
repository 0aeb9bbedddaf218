import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type GraphEdge, type GraphNode, type Workflow } from '#protocol/graph.ts';
import type {
  CandidateDetail,
  WorkflowDetail,
  WorkflowGroupQuery,
  WorkflowGroups,
  WorkflowHop,
} from '#protocol/views.ts';

/** Most groups in one answer; grouping by more is no help to a reader. */
const MOST_GROUPS = 2000;

/** Groups of the workflows that match, the largest first. */
export function workflowGroups(database: DatabaseSync, scan: number, query: WorkflowGroupQuery): WorkflowGroups {
  const where = ['g.scan = ?', 'g.grouping = ?'];
  const values: SQLInputValue[] = [scan, query.by];
  const joined = query.q !== undefined || query.confidence !== undefined;
  if (query.confidence !== undefined) {
    where.push('w.confidence = ?');
    values.push(query.confidence);
  }
  if (query.q !== undefined && query.q !== '') {
    const pattern = `%${query.q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    where.push(`(w.name LIKE ? ESCAPE '\\' OR w.target LIKE ? ESCAPE '\\' OR w.file LIKE ? ESCAPE '\\')`);
    values.push(pattern, pattern, pattern);
  }
  const join = joined ? 'JOIN workflows AS w ON w.scan = g.scan AND w.ord = g.workflow' : '';
  const groups = database
    .prepare(
      `SELECT g.key AS key, min(g.label) AS label, count(*) AS n FROM workflow_groups AS g ${join}
       WHERE ${where.join(' AND ')} GROUP BY g.key ORDER BY n DESC, label, key`,
    )
    .all(...values);
  return {
    groups: groups.slice(0, MOST_GROUPS).map((row) => ({
      key: String(row['key']),
      label: String(row['label']),
      workflows: Number(row['n']),
    })),
    total: groups.length,
  };
}

/** A workflow with the proof of every hop. A node stands in a workflow once. */
export function workflowDetail(
  workflow: Workflow,
  find: (id: string) => GraphNode | undefined,
  findEdge: (ord: number) => GraphEdge | undefined,
): WorkflowDetail {
  const places = new Map<string, number>();
  const hops: WorkflowHop[] = [];
  for (const step of workflow.steps) {
    const node = find(step.node);
    if (!node) continue;
    const edge = step.edge === undefined ? undefined : findEdge(step.edge);
    const parent = edge ? (places.get(edge.source) ?? 0) : -1;
    if (!places.has(step.node)) places.set(step.node, hops.length);
    hops.push({ node, parent, ...(edge && { edge }), ...candidatesOf(edge, find) });
  }
  const { id, name, reads, writes, confidence, story } = workflow;
  return { id, name, reads, writes, confidence, story, hops };
}

/** Most rejected candidates shown for one link. */
const MOST_CANDIDATES = 20;

function candidatesOf(
  edge: GraphEdge | undefined,
  find: (id: string) => GraphNode | undefined,
): { candidates?: CandidateDetail[] } {
  if (!edge?.candidates) return {};
  const candidates = edge.candidates.slice(0, MOST_CANDIDATES).map(({ node: id, reason }) => {
    const node = find(id);
    return { id, reason, ...(node && { node }) };
  });
  return { candidates };
}
