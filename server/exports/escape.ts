/** Control characters, and those that turn the direction of text around so that it reads as something else. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line of text without control characters, whatever the code it comes from has in its names. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ').trim();
}

/** At most `length` UTF-16 code units, the last one an ellipsis where something was cut; never half a character. */
export function shortened(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}

/** A spreadsheet runs what starts with one of these characters as a formula. */
const FORMULA = /^\s*[=+\-@＝＋－＠\t\r\n]/;

/** A cell of a CSV file (RFC 4180). An apostrophe keeps text text where a spreadsheet would run it as a formula. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const clean = value.toWellFormed().replaceAll('\0', '');
  const text = FORMULA.test(clean) ? `'${clean}` : clean;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute of HTML. */
export function htmlText(text: string): string {
  return oneLine(text).replaceAll(/[&<>"']/g, (character) => HTML[character] ?? '');
}

/**
 * A quoted label of a Mermaid diagram. Everything but letters, digits and harmless marks becomes a character code:
 * quotes end labels, backticks start Markdown, `%%{` is a directive wherever it stands.
 */
export function mermaidLabel(text: string, length = 120): string {
  const safe = shortened(oneLine(text), length).replaceAll(
    /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|[^\p{L}\p{N} ./:,?=()…_-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
  return `"${safe || ' '}"`;
}

/** A double-quoted string of the DOT language; `&` starts a character entity in labels. */
export function dotString(text: string): string {
  return `"${oneLine(text).replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Text from code as a code span of Markdown, in which nothing is markup; also inside a table. */
export function markdownCode(text: string): string {
  const clean = oneLine(text);
  if (clean === '') return '';
  const longest = Math.max(0, ...(clean.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 ? ' ' : '';
  return `${fence}${padding}${clean.replaceAll('|', '\\|')}${padding}${fence}`;
}

/** Text that is not markup in Markdown, whatever it holds; CommonMark takes a backslash before any punctuation. */
export function markdownText(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]<>()#+!|~&@:$^=-]/g, '\\$&');
}
