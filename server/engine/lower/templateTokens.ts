/** A token of a template expression; `end` is exclusive. */
export interface Token {
  type: 'name' | 'number' | 'string' | 'template' | 'regex' | 'operator' | 'end';
  /** As written; of a string the decoded value. */
  text: string;
  start: number;
  end: number;
}

const OPERATORS = [
  '>>>=',
  '...',
  '===',
  '!==',
  '**=',
  '&&=',
  '||=',
  '??=',
  '>>>',
  '<<=',
  '>>=',
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '?.',
  '**',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '<<',
  '>>',
];
const SPACE = /\s+/y;
const NAME = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /0[xob][\da-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?n?/iy;
const STRING = /'(?:[^'\\]|\\[^])*'?|"(?:[^"\\]|\\[^])*"?/y;
/** Limited in length: without a closing slash each one would be looked for to the end of the text. */
const REGEX = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\]){1,200}\/[a-z]*/y;
const COMMENT = /\/\/.*|\/\*[^]*?(?:\*\/|$)/y;
/** After these a slash begins a regular expression, not a division. */
const ENDS_OPERAND = new Set([')', ']', '}']);

/** The tokens of a template expression. Characters that fit nothing become operators of their own. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const blank = matchAt(SPACE, source, at) ?? matchAt(COMMENT, source, at);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const token = readToken(source, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ type: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function readToken(source: string, start: number, previous: Token | undefined): Token {
  const token = (type: Token['type'], raw: string, text = raw): Token => ({
    type,
    text,
    start,
    end: start + raw.length,
  });
  const name = matchAt(NAME, source, start);
  if (name !== undefined) return token('name', name);
  const number = matchAt(NUMBER, source, start);
  if (number !== undefined) return token('number', number);
  const string = matchAt(STRING, source, start);
  if (string !== undefined) return token('string', string, unescape(unquote(string)));
  if (source[start] === '`') return token('template', readTemplate(source, start));
  const mayBeRegex = previous === undefined || (previous.type === 'operator' && !ENDS_OPERAND.has(previous.text));
  const regex = mayBeRegex ? matchAt(REGEX, source, start) : undefined;
  if (regex !== undefined) return token('regex', regex);
  const operator = OPERATORS.find((each) => source.startsWith(each, start));
  return token('operator', operator ?? source.slice(start, start + 1));
}

function unquote(string: string): string {
  const isClosed = string.length > 1 && string.endsWith(string.slice(0, 1));
  return string.slice(1, isClosed ? -1 : undefined);
}

/** A template literal with its backticks, the `${…}` in it included. */
function readTemplate(source: string, start: number): string {
  let braces = 0;
  for (let i = start + 1; i < source.length; i++) {
    const character = source[i];
    if (character === '\\') i++;
    else if (character === '{' && (braces > 0 || source[i - 1] === '$')) braces++;
    else if (character === '}' && braces > 0) braces--;
    else if (character === '`' && braces === 0) return source.slice(start, i + 1);
  }
  return source.slice(start);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };

/** Decodes the escapes of a JavaScript string. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|([^]))/gi, (_all, unicode, hex, character) => {
    if (typeof unicode === 'string') return String.fromCharCode(Number.parseInt(unicode, 16));
    if (typeof hex === 'string') return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[String(character)] ?? String(character);
  });
}
