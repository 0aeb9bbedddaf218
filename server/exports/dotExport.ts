import type { GraphEdge, GraphNode, NodeKind } from '#protocol/graph.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { dotString, shortened } from './escape.ts';
import { kindLabel, placeOf } from './labels.ts';

const LABEL_LENGTH = 160;

const SHAPES: Partial<Record<NodeKind, string>> = {
  table: 'cylinder',
  api_endpoint: 'hexagon',
  api_call: 'cds',
  ui_page: 'tab',
  ui_action: 'oval',
  function: 'plain',
  file_read: 'note',
  file_write: 'note',
};
const STYLES: Record<GraphEdge['confidence'], string> = { certain: 'solid', likely: 'dashed', possible: 'dotted' };

/** The whole graph in the language of Graphviz. */
export async function* dotExport(result: ResultReader): AsyncIterable<string> {
  yield 'digraph pinata {\n  rankdir=LR;\n  node [shape=box, fontname="sans-serif"];\n';
  for await (const nodes of result.items('nodes')) yield nodes.map(nodeLine).join('');
  for await (const edges of result.items('edges')) yield edges.map(edgeLine).join('');
  yield '}\n';
}

function nodeLine(node: GraphNode): string {
  const label = dotString(shortened(`${kindLabel(node.kind)}: ${node.name}`, LABEL_LENGTH));
  const shape = SHAPES[node.kind];
  const attributes = [`label=${label}`, `tooltip=${dotString(placeOf(node))}`, ...(shape ? [`shape=${shape}`] : [])];
  return `  ${dotString(node.id)} [${attributes.join(', ')}];\n`;
}

function edgeLine(edge: GraphEdge): string {
  const ends = `${dotString(edge.source)} -> ${dotString(edge.target)}`;
  return `  ${ends} [label=${dotString(edge.kind)}, style=${STYLES[edge.confidence]}];\n`;
}
