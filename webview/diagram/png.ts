import type { Palette } from './exports.ts';
import type { DiagramLayout } from './layout.ts';
import { sceneOf, type Shape } from './scene.ts';

const FONT_SIZE = 12;
/** Pixels of the PNG for one of the diagram: sharp on dense screens and in print. */
const PNG_SCALE = 2;
/** Browsers give up on larger canvases. */
const PNG_LIMIT = 8000;

/**
 * The diagram as a PNG, base64. It is painted shape by shape: loading the SVG as an image would need a wider policy.
 * @throws Error when the browser gives no canvas
 */
export function pngFile(diagram: DiagramLayout, { colours, font }: Palette): string {
  const scale = Math.min(PNG_SCALE, PNG_LIMIT / Math.max(diagram.width, diagram.height, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(diagram.width * scale);
  canvas.height = Math.ceil(diagram.height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser cannot draw the picture. Save the diagram as SVG.');
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const { x, y, shapes } of sceneOf(diagram)) {
    context.setTransform(scale, 0, 0, scale, x * scale, y * scale);
    for (const shape of shapes) paint(context, shape, colours, font);
  }
  return canvas.toDataURL('image/png').replace(/^[^,]*,/, '');
}

function paint(context: CanvasRenderingContext2D, shape: Shape, colours: Palette['colours'], font: string): void {
  if (shape.type === 'text') {
    context.font = `${shape.bold ? '600 ' : ''}${FONT_SIZE}px ${font}`;
    context.fillStyle = colours[shape.fill];
    context.fillText(shape.text, shape.x, shape.y);
    return;
  }
  const path = new Path2D(shape.d);
  if (shape.type === 'area') {
    context.fillStyle = colours[shape.fill];
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas, not an array
    context.fill(path);
  }
  if (shape.stroke === undefined) return;
  context.strokeStyle = colours[shape.stroke];
  context.setLineDash(shape.type === 'path' ? [...shape.dash] : []);
  context.stroke(path);
}
