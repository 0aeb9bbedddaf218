import type { EngineResult } from '#engine/scan.ts';
import type { GraphNode } from '#protocol/graph.ts';

/** A group that a workflow belongs to; `workflow` is its place in the result. */
export interface WorkflowGroupRow {
  grouping: 'page' | 'endpoint' | 'table' | 'confidence' | 'node';
  key: string;
  label: string;
  workflow: number;
}

/** Operations that lists show with the workflows they are part of. */
const LISTED_KINDS: ReadonlySet<string> = new Set([
  'message_send',
  'message_receive',
  'file_read',
  'file_write',
  'cache_read',
  'cache_write',
]);

/** Key of the group of what has no endpoint or table; no node or table is called so. */
const NONE = ':none';

/** What stands for the page of a workflow that starts on none. */
const WITHOUT_PAGE: Readonly<Record<string, string>> = {
  api_endpoint: 'Endpoints called from elsewhere',
  message_receive: 'Messages',
  scheduled_task: 'Scheduled tasks',
};

/** The groups of every workflow: the page it starts on, the endpoints and tables on its way, how sure it is. */
export function workflowGroupRows(result: EngineResult, nodes: ReadonlyMap<string, GraphNode>): WorkflowGroupRow[] {
  const pages = pageLabels(result.nodes);
  const rows: WorkflowGroupRow[] = [];
  for (const [workflow, { entry, steps, reads, writes, confidence }] of result.workflows.entries()) {
    const add = (grouping: WorkflowGroupRow['grouping'], key: string, label: string): void => {
      rows.push({ grouping, key, label, workflow });
    };
    add('confidence', confidence, confidence);
    const start = nodes.get(entry);
    if (start) addPage(start, pages, add);
    const operations = steps.flatMap((step) => nodes.get(step.node) ?? []);
    const endpoints = operations.filter((node) => node.kind === 'api_endpoint');
    for (const node of endpoints) add('endpoint', node.id, node.name);
    if (endpoints.length === 0) add('endpoint', NONE, 'No endpoint');
    for (const table of new Set([...writes, ...reads])) add('table', table, table);
    if (reads.length + writes.length === 0) add('table', NONE, 'No table');
    for (const node of operations) if (LISTED_KINDS.has(node.kind)) add('node', node.id, node.name);
  }
  return rows;
}

function addPage(
  start: GraphNode,
  pages: ReadonlyMap<string, string>,
  add: (grouping: 'page', key: string, label: string) => void,
): void {
  const elsewhere = WITHOUT_PAGE[start.kind];
  if (elsewhere !== undefined) {
    add('page', `:${start.kind}`, elsewhere);
    return;
  }
  const component = start.symbol ?? start.file;
  add('page', component, pages.get(component) ?? lastName(component));
}

/** By component, the route it is reached at and its name. */
function pageLabels(nodes: readonly GraphNode[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { kind, symbol, target } of nodes) {
    if (kind !== 'ui_page' || symbol === undefined || labels.has(symbol)) continue;
    labels.set(symbol, target === undefined ? lastName(symbol) : `${lastName(symbol)} (${target})`);
  }
  return labels;
}

function lastName(symbol: string): string {
  return symbol.split('.').at(-1) ?? symbol;
}
