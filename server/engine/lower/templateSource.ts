import { packPosition } from './tree.ts';

/** Where a text begins in its file, 1-based. */
export interface TextStart {
  line: number;
  column: number;
}

/** Turns offsets of a text into packed positions of the file it is part of. */
export class TextPositions {
  readonly #lineStarts: number[] = [0];
  readonly #at: TextStart;

  constructor(text: string, at: TextStart) {
    this.#at = at;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#lineStarts.push(i + 1);
  }

  /** Line and column of the character at `offset`. */
  locate(offset: number): TextStart {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - (this.#lineStarts[low] ?? 0);
    return { line: this.#at.line + low, column: low === 0 ? this.#at.column + column : column + 1 };
  }

  packed(offset: number): number {
    const { line, column } = this.locate(offset);
    return packPosition(line, column);
  }
}

/** An attribute's value without its quotes, its character references decoded. */
export interface AttributeValue {
  text: string;
  /** The offset in the template of the character at `index` of the text. */
  offsetOf(index: number): number;
}

const REFERENCE = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(quot|apos|amp|lt|gt|nbsp));/gi;
const NAMED: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>', nbsp: ' ' };

/** Reads the value between two offsets of `template`, which may include quotes. */
export function attributeValue(template: string, start: number, end: number): AttributeValue {
  const quote = template[start];
  const isQuoted = (quote === '"' || quote === "'") && end - start >= 2 && template[end - 1] === quote;
  const from = isQuoted ? start + 1 : start;
  const raw = template.slice(from, isQuoted ? end - 1 : end);
  if (!raw.includes('&')) return { text: raw, offsetOf: (index) => from + index };
  return decodeReferences(raw, from);
}

function decodeReferences(raw: string, from: number): AttributeValue {
  const offsets: number[] = [];
  let text = '';
  let last = 0;
  const copy = (end: number): void => {
    for (let i = last; i < end; i++) offsets.push(i);
    text += raw.slice(last, end);
  };
  for (const match of raw.matchAll(REFERENCE)) {
    copy(match.index);
    const character = referenced(match);
    for (let i = 0; i < character.length; i++) offsets.push(match.index);
    text += character;
    last = match.index + match[0].length;
  }
  copy(raw.length);
  return { text, offsetOf: (index) => from + (offsets[index] ?? raw.length) };
}

function referenced([reference, decimal, hex, name]: RegExpExecArray): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? reference;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : reference;
}
