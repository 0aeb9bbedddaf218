import type { GraphEdge, Suppressed } from '#protocol/graph.ts';
import type { Judgement } from '../link/workspaceSettings.ts';
import type { Graph } from './graphBuilder.ts';

/** Applies what users said of nodes and links: wrong ones are taken out, and listed; right ones become certain. */
export function applyJudgements(
  graph: Graph,
  suppressions: readonly Judgement[],
  confirmations: readonly Judgement[],
): Suppressed[] {
  const suppressed: Suppressed[] = [];
  for (const judgement of suppressions) {
    const taken =
      'node' in judgement
        ? suppressNode(graph, judgement.node)
        : suppressEdge(graph, judgement.source, judgement.target);
    if (taken) suppressed.push(judgement);
  }
  for (const judgement of confirmations) {
    if ('node' in judgement) continue;
    for (const edge of graph.edges)
      if (isBetween(edge, judgement.source, judgement.target)) confirm(edge, judgement.reason);
  }
  return suppressed;
}

function suppressNode(graph: Graph, id: string): boolean {
  const before = graph.nodes.length;
  graph.nodes = graph.nodes.filter((node) => node.id !== id);
  graph.edges = graph.edges.filter((edge) => edge.source !== id && edge.target !== id);
  graph.unresolved = graph.unresolved.filter((entry) => entry.node !== id);
  return graph.nodes.length < before;
}

function suppressEdge(graph: Graph, source: string, target: string): boolean {
  const before = graph.edges.length;
  graph.edges = graph.edges.filter((edge) => !isBetween(edge, source, target));
  return graph.edges.length < before;
}

function isBetween(edge: GraphEdge, source: string, target: string): boolean {
  return edge.source === source && edge.target === target;
}

function confirm(edge: GraphEdge, reason: string): void {
  edge.confidence = 'certain';
  delete edge.candidates;
  if (edge.evidence) edge.evidence.detail = `${edge.evidence.detail ?? edge.rule}; confirmed: ${reason}`;
}
