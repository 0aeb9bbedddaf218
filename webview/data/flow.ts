import type { CandidateDetail, WorkflowHop } from '#protocol/views.ts';
import type { Confidence, GraphEdge, GraphNode } from '#protocol/graph.ts';

/** One link between two nodes, with what it was chosen over. */
export interface Link {
  edge: GraphEdge;
  from: GraphNode;
  to: GraphNode;
  candidates: CandidateDetail[];
}

/** A hop as it is drawn: `parent` is the place of the drawn hop above it, `via` the links that lead from there. */
export interface FlowHop {
  node: GraphNode;
  parent: number;
  links: Link[];
}

/**
 * The hops to draw. Without functions, those that only pass on are left out and stand in `links` of the next hop, so
 * that a chain through ten functions is one line from the call to the table.
 */
export function flowOf(hops: readonly WorkflowHop[], withFunctions: boolean): FlowHop[] {
  const drawn: FlowHop[] = [];
  /** By hop, the drawn hop it stands for and the links from there. */
  const places: { drawn: number; links: Link[] }[] = [];
  for (const hop of hops) {
    const above = places[hop.parent];
    const from = hops[hop.parent]?.node;
    const own = hop.edge && from ? [linkOf(hop, hop.edge, from)] : [];
    const links = [...(above?.links ?? []), ...own];
    if (!withFunctions && hop.node.kind === 'function' && above) {
      places.push({ drawn: above.drawn, links });
      continue;
    }
    drawn.push({ node: hop.node, parent: above?.drawn ?? -1, links });
    places.push({ drawn: drawn.length - 1, links: [] });
  }
  return drawn;
}

function linkOf(hop: WorkflowHop, edge: GraphEdge, from: GraphNode): Link {
  return { edge, from, to: hop.node, candidates: hop.candidates ?? [] };
}

/** Deeper branches stay in the last column: a flow must remain readable in a narrow panel. */
const LAST_COLUMN = 4;

/**
 * The column of each hop. A hop that is the only child stays below its parent, so that a straight chain is a straight
 * line; only where the chain branches do the children move one column to the right.
 */
export function columnsOf(parents: readonly number[]): number[] {
  const children = new Map<number, number>();
  for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  const columns: number[] = [];
  for (const parent of parents) {
    const above = parent < 0 ? 0 : (columns[parent] ?? 0);
    const branches = parent >= 0 && (children.get(parent) ?? 0) > 1;
    columns.push(Math.min(LAST_COLUMN, above + (branches ? 1 : 0)));
  }
  return columns;
}

const SURENESS: readonly Confidence[] = ['possible', 'likely', 'certain'];

/** A path is as sure as its weakest link. */
export function weakest(links: readonly Link[]): Confidence {
  return SURENESS.find((each) => links.some((link) => link.edge.confidence === each)) ?? 'certain';
}
