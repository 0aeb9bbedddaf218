import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre';
import type { DiagramBox, DiagramLink, DiagramModel } from './model.ts';

export interface Point {
  x: number;
  y: number;
}

export interface PlacedBox {
  box: DiagramBox;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedLink {
  link: DiagramLink;
  points: Point[];
}

/** A diagram with places; the origin is its top left corner. */
export interface DiagramLayout {
  title: string;
  width: number;
  height: number;
  boxes: PlacedBox[];
  links: PlacedLink[];
}

export const BOX_WIDTH = 208;
export const LINE_HEIGHT = 16;
const PADDING = 8;
const MARGIN = 12;
const GAP = 20;
const WELL_RANKED = 60;

type Direction = 'TB' | 'LR';

/** Lays the boxes out in layers, downwards or to the right: whichever fits an area of this shape better. */
export function layOut(model: DiagramModel, area: { width: number; height: number }): DiagramLayout {
  const [down, right] = [layered(model, 'TB'), layered(model, 'LR')];
  const scale = ({ width, height }: DiagramLayout): number => Math.min(area.width / width, area.height / height, 1);
  return scale(right) > scale(down) ? right : down;
}

function heightOf(box: DiagramBox): number {
  return PADDING * 2 + LINE_HEIGHT * (2 + box.lines.length);
}

function layered(model: DiagramModel, direction: Direction): DiagramLayout {
  const linked = new Set(model.links.flatMap(({ from, to }) => [from, to]));
  const alone = model.boxes.filter((box) => !linked.has(box.id));
  const together = model.boxes.filter((box) => linked.has(box.id));
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({
    rankdir: direction,
    // The better ranking takes too long for many boxes.
    ranker: together.length <= WELL_RANKED ? 'network-simplex' : 'longest-path',
    nodesep: GAP,
    ranksep: direction === 'TB' ? 36 : 64,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  for (const box of together) graph.setNode(box.id, { width: BOX_WIDTH, height: heightOf(box) });
  for (const [index, { from, to }] of model.links.entries()) graph.setEdge(from, to, {}, String(index));
  layout(graph);
  const boxes = together.map((box) => {
    const { x, y } = graph.node(box.id);
    const height = heightOf(box);
    return { box, x: (x ?? 0) - BOX_WIDTH / 2, y: (y ?? 0) - height / 2, width: BOX_WIDTH, height };
  });
  const links = model.links.map((link, index) => {
    const edge = graph.edge({ v: link.from, w: link.to, name: String(index) });
    return { link, points: edge?.points ?? [] };
  });
  const { width = 0, height = 0 } = together.length > 0 ? graph.graph() : {};
  return withLonely({ title: model.title, width, height, boxes, links }, alone);
}

/** Boxes without a link stand in rows below the rest, not in one endless layer. */
function withLonely(diagram: DiagramLayout, alone: readonly DiagramBox[]): DiagramLayout {
  if (alone.length === 0) return diagram;
  const step = BOX_WIDTH + GAP;
  const columns = Math.max(1, Math.floor(diagram.width / step), Math.ceil(Math.sqrt(alone.length)));
  const boxes = [...diagram.boxes];
  let top = diagram.height === 0 ? MARGIN : diagram.height + GAP;
  for (let start = 0; start < alone.length; start += columns) {
    const row = alone.slice(start, start + columns);
    for (const [column, box] of row.entries()) {
      boxes.push({ box, x: MARGIN + column * step, y: top, width: BOX_WIDTH, height: heightOf(box) });
    }
    top += Math.max(...row.map((box) => heightOf(box))) + GAP;
  }
  const width = Math.max(diagram.width, MARGIN * 2 + Math.min(columns, alone.length) * step - GAP);
  return { ...diagram, boxes, width, height: top - GAP + MARGIN };
}
