/** Index after the string, character or comment that begins at `at`; `at` itself when none begins there. */
export function skipCSharpLiteral(text: string, at: number): number {
  const character = text[at];
  if (character === '/') return skipComment(text, at);
  if (character === "'") return skipCharacter(text, at);
  if (character !== '"' && character !== '$' && character !== '@') return at;
  const [prefix = ''] = /^(?:\$+@?|@\$*)?(?=")/.exec(text.slice(at, at + 6)) ?? [];
  const quote = at + prefix.length;
  if (text[quote] !== '"') return at;
  const [quotes = ''] = /^"+/.exec(text.slice(quote, quote + 64)) ?? [];
  if (quotes.length >= 3) return endOf(text, quotes, quote + quotes.length);
  return prefix.includes('@') ? skipVerbatim(text, quote) : skipString(text, quote);
}

function skipComment(text: string, at: number): number {
  if (text[at + 1] === '/') {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  return text[at + 1] === '*' ? endOf(text, '*/', at + 2) : at;
}

function skipCharacter(text: string, at: number): number {
  const [literal] = /^'(?:\\.[^']{0,8}|[^\\'\n])'/.exec(text.slice(at, at + 12)) ?? [];
  return literal === undefined ? at + 1 : at + literal.length;
}

function skipString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"' || text[at] === '\n') return at + 1;
  }
  return text.length;
}

function skipVerbatim(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] !== '"') return at + 1;
    at++;
  }
  return text.length;
}

/** Index after the next `end`, the text's length when there is none. */
export function endOf(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found + end.length;
}

/** Index after the bracket that closes the one at `open`; strings and comments are stepped over. */
export function closingEnd(text: string, open: number): number {
  const opening = text[open] ?? '';
  const closing = opening === '(' ? ')' : opening === '[' ? ']' : '}';
  let depth = 0;
  for (let at = open; at < text.length;) {
    const after = skipCSharpLiteral(text, at);
    if (after > at) {
      at = after;
      continue;
    }
    if (text[at] === opening) depth++;
    else if (text[at] === closing && --depth === 0) return at + 1;
    at++;
  }
  return text.length;
}

/** A text of the same length and lines as another, blank but for what is copied or written to it. */
export class Mask {
  readonly #source: string;
  readonly #units: Uint16Array;
  #isEmpty = true;

  constructor(source: string) {
    this.#source = source;
    this.#units = new Uint16Array(source.length).fill(32);
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) this.#units[at] = 10;
  }
  get isEmpty(): boolean {
    return this.#isEmpty;
  }
  copy(from: number, to: number): void {
    for (let at = from; at < to; at++) this.#units[at] = this.#source.charCodeAt(at);
    if (to > from) this.#isEmpty = false;
  }
  write(at: number, character: string): void {
    this.#units[at] = character.charCodeAt(0);
    this.#isEmpty = false;
  }
  blank(at: number): void {
    this.#units[at] = 32;
  }
  toString(): string {
    return Buffer.from(this.#units.buffer).toString('utf16le');
  }
}
