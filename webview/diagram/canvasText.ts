const FONT_SIZE = 12;

let canvas: OffscreenCanvasRenderingContext2D | null = null;

/** The width of a text in the font of the page, in pixels. */
export function widthOnCanvas(text: string, bold: boolean): number | null {
  canvas ??= new OffscreenCanvas(1, 1).getContext('2d');
  if (!canvas) return null;
  canvas.font = `${bold ? '600 ' : ''}${FONT_SIZE}px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}
