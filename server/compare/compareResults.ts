import type { ComparisonItem, Difference } from '#protocol/compare.ts';
import type { EntitySchema, GraphNode, NodeKind, Workflow } from '#protocol/graph.ts';
import type { ListedEndpoint, TableSummary } from '../store/resultIndex.ts';
import type { NodeFacts, ResultReader } from '../store/resultReader.ts';
import { ComparedResult } from './comparedResult.ts';
import { byName, type Comparison, ComparisonBuilder, difference, single } from './comparison.ts';

/** Compares two results by the stable identities of their nodes; lines play no part. */
export async function compareResults(before: ResultReader, after: ResultReader): Promise<Comparison> {
  const builder = new ComparisonBuilder();
  const [a, b] = await ComparedResult.pair(before, after);
  compareNodes(a, b, builder);
  await compareUnresolved(a, b, builder);
  await compareEndpoints(a, b, builder);
  await compareTables(a, b, builder);
  await compareWorkflows(a, b, builder);
  return builder.build();
}

type Place = Pick<ComparisonItem, 'id' | 'name' | 'kind' | 'root' | 'file' | 'line' | 'confidence'>;

function placeOf(node: GraphNode): Place {
  const { id, name, kind, root, file, start_line: line, confidence } = node;
  return { id, name, kind, root, file, line, confidence };
}

function compareNodes(a: ComparedResult, b: ComparedResult, builder: ComparisonBuilder): void {
  const report = (side: ComparedResult, key: string, change: 'added' | 'removed' | 'changed'): void => {
    builder.add('nodes', change, () => {
      const node = side.nodeOf(key);
      const differences = node && change === 'changed' ? nodeDifferences(a.nodeOf(key), node) : [];
      return { ...(node ? placeOf(node) : { id: key, name: key }), differences };
    });
  };
  for (const [key, facts] of b.facts) {
    const earlier = a.facts.get(key);
    if (!earlier) report(b, key, 'added');
    else if (factsOf(earlier) !== factsOf(facts)) report(b, key, 'changed');
  }
  for (const key of a.facts.keys()) if (!b.facts.has(key)) report(a, key, 'removed');
}

function factsOf({ confidence, provider }: NodeFacts): string {
  return `${confidence} ${provider ?? ''}`;
}

function nodeDifferences(before: GraphNode | undefined, after: GraphNode): Difference[] {
  return [
    ...difference('confidence', single(before?.confidence), single(after.confidence)),
    ...difference('provider', single(before?.provider), single(after.provider)),
  ];
}

async function compareUnresolved(a: ComparedResult, b: ComparedResult, builder: ComparisonBuilder): Promise<void> {
  const [before, after] = [await unresolvedOf(a), await unresolvedOf(b)];
  const item = ({ node, reason }: { node: GraphNode; reason: string }) => ({
    ...placeOf(node),
    kind: reason,
    differences: [],
  });
  for (const [key, value] of after) if (!before.has(key)) builder.add('unresolved', 'added', () => item(value));
  for (const [key, value] of before) if (!after.has(key)) builder.add('unresolved', 'removed', () => item(value));
}

async function unresolvedOf(side: ComparedResult): Promise<Map<string, { node: GraphNode; reason: string }>> {
  const found = new Map<string, { node: GraphNode; reason: string }>();
  for await (const items of side.result.items('unresolved')) {
    for (const { node: id, reason } of items) {
      const node = side.result.node(id);
      if (node) found.set(`${side.key(id)}\0${reason}`, { node, reason });
    }
  }
  return found;
}

/** An endpoint with the keys of its callers. */
interface ComparedEndpoint {
  node: GraphNode;
  endpoint: ListedEndpoint;
  callers: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

async function compareEndpoints(a: ComparedResult, b: ComparedResult, builder: ComparisonBuilder): Promise<void> {
  const [before, after] = [await endpointsOf(a), await endpointsOf(b)];
  const moved = movedEndpoints(before, after);
  const movedFrom = new Set(moved.values());
  for (const [key, endpoint] of after) {
    const earlier = before.get(key) ?? before.get(moved.get(key) ?? '');
    const differences = endpointDifferences(a, earlier, b, endpoint);
    const item = () => ({ ...placeOf(endpoint.node), differences });
    if (!earlier) builder.add('endpoints', 'added', item);
    else if (differences.length > 0) builder.add('endpoints', 'changed', item);
  }
  for (const [key, endpoint] of before) {
    if (after.has(key) || movedFrom.has(key)) continue;
    const differences = endpointDifferences(a, endpoint, b, undefined);
    builder.add('endpoints', 'removed', () => ({ ...placeOf(endpoint.node), differences }));
  }
}

async function endpointsOf(side: ComparedResult): Promise<Map<string, ComparedEndpoint>> {
  const callers = await side.sourcesByTarget('requests', (id) => side.key(id));
  const found = new Map<string, ComparedEndpoint>();
  for await (const endpoints of side.result.items('endpoints')) {
    for (const endpoint of endpoints) {
      const node = side.result.node(endpoint.node);
      const key = side.key(endpoint.node);
      if (node) found.set(key, { node, endpoint, callers: callers.get(key) ?? NOBODY });
    }
  }
  return found;
}

/**
 * Endpoints that stand elsewhere but serve the same verb and route: new key by old key. Clients do not notice that an
 * endpoint has moved to another file or method.
 */
function movedEndpoints(
  before: ReadonlyMap<string, ComparedEndpoint>,
  after: ReadonlyMap<string, ComparedEndpoint>,
): Map<string, string> {
  const route = ({ node }: ComparedEndpoint): string => `${node.method ?? ''} ${node.target ?? node.name}`;
  const gone = Map.groupBy(
    [...before].filter(([key]) => !after.has(key)),
    ([, endpoint]) => route(endpoint),
  );
  const come = Map.groupBy(
    [...after].filter(([key]) => !before.has(key)),
    ([, endpoint]) => route(endpoint),
  );
  const moved = new Map<string, string>();
  for (const [name, arrivals] of come) {
    const departures = gone.get(name) ?? [];
    for (const [index, [key]] of arrivals.entries()) {
      const departure = departures[index];
      if (departure) moved.set(key, departure[0]);
    }
  }
  return moved;
}

function endpointDifferences(
  a: ComparedResult,
  before: ComparedEndpoint | undefined,
  b: ComparedResult,
  after: ComparedEndpoint | undefined,
): Difference[] {
  const handlers = (side: ComparedResult, endpoint: ComparedEndpoint | undefined) =>
    side.names((endpoint?.endpoint.handlers ?? []).map((id) => side.key(id)));
  const differences = [
    ...difference('reads', byName(before?.endpoint.reads ?? []), byName(after?.endpoint.reads ?? [])),
    ...difference('writes', byName(before?.endpoint.writes ?? []), byName(after?.endpoint.writes ?? [])),
    ...difference('callers', a.names(before?.callers ?? NOBODY), b.names(after?.callers ?? NOBODY)),
    ...difference('handlers', handlers(a, before), handlers(b, after)),
  ];
  if (!before || !after) return differences;
  const place = difference('place', single(before.node.file), single(after.node.file));
  return [...differences, ...place, ...nodeDifferences(before.node, after.node)];
}

/** A table with the keys of the operations that read and write it. */
interface ComparedTable {
  summary: TableSummary;
  place: Place;
  readers: Set<string>;
  writers: Set<string>;
}

async function compareTables(a: ComparedResult, b: ComparedResult, builder: ComparisonBuilder): Promise<void> {
  const [before, after] = [await tablesOf(a), await tablesOf(b)];
  for (const [name, table] of after) {
    const earlier = before.get(name);
    const differences = tableDifferences(a, earlier, b, table);
    const item = () => ({ ...table.place, differences });
    if (!earlier) builder.add('tables', 'added', item);
    else if (differences.length > 0) builder.add('tables', 'changed', item);
  }
  for (const [name, table] of before) {
    if (after.has(name)) continue;
    const differences = tableDifferences(a, table, b, undefined);
    builder.add('tables', 'removed', () => ({ ...table.place, differences }));
  }
}

async function tablesOf(side: ComparedResult): Promise<Map<string, ComparedTable>> {
  const accesses = await side.sourcesByTarget('accesses', (id) => side.result.node(id)?.name ?? '');
  const found = new Map<string, ComparedTable>();
  for await (const tables of side.result.items('tables')) {
    for (const summary of tables) {
      const table: ComparedTable = {
        summary,
        place: tablePlace(side, summary),
        readers: new Set(),
        writers: new Set(),
      };
      for (const key of accesses.get(summary.table) ?? NOBODY) {
        const writes = side.facts.get(key)?.kind === 'database_write';
        (writes ? table.writers : table.readers).add(key);
      }
      found.set(summary.table, table);
    }
  }
  return found;
}

function tablePlace(side: ComparedResult, { table, node: nodeId, schema }: TableSummary): Place {
  const node = nodeId === undefined ? undefined : side.result.node(nodeId);
  if (node) return { ...placeOf(node), id: table, name: table };
  return { id: table, name: table, ...(schema && { root: schema.root, file: schema.file, line: schema.line }) };
}

function tableDifferences(
  a: ComparedResult,
  before: ComparedTable | undefined,
  b: ComparedResult,
  after: ComparedTable | undefined,
): Difference[] {
  return [
    ...difference('columns', byName(columns(before?.summary.schema)), byName(columns(after?.summary.schema))),
    ...difference('relations', byName(relations(before?.summary.schema)), byName(relations(after?.summary.schema))),
    ...difference('readers', a.names(before?.readers ?? NOBODY), b.names(after?.readers ?? NOBODY)),
    ...difference('writers', a.names(before?.writers ?? NOBODY), b.names(after?.writers ?? NOBODY)),
  ];
}

function columns(schema: EntitySchema | undefined): string[] {
  return (schema?.columns ?? []).map(({ name, type, key, nullable }) =>
    [name, ...(type ? [type] : []), ...(key ? ['key'] : []), ...(nullable ? ['nullable'] : [])].join(' '),
  );
}

function relations(schema: EntitySchema | undefined): string[] {
  return (schema?.relations ?? []).map(
    ({ kind, entity, via }) => `${kind.replaceAll('_', ' ')} ${entity}${via ? ` (${via})` : ''}`,
  );
}

async function compareWorkflows(a: ComparedResult, b: ComparedResult, builder: ComparisonBuilder): Promise<void> {
  const before = await workflowsOf(a);
  for await (const workflows of b.result.items('workflows')) {
    for (const workflow of workflows) {
      const key = b.key(workflow.id);
      const earlier = before.get(key);
      before.delete(key);
      const differences = workflowDifferences(a, earlier, b, workflow);
      const item = () => ({ ...workflowPlace(b, workflow), differences });
      if (!earlier) builder.add('workflows', 'added', item);
      else if (differences.length > 0) builder.add('workflows', 'changed', item);
    }
  }
  for (const workflow of before.values()) {
    const differences = workflowDifferences(a, workflow, b, undefined);
    builder.add('workflows', 'removed', () => ({ ...workflowPlace(a, workflow), differences }));
  }
}

async function workflowsOf(side: ComparedResult): Promise<Map<string, Workflow>> {
  const found = new Map<string, Workflow>();
  for await (const workflows of side.result.items('workflows')) {
    for (const workflow of workflows) found.set(side.key(workflow.id), workflow);
  }
  return found;
}

function workflowPlace(side: ComparedResult, { id, name, entry, confidence }: Workflow): Place {
  const node = side.result.node(entry);
  return { ...(node && placeOf(node)), id, name, confidence };
}

/** Steps that do something with data; functions in between may be renamed without a difference to the user. */
const IN_BETWEEN: ReadonlySet<NodeKind> = new Set<NodeKind>(['function', 'table']);

function workflowDifferences(
  a: ComparedResult,
  before: Workflow | undefined,
  b: ComparedResult,
  after: Workflow | undefined,
): Difference[] {
  const differences = [
    ...difference('reads', byName(before?.reads ?? []), byName(after?.reads ?? [])),
    ...difference('writes', byName(before?.writes ?? []), byName(after?.writes ?? [])),
    ...operationDifferences(a, before, b, after),
  ];
  if (!before || !after) return differences;
  return [...differences, ...difference('confidence', single(before.confidence), single(after.confidence))];
}

/** Nodes are looked up only where the steps are not the same. */
function operationDifferences(
  a: ComparedResult,
  before: Workflow | undefined,
  b: ComparedResult,
  after: Workflow | undefined,
): Difference[] {
  const [old, now] = [stepKeys(a, before), stepKeys(b, after)];
  const isOperation = (side: ComparedResult) => (key: string) => {
    const kind = side.facts.get(key)?.kind;
    return kind !== undefined && !IN_BETWEEN.has(kind);
  };
  const gone = [...old].filter((key) => !now.has(key)).filter(isOperation(a));
  const come = [...now].filter((key) => !old.has(key)).filter(isOperation(b));
  return difference('operations', a.names(gone), b.names(come));
}

function stepKeys(side: ComparedResult, workflow: Workflow | undefined): Set<string> {
  return new Set((workflow?.steps ?? []).map((step) => side.key(step.node)));
}
