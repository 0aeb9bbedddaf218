/** Pixels of a character where text cannot be measured. */
const GUESSED_WIDTH = 7;
const MEASURED_MOST = 5000;

const widths = new Map<string, number>();
let measure: (text: string, bold: boolean) => number | null = () => null;

/** Says how wide a text is in pixels of the diagram's font; null where that is not known. */
export function measureTextWith(measuring: (text: string, bold: boolean) => number | null): void {
  measure = measuring;
  widths.clear();
}

/** The text, or its beginning and an ellipsis, within so many pixels of the diagram's font. */
export function fitStart(text: string, room: number, bold = false): string {
  return fitted(text, room, bold, (length) => `${text.slice(0, length)}…`);
}

/** The text, or an ellipsis and its end: of a path the end is what names the file. */
export function fitEnd(text: string, room: number, bold = false): string {
  return fitted(text, room, bold, (length) => `…${text.slice(text.length - length)}`);
}

function fitted(text: string, room: number, bold: boolean, cut: (length: number) => string): string {
  if (widthOf(text, bold) <= room) return text;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (widthOf(cut(middle), bold) <= room) fits = middle;
    else tooLong = middle;
  }
  return cut(fits);
}

function widthOf(text: string, bold: boolean): number {
  const key = `${bold ? '*' : ' '}${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > MEASURED_MOST) widths.clear();
  const width = measure(text, bold) ?? text.length * GUESSED_WIDTH;
  widths.set(key, width);
  return width;
}
