import type { Syntax, SyntaxId } from '../parse/syntax.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };
const ESCAPE = /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};
const ENTITY = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));/g;
const LINE_BREAK = /[\r\n\u2028\u2029]/;

/** The value of JavaScript string contents: escapes decoded, line continuations removed. */
export function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (whole, long: string, short: string, hex: string, other: string) => {
    const code = long ?? short ?? hex;
    if (code !== undefined) return codePoint(Number.parseInt(code, 16), whole);
    if (LINE_BREAK.test(other)) return '';
    return other === '0' ? '\0' : (SIMPLE_ESCAPES[other] ?? other);
  });
}

/** The value of text in JSX: the character references most in use decoded. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, hex: string, decimal: string, name: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return codePoint(hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16), whole);
  });
}

function codePoint(code: number, otherwise: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
}

/** The value of a `string` node. */
export function stringValue(syntax: Syntax, id: SyntaxId): string {
  return decodeEscapes(insideQuotes(syntax, id));
}

/** What stands between the quotes of a `string` or `template_string`, as written. */
export function insideQuotes(syntax: Syntax, id: SyntaxId): string {
  return id < 0 ? '' : syntax.source.slice(syntax.startIndex(id) + 1, syntax.endIndex(id) - 1);
}
