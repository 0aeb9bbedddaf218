import {
  CONFIDENCES,
  type Confidence,
  type GraphEdge,
  type GraphNode,
  type Workflow,
  type WorkflowStep,
} from '#protocol/graph.ts';
import { workflowName, workflowStory } from './story.ts';

const ENTRY_KINDS: ReadonlySet<string> = new Set([
  'ui_action',
  'ui_page',
  'api_endpoint',
  'message_receive',
  'scheduled_task',
]);
const OPERATIONS_AT_END: ReadonlySet<string> = new Set([
  'database_read',
  'database_write',
  'api_call',
  'message_send',
  'file_read',
  'file_write',
  'cache_read',
  'cache_write',
]);
/** Rule of an access through a type parameter; the evidence says what it stands for. */
export const GENERIC_ACCESS = 'generic_access';
const MAX_STEPS = 400;
/** Equally good targets of one hop that are followed; more of them say nothing. */
const MAX_ALTERNATIVES = 8;

/** Adjacency of a graph, edges by their index. */
interface Adjacency {
  out: Map<string, number[]>;
  edges: readonly GraphEdge[];
  nodes: Map<string, GraphNode>;
}

/**
 * Follows every entry point to the operations it reaches. An endpoint that a client call reaches is part of that
 * call's workflow and has none of its own. Where several targets fit equally all of them are followed, which makes the
 * workflow `possible`; what is reached for sure is never told by such a hop.
 */
export function buildWorkflows(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Workflow[] {
  const graph = adjacency(nodes, edges);
  const requested = new Set(
    edges.filter((edge) => edge.kind === 'requests' && edge.confidence !== 'possible').map((edge) => edge.target),
  );
  const workflows: Workflow[] = [];
  for (const entry of nodes) {
    if (!ENTRY_KINDS.has(entry.kind)) continue;
    if (entry.kind === 'api_endpoint' && requested.has(entry.id)) continue;
    const workflow = follow(entry, graph);
    if (workflow) workflows.push(workflow);
  }
  return workflows;
}

function adjacency(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Adjacency {
  const out = new Map<string, number[]>();
  for (const [index, edge] of edges.entries()) {
    const known = out.get(edge.source);
    if (known) known.push(index);
    else out.set(edge.source, [index]);
  }
  return { out, edges, nodes: new Map(nodes.map((node) => [node.id, node])) };
}

/** One workflow; undefined for an entry point that leads to no operation. Depth first, in the order of the source. */
function follow(entry: GraphNode, graph: Adjacency): Workflow | undefined {
  const steps: WorkflowStep[] = [{ node: entry.id }];
  const surely = reachedSurely(entry.id, graph);
  const seen = new Set([entry.id]);
  const visit = (id: string): void => {
    for (const index of followedEdges(id, graph)) {
      const edge = graph.edges[index] as GraphEdge;
      const isTold = seen.has(edge.target) || (edge.confidence === 'possible' && surely.has(edge.target));
      if (isTold || steps.length >= MAX_STEPS) continue;
      seen.add(edge.target);
      steps.push({ node: edge.target, edge: index });
      // What a page does when it is opened is a workflow of its own.
      if (edge.kind !== 'navigates') visit(edge.target);
    }
  };
  visit(entry.id);
  const kept = withoutDeadEnds(steps, graph);
  const found = kept.map((step) => graph.nodes.get(step.node) as GraphNode);
  if (!found.some((node) => OPERATIONS_AT_END.has(node.kind))) return undefined;
  const tables = tablesOf(kept, graph);
  return {
    id: entry.id,
    name: workflowName(entry, found),
    entry: entry.id,
    steps: kept,
    ...tables,
    confidence: weakest(kept, graph, entry),
    story: workflowStory(entry, found, tables),
  };
}

/** What is reached without a hop that has equally good alternatives. */
function reachedSurely(from: string, graph: Adjacency): ReadonlySet<string> {
  const reached = new Set([from]);
  const pending = [from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const index of graph.out.get(id) ?? []) {
      const { target, kind, confidence } = graph.edges[index] as GraphEdge;
      if (confidence === 'possible' || reached.has(target)) continue;
      reached.add(target);
      if (kind !== 'navigates') pending.push(target);
    }
  }
  return reached;
}

/** The edges a workflow follows, in the order of the source: one of too many alternatives is none of them. */
function followedEdges(id: string, graph: Adjacency): number[] {
  const edges = orderedEdges(id, graph);
  const alternatives = edges.filter((index) => graph.edges[index]?.confidence === 'possible').length;
  if (alternatives <= MAX_ALTERNATIVES) return edges;
  return edges.filter((index) => graph.edges[index]?.confidence !== 'possible');
}

function orderedEdges(id: string, graph: Adjacency): number[] {
  const indexes = graph.out.get(id) ?? [];
  const line = (index: number): number => {
    const edge = graph.edges[index] as GraphEdge;
    return edge.evidence?.from.line ?? 0;
  };
  const place = (index: number): number => {
    const edge = graph.edges[index] as GraphEdge;
    const target = graph.nodes.get(edge.target);
    return edge.kind === 'performs' ? (target?.start_line ?? 0) : line(index);
  };
  return [...indexes].sort((a, b) => place(a) - place(b) || a - b);
}

/** Leaves out functions from which nothing further in the workflow is reached. */
function withoutDeadEnds(steps: readonly WorkflowStep[], graph: Adjacency): WorkflowStep[] {
  const useful = new Set<string>();
  for (const step of steps.toReversed()) {
    const node = graph.nodes.get(step.node);
    const isEnd = node !== undefined && node.kind !== 'function';
    if (isEnd || useful.has(step.node)) {
      useful.add(step.node);
      const edge = step.edge === undefined ? undefined : graph.edges[step.edge];
      if (edge) useful.add(edge.source);
    }
  }
  return steps.filter((step) => useful.has(step.node));
}

function tablesOf(steps: readonly WorkflowStep[], graph: Adjacency): { reads: string[]; writes: string[] } {
  const bound = boundTypes(steps, graph);
  const reads = new Set<string>();
  const writes = new Set<string>();
  for (const { node } of steps) {
    const operation = graph.nodes.get(node);
    if (operation?.kind !== 'database_read' && operation?.kind !== 'database_write') continue;
    for (const index of graph.out.get(node) ?? []) {
      const edge = graph.edges[index] as GraphEdge;
      if (edge.kind !== 'accesses') continue;
      if (edge.rule === GENERIC_ACCESS && !bound.has(typeOfBinding(edge.evidence?.detail ?? ''))) continue;
      (operation.kind === 'database_read' ? reads : writes).add(graph.nodes.get(edge.target)?.name ?? '');
    }
  }
  return { reads: [...reads].sort(), writes: [...writes].sort() };
}

/** What the calls of a workflow bind type parameters to: generic code accesses only that. */
function boundTypes(steps: readonly WorkflowStep[], graph: Adjacency): Set<string> {
  const included = new Set(steps.map((step) => step.node));
  const bound = new Set<string>();
  for (const { node } of steps) {
    for (const index of graph.out.get(node) ?? []) {
      const edge = graph.edges[index] as GraphEdge;
      if (edge.kind !== 'calls' || !included.has(edge.target)) continue;
      for (const binding of edge.evidence?.detail?.split(', ') ?? []) bound.add(typeOfBinding(binding));
    }
  }
  return bound;
}

/** `Order` of `T = Order`; empty for other texts. */
function typeOfBinding(text: string): string {
  return /^\w+ = (\S+)$/.exec(text)?.[1] ?? '';
}

/** A path is as sure as its weakest hop. */
function weakest(steps: readonly WorkflowStep[], graph: Adjacency, entry: GraphNode): Confidence {
  let lowest = CONFIDENCES.indexOf(entry.confidence);
  for (const { node, edge } of steps) {
    const edgeConfidence = edge === undefined ? undefined : graph.edges[edge]?.confidence;
    for (const confidence of [graph.nodes.get(node)?.confidence, edgeConfidence]) {
      if (confidence) lowest = Math.max(lowest, CONFIDENCES.indexOf(confidence));
    }
  }
  return CONFIDENCES[lowest] ?? 'possible';
}
