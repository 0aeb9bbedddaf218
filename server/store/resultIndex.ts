import type { EntitySchema, GraphNode, ScanResult } from '#protocol/graph.ts';

/** Most nodes listed on each side of an endpoint or table; the counts beside them are complete. */
const LISTED = 200;

/** An endpoint with who calls it, what handles it and the tables it reaches; nodes by id. */
export interface EndpointSummary {
  node: GraphNode;
  callers: string[];
  handlers: string[];
  reads: string[];
  writes: string[];
}

/** An endpoint as it is stored: its own node by id, too. */
export type ListedEndpoint = Omit<EndpointSummary, 'node'> & { node: string };

/** A table with its schema and who reads and writes it; nodes by id. */
export interface TableSummary {
  table: string;
  node?: string;
  schema?: EntitySchema;
  readers: string[];
  writers: string[];
  readers_total: number;
  writers_total: number;
}

/** Endpoints in the order of their nodes. */
export function endpointSummaries(
  result: Pick<ScanResult, 'nodes' | 'edges'>,
  nodes: ReadonlyMap<string, GraphNode>,
): EndpointSummary[] {
  const outgoing = new Map<string, { target: string; kind: string }[]>();
  const callers = new Map<string, string[]>();
  for (const edge of result.edges) {
    if (edge.kind === 'requests') append(callers, edge.target, edge.source);
    if (REACHING.has(edge.kind)) append(outgoing, edge.source, { target: edge.target, kind: edge.kind });
  }
  return result.nodes
    .filter((node) => node.kind === 'api_endpoint')
    .map((node) => {
      const handlers = (outgoing.get(node.id) ?? []).filter((edge) => edge.kind === 'handles');
      return {
        node,
        callers: (callers.get(node.id) ?? []).slice(0, LISTED),
        handlers: handlers.map((edge) => edge.target),
        ...reachedTables(node.id, outgoing, nodes),
      };
    });
}

const REACHING: ReadonlySet<string> = new Set(['handles', 'calls', 'performs', 'accesses']);

function reachedTables(
  start: string,
  outgoing: Map<string, { target: string; kind: string }[]>,
  nodes: ReadonlyMap<string, GraphNode>,
): { reads: string[]; writes: string[] } {
  const reads = new Set<string>();
  const writes = new Set<string>();
  const seen = new Set([start]);
  const queue = [start];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    const writing = nodes.get(current)?.kind === 'database_write';
    for (const edge of outgoing.get(current) ?? []) {
      const table = edge.kind === 'accesses' ? nodes.get(edge.target) : undefined;
      if (table) (writing ? writes : reads).add(table.name);
      if (seen.has(edge.target)) continue;
      seen.add(edge.target);
      queue.push(edge.target);
    }
  }
  return { reads: [...reads].toSorted(), writes: [...writes].toSorted() };
}

/** Tables by name: those that are accessed and those that only a schema declares. */
export function tableSummaries(
  result: Pick<ScanResult, 'nodes' | 'edges' | 'schemas'>,
  nodes: ReadonlyMap<string, GraphNode>,
): TableSummary[] {
  const summaries = new Map<string, TableSummary>();
  const byNode = new Map<string, TableSummary>();
  for (const node of result.nodes) {
    if (node.kind !== 'table') continue;
    const summary = summaries.get(node.name) ?? emptyTable(node.name);
    summary.node ??= node.id;
    summaries.set(node.name, summary);
    byNode.set(node.id, summary);
  }
  for (const schema of result.schemas) {
    const summary = summaries.get(schema.table) ?? emptyTable(schema.table);
    summary.schema ??= schema;
    summaries.set(schema.table, summary);
  }
  for (const edge of result.edges) {
    const table = edge.kind === 'accesses' ? byNode.get(edge.target) : undefined;
    if (table) countAccess(table, edge.source, nodes.get(edge.source)?.kind === 'database_write');
  }
  return [...summaries.values()].toSorted((a, b) => (a.table < b.table ? -1 : 1));
}

function emptyTable(table: string): TableSummary {
  return { table, readers: [], writers: [], readers_total: 0, writers_total: 0 };
}

function countAccess(table: TableSummary, operation: string, writing: boolean): void {
  const list = writing ? table.writers : table.readers;
  if (list.length < LISTED) list.push(operation);
  if (writing) table.writers_total++;
  else table.readers_total++;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
