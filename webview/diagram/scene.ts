import type { Tone } from '../components/vocabulary.ts';
import { fitEnd, fitStart } from './textFit.ts';
import { type DiagramLayout, LINE_HEIGHT, type PlacedBox, type PlacedLink, type Point } from './layout.ts';

/** Roles of colours in a diagram; the page gives them by its style sheet, exports by resolved values. */
export type Ink = 'surface' | 'box' | 'border' | 'text' | 'muted' | 'line' | Tone;

/** Shapes of a diagram, the same on the screen, in an SVG file and on a canvas. */
export type Shape =
  | { type: 'path'; d: string; stroke: Ink; dash: readonly number[] }
  | { type: 'area'; d: string; fill: Ink; stroke?: Ink }
  | { type: 'text'; x: number; y: number; text: string; fill: Ink; bold: boolean; end: boolean };

const TEXT_INSET = 14;
const BASELINE = 12;
const BAR_WIDTH = 4;

const DASHES = { certain: [], likely: [6, 3], possible: [2, 3] } as const;

/** The shapes of one box, at its own origin. */
export function boxShapes({ box, width, height }: PlacedBox): Shape[] {
  const room = width - TEXT_INSET - 8;
  const y = (line: number): number => 8 + LINE_HEIGHT * line + BASELINE;
  const text = (line: number, content: string, fill: Ink, bold = false): Shape => ({
    type: 'text',
    x: TEXT_INSET,
    y: y(line),
    text: content,
    fill,
    bold,
    end: false,
  });
  return [
    { type: 'area', d: rectangle(0, 0, width, height), fill: 'box', stroke: box.main === true ? 'text' : 'border' },
    { type: 'area', d: rectangle(0, 0, BAR_WIDTH, height), fill: box.tone === 'plain' ? 'muted' : box.tone },
    text(0, fitStart(box.kind, room), 'muted'),
    text(1, fitStart(box.title, room, true), 'text', true),
    ...box.lines.map((line, index) => text(2 + index, fitEnd(line, room), 'muted')),
  ];
}

/** The shapes of one link, in the coordinates of the diagram. */
export function linkShapes({ link, points }: PlacedLink): Shape[] {
  if (points.length < 2) return [];
  const line: Shape = { type: 'path', d: curve(points), stroke: 'line', dash: DASHES[link.confidence] };
  if (!link.ends) return [line, { type: 'area', d: arrowHead(points), fill: 'line' }];
  const [start, end] = link.ends;
  return [line, endMark(points[0], points[1], start), endMark(points.at(-1), points.at(-2), end)];
}

export interface SceneGroup {
  x: number;
  y: number;
  shapes: Shape[];
}

/** Everything in drawing order: links below boxes. */
export function sceneOf(diagram: DiagramLayout): SceneGroup[] {
  return [
    { x: 0, y: 0, shapes: diagram.links.flatMap((link) => linkShapes(link)) },
    ...diagram.boxes.map((box) => ({ x: box.x, y: box.y, shapes: boxShapes(box) })),
  ];
}

function rectangle(x: number, y: number, width: number, height: number): string {
  return `M${x} ${y}h${width}v${height}h${-width}z`;
}

/** A line through the points with its corners rounded off. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${round(first.x)} ${round(first.y)}`];
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1];
    if (!next) parts.push(`L${round(point.x)} ${round(point.y)}`);
    else {
      const [mx, my] = [(point.x + next.x) / 2, (point.y + next.y) / 2];
      parts.push(`Q${round(point.x)} ${round(point.y)} ${round(mx)} ${round(my)}`);
    }
  }
  return parts.join('');
}

const ARROW = { length: 8, half: 3.5 };

function arrowHead(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (!tip || !before) return '';
  const size = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const [ux, uy] = [(tip.x - before.x) / size, (tip.y - before.y) / size];
  const [bx, by] = [tip.x - ux * ARROW.length, tip.y - uy * ARROW.length];
  const corner = (side: number): string =>
    `${round(bx - uy * ARROW.half * side)} ${round(by + ux * ARROW.half * side)}`;
  return `M${round(tip.x)} ${round(tip.y)}L${corner(1)}L${corner(-1)}z`;
}

/** A mark beside the end of a line, away from the box. */
function endMark(at: Point | undefined, towards: Point | undefined, text: string): Shape {
  const [x, y] = [at?.x ?? 0, at?.y ?? 0];
  const size = Math.hypot((towards?.x ?? x) - x, (towards?.y ?? y) - y) || 1;
  const [ux, uy] = [((towards?.x ?? x) - x) / size, ((towards?.y ?? y) - y) / size];
  return {
    type: 'text',
    x: round(x + ux * 12 + 6),
    y: round(y + uy * 12 + 4),
    text,
    fill: 'text',
    bold: true,
    end: false,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
