import type { GraphEdge, GraphNode, NodeKind } from '#protocol/graph.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { mermaidLabel } from './escape.ts';
import { kindLabel } from './labels.ts';
import { DiagramPacker, type DiagramStatement } from './mermaidDiagrams.ts';

const START = 'flowchart LR\n';

/** Opening and closing marks of the shape of a node. */
const SHAPES: Partial<Record<NodeKind, [string, string]>> = {
  table: ['[(', ')]'],
  api_endpoint: ['{{', '}}'],
  ui_action: ['([', '])'],
  ui_page: ['[[', ']]'],
};
const ARROWS: Record<GraphEdge['confidence'], string> = { certain: '-->', likely: '-.->', possible: '-.->' };

/** Flowcharts of all workflows, then of the edges that are part of none. */
export async function* mermaidExport(result: ResultReader): AsyncIterable<string> {
  const numbers = new Map<string, number>();
  const numberOf = (id: string): number => {
    const known = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, known);
    return known;
  };
  const packer = new DiagramPacker(START, (id) => declaration(numberOf(id), id, result.node(id)));
  const statement = (edge: GraphEdge): DiagramStatement => ({
    text: `  n${numberOf(edge.source)} ${arrow(edge, result)} n${numberOf(edge.target)}\n`,
    nodes: [edge.source, edge.target],
    isEdge: true,
  });
  const drawn = new Set<number>();
  for await (const workflows of result.items('workflows')) {
    for (const { entry, steps } of workflows) {
      const statements: DiagramStatement[] = [{ text: '', nodes: [entry], isEdge: false }];
      for (const { edge: index } of steps) {
        // An edge that several workflows share is drawn where the first of them is.
        if (index === undefined || drawn.has(index)) continue;
        drawn.add(index);
        const edge = result.edge(index);
        if (edge) statements.push(statement(edge));
      }
      yield* packer.add(statements);
    }
  }
  let index = 0;
  for await (const edges of result.items('edges')) {
    for (const edge of edges) if (!drawn.has(index++)) yield* packer.add([statement(edge)]);
  }
  yield* packer.finish();
}

function declaration(number: number, id: string, node: GraphNode | undefined): string {
  const [open, close] = (node && SHAPES[node.kind]) ?? ['[', ']'];
  const label = node ? `${kindLabel(node.kind)}: ${node.name}` : id;
  return `  n${number}${open}${mermaidLabel(label)}${close}\n`;
}

function arrow(edge: GraphEdge, result: ResultReader): string {
  const line = ARROWS[edge.confidence];
  if (edge.kind !== 'accesses') return edge.confidence === 'possible' ? `${line}|possible|` : line;
  return `${line}|${result.node(edge.source)?.kind === 'database_write' ? 'writes' : 'reads'}|`;
}
