/** Control characters, and those that turn the direction of text around so that it reads as something else. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+/gu;
const LONGEST_LABEL = 120;

/** One line of text without control characters, whatever the code it comes from has in its names. */
function oneLine(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ').trim();
}

/** Text for an element or a quoted attribute of an SVG file. */
export function xmlText(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * A quoted label of a Mermaid diagram, by the rule of the server's exports (server/exports/escape.ts): everything but
 * letters, digits and harmless marks becomes a character code.
 */
export function mermaidLabel(text: string): string {
  const clean = oneLine(text);
  const short = clean.length <= LONGEST_LABEL ? clean : `${clean.slice(0, LONGEST_LABEL - 1).toWellFormed()}…`;
  const safe = short.replaceAll(
    /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|[^\p{L}\p{N} ./:,?=()…_-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
  return `"${safe || ' '}"`;
}
