import { mermaidLabel, xmlText } from './escape.ts';
import type { DiagramLayout } from './layout.ts';
import type { DiagramModel } from './model.ts';
import { type Ink, sceneOf, type Shape } from './scene.ts';

/** Resolved colours and fonts for files, which have no style sheet around them. */
export interface Palette {
  colours: Readonly<Record<Ink, string>>;
  font: string;
}

const FONT_SIZE = 12;

/** The diagram as an SVG file whose text stays text. */
export function svgFile(diagram: DiagramLayout, { colours, font }: Palette): string {
  const size = { width: Math.ceil(diagram.width), height: Math.ceil(diagram.height) };
  const groups = sceneOf(diagram).map(
    ({ x, y, shapes }) =>
      `<g transform="translate(${x} ${y})">${shapes.map((shape) => svgShape(shape, colours)).join('')}</g>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
      `viewBox="0 0 ${size.width} ${size.height}" font-family="${xmlText(font)}" font-size="${FONT_SIZE}" role="img">`,
    `<title>${xmlText(diagram.title)}</title>`,
    `<rect width="100%" height="100%" fill="${xmlText(colours.surface)}"/>`,
    ...groups,
    '</svg>\n',
  ].join('\n');
}

function svgShape(shape: Shape, colours: Palette['colours']): string {
  if (shape.type === 'text') {
    const weight = shape.bold ? ' font-weight="600"' : '';
    return `<text x="${shape.x}" y="${shape.y}" fill="${xmlText(colours[shape.fill])}"${weight}>${xmlText(shape.text)}</text>`;
  }
  if (shape.type === 'path') {
    const dash = shape.dash.length > 0 ? ` stroke-dasharray="${shape.dash.join(' ')}"` : '';
    return `<path d="${shape.d}" fill="none" stroke="${xmlText(colours[shape.stroke])}"${dash}/>`;
  }
  const stroke = shape.stroke ? ` stroke="${xmlText(colours[shape.stroke])}"` : '';
  return `<path d="${shape.d}" fill="${xmlText(colours[shape.fill])}"${stroke}/>`;
}

/** The diagram as a Mermaid flowchart. */
export function mermaidText({ boxes, links }: DiagramModel): string {
  const names = new Map(boxes.map((box, index) => [box.id, `n${index}`]));
  const arrows = { certain: '-->', likely: '-.->', possible: '-.->' } as const;
  return [
    'flowchart TD',
    ...boxes.map((box) => `  ${names.get(box.id)}[${mermaidLabel(`${box.kind}: ${box.title}`)}]`),
    ...links.map(
      ({ from, to, label, confidence }) =>
        `  ${names.get(from)} ${arrows[confidence]}|${mermaidLabel(label)}| ${names.get(to)}`,
    ),
    '',
  ].join('\n');
}

/** A title as a file name without extension. */
export function fileName(title: string): string {
  const name = title.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-+|-+$/g, '');
  return name.slice(0, 60).toLowerCase() || 'diagram';
}
