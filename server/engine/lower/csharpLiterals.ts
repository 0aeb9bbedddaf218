import type { SyntaxId } from '../parse/syntax.ts';
import type { CSharpContext, Handler } from './csharpContext.ts';
import { Kind } from './tree.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** What one escape sequence stands for. */
function decodeEscape(text: string): string {
  const kind = text.charAt(1);
  if (kind !== 'x' && kind !== 'u' && kind !== 'U') return SIMPLE_ESCAPES[kind] ?? kind;
  const code = Number.parseInt(text.slice(2), 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

function decodedParts(context: CSharpContext, id: SyntaxId): string {
  const { syntax } = context;
  let text = '';
  for (let part = syntax.firstChild(id); part >= 0; part = syntax.next(part)) {
    const type = syntax.type(part);
    if (type === 'escape_sequence') text += decodeEscape(syntax.text(part));
    else if (type === 'string_literal_content' || type === 'character_literal_content') text += syntax.text(part);
  }
  return text;
}

function lowerString(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.String, 0, id, decodedParts(context, id), []);
}

function lowerVerbatim(context: CSharpContext, id: SyntaxId): number {
  const text = context.syntax.text(id);
  const value = text.slice(2, text.lastIndexOf('"')).replaceAll('""', '"');
  return context.node(Kind.String, 0, id, value, []);
}

function lowerRaw(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const content = syntax.text(syntax.childOfType(id, 'raw_string_content'));
  const indent = rawIndent(content);
  return context.node(Kind.String, 0, id, indent === undefined ? content : dedent([content], indent).join(''), []);
}

/** The white space that every line of a multi-line raw string begins with; undefined for one on a single line. */
function rawIndent(content: string): string | undefined {
  const lastBreak = content.lastIndexOf('\n');
  if (lastBreak < 0) return undefined;
  const indent = content.slice(lastBreak + 1);
  return indent.trim() === '' ? indent : undefined;
}

/** Takes the first and the last line break and the indentation off the texts that make up one raw string. */
function dedent(texts: readonly string[], indent: string): string[] {
  const lineStart = new RegExp(`\\n${indent}`, 'g');
  return texts.map((text, index) => {
    let value = text.replaceAll(lineStart, '\n');
    if (index === texts.length - 1) value = value.replace(/\r?\n$/, '');
    if (index === 0) value = value.replace(/^[ \t]*\r?\n/, '');
    return value;
  });
}

interface TemplatePart {
  /** First and last syntax node of the part. */
  from: SyntaxId;
  to: SyntaxId;
  /** Undefined for an interpolation. */
  text: string | undefined;
}

function lowerInterpolated(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const parts = templateParts(context, id);
  if (syntax.childOfType(id, 'interpolation_quote') >= 0) dedentParts(parts);
  const children: number[] = [];
  for (const part of parts) {
    const child = part.text === undefined ? lowerHole(context, part.from) : textPart(context, part, part.text);
    if (child !== 0) children.push(child);
  }
  return context.node(Kind.Template, 0, id, '', children);
}

function templateParts(context: CSharpContext, id: SyntaxId): TemplatePart[] {
  const { syntax } = context;
  const isRaw = syntax.childOfType(id, 'interpolation_quote') >= 0;
  const isVerbatim = syntax.text(syntax.childOfType(id, 'interpolation_start')).includes('@');
  const parts: TemplatePart[] = [];
  for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
    const type = syntax.type(child);
    if (type === 'interpolation') parts.push({ from: child, to: child, text: undefined });
    let text: string | undefined;
    if (type === 'escape_sequence') text = decodeEscape(syntax.text(child));
    if (type === 'string_content') text = contentText(syntax.text(child), isRaw, isVerbatim);
    if (text === undefined) continue;
    const last = parts.at(-1);
    if (last?.text === undefined) parts.push({ from: child, to: child, text });
    else {
      last.text += text;
      last.to = child;
    }
  }
  return parts;
}

function contentText(text: string, isRaw: boolean, isVerbatim: boolean): string {
  if (isRaw) return text;
  const braces = text.replaceAll('{{', '{').replaceAll('}}', '}');
  return isVerbatim ? braces.replaceAll('""', '"') : braces;
}

function dedentParts(parts: TemplatePart[]): void {
  const last = parts.at(-1);
  const indent = rawIndent(last?.text ?? '');
  if (indent === undefined) return;
  const values = dedent(
    parts.map((part) => part.text ?? ''),
    indent,
  );
  for (const [index, part] of parts.entries()) if (part.text !== undefined) part.text = values[index];
}

function textPart(context: CSharpContext, part: TemplatePart, text: string): number {
  if (text === '') return 0;
  const { syntax } = context;
  return context.builder.node(Kind.String, 0, syntax.start(part.from), syntax.end(part.to), text, []);
}

/** The expression between the braces, without alignment and format. */
function lowerHole(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const expressions = context.kids(id).filter((kid) => !syntax.type(kid).startsWith('interpolation_'));
  const lowered = context.lowerAll(expressions);
  return lowered.length === 1 ? (lowered[0] as number) : context.list(id, lowered);
}

function lowerLiteral(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Literal, 0, id, context.syntax.text(id), []);
}

export const LITERAL_HANDLERS: Readonly<Record<string, Handler>> = {
  string_literal: lowerString,
  character_literal: lowerString,
  verbatim_string_literal: lowerVerbatim,
  raw_string_literal: lowerRaw,
  interpolated_string_expression: lowerInterpolated,
  integer_literal: lowerLiteral,
  real_literal: lowerLiteral,
  boolean_literal: lowerLiteral,
  null_literal: lowerLiteral,
  sizeof_expression: lowerLiteral,
};
