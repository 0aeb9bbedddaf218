import { Flag, Kind, packPosition, type TreeBuilder } from './tree.ts';

const BLOCK = /^\s*(model|view|type|enum|datasource|generator)\s+(\w+)\s*\{/;
const FIELD = /^(\s*)(\w+)\s+(?:Unsupported\("[^"]*"\)|(\w+))(\[\])?(\?)?/;
const ATTRIBUTE = /@(@?)([\w.]+)/g;
const BLOCK_FLAGS: Readonly<Record<string, number>> = {
  model: Flag.Class,
  view: Flag.Class | Flag.Readonly,
  type: Flag.Struct,
  enum: Flag.Enum,
};

/** One line of a schema, without its comment. */
interface Line {
  text: string;
  /** 1-based. */
  number: number;
}

/**
 * Lowers a Prisma schema: models and views are classes, composite types structs, enums enums; fields have their type
 * and attributes. What is no declaration is left out. The schema language is line-based, so lines are read as such.
 * @returns the id of the File node
 */
export function lowerPrisma(source: string, builder: TreeBuilder): number {
  const lines = source.split(/\r\n|\n/).map((text, index): Line => ({ text: withoutComment(text), number: index + 1 }));
  const types: number[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as Line;
    const block = BLOCK.exec(line.text);
    if (!block) continue;
    const last = closingLine(lines, index);
    const flags = BLOCK_FLAGS[block[1] as string];
    if (flags !== undefined) types.push(typeNode(builder, flags, lines.slice(index, last + 1), block[2] as string));
    index = last;
  }
  return builder.node(Kind.File, 0, packPosition(1, 1), packPosition(Math.max(1, lines.length), 1), '', types);
}

/** Index of the line that closes a block: its own, a later one, or the last. */
function closingLine(lines: readonly Line[], from: number): number {
  if (/\}\s*$/.test(lines[from]?.text ?? '')) return from;
  const end = lines.findIndex(({ text }, at) => at > from && /^\s*\}/.test(text));
  return end < 0 ? lines.length : end;
}

function withoutComment(text: string): string {
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"' && text[index - 1] !== '\\') inString = !inString;
    if (!inString && text.startsWith('//', index)) return text.slice(0, index);
  }
  return text;
}

function typeNode(builder: TreeBuilder, flags: number, lines: readonly Line[], name: string): number {
  const [head, ...body] = lines as [Line, ...Line[]];
  const column = head.text.indexOf(name, head.text.search(/\s\w/)) + 1;
  const start = packPosition(head.number, column);
  const nameNode = builder.node(Kind.Identifier, 0, start, packPosition(head.number, column + name.length), name, []);
  const last = lines.at(-1) ?? head;
  const attributes = body
    .filter(({ text }) => text.trimStart().startsWith('@@'))
    .flatMap((line) => attributeNodes(builder, line));
  const fields = body.flatMap((line) => fieldNode(builder, flags, line) ?? []);
  const end = packPosition(last.number, last.text.length + 1);
  const list = (children: number[]): number => builder.node(Kind.List, 0, start, end, '', children);
  return builder.node(Kind.Type, flags, packPosition(head.number, 1), end, name, [
    nameNode,
    list([]),
    list([]),
    list(attributes),
    list(fields),
    0,
  ]);
}

function fieldNode(builder: TreeBuilder, owner: number, line: Line): number | undefined {
  if (/^\s*(@@|\}|$)/.test(line.text)) return undefined;
  const found = FIELD.exec(line.text);
  const isEnum = (owner & Flag.Enum) !== 0;
  const name = isEnum ? /\w+/.exec(line.text)?.[0] : found?.[2];
  if (name === undefined || (!found && !isEnum)) return undefined;
  const column = line.text.indexOf(name) + 1;
  const start = packPosition(line.number, column);
  const end = packPosition(line.number, line.text.trimEnd().length + 1);
  const nameNode = builder.node(Kind.Identifier, 0, start, packPosition(line.number, column + name.length), name, []);
  const type = isEnum ? 0 : typeReference(builder, found?.[3] ?? 'Unsupported', found?.[4] !== undefined, start, end);
  const attributes = builder.node(Kind.List, 0, start, end, '', attributeNodes(builder, line));
  const accessors = builder.node(Kind.List, 0, start, end, '', []);
  const flags = found?.[5] === '?' && !isEnum ? Flag.Optional : 0;
  return builder.node(Kind.Field, flags, start, end, name, [nameNode, type, 0, attributes, accessors]);
}

function typeReference(builder: TreeBuilder, name: string, isList: boolean, start: number, end: number): number {
  const type = builder.node(Kind.TypeRef, 0, start, end, name, []);
  return isList ? builder.node(Kind.TypeRef, 0, start, end, '[]', [type]) : type;
}

function attributeNodes(builder: TreeBuilder, line: Line): number[] {
  const nodes: number[] = [];
  ATTRIBUTE.lastIndex = 0;
  for (let found = ATTRIBUTE.exec(line.text); found; found = ATTRIBUTE.exec(line.text)) {
    const after = found.index + found[0].length;
    const close = line.text[after] === '(' ? closingParenthesis(line.text, after) : after;
    const start = packPosition(line.number, found.index + 1);
    const end = packPosition(line.number, close + 1);
    const args =
      close > after
        ? splitArguments(line.text.slice(after + 1, close)).map((text) => argumentNode(builder, text, start, end))
        : [];
    nodes.push(builder.node(Kind.Attribute, 0, start, end, found[2] as string, args));
    ATTRIBUTE.lastIndex = Math.max(close, after);
  }
  return nodes;
}

/** Index of the parenthesis that closes the one at an index; the end of the text when none does. */
function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  let inString = false;
  for (let index = open; index < text.length; index++) {
    const character = text[index];
    if (character === '"' && text[index - 1] !== '\\') inString = !inString;
    if (inString) continue;
    if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return index;
  }
  return text.length;
}

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let inString = false;
  let from = 0;
  for (let index = 0; index <= text.length; index++) {
    const character = text[index];
    if (character === '"' && text[index - 1] !== '\\') inString = !inString;
    if (!inString && character !== undefined && '([{'.includes(character)) depth++;
    if (!inString && character !== undefined && ')]}'.includes(character)) depth--;
    if (character !== undefined && (character !== ',' || depth > 0 || inString)) continue;
    const part = text.slice(from, index).trim();
    if (part !== '') parts.push(part);
    from = index + 1;
  }
  return parts;
}

function argumentNode(builder: TreeBuilder, text: string, start: number, end: number): number {
  const named = /^(\w+)\s*:\s*([\s\S]+)$/.exec(text);
  if (named)
    return builder.node(Kind.NamedArgument, 0, start, end, named[1] as string, [
      valueNode(builder, named[2] as string, start, end),
    ]);
  return valueNode(builder, text, start, end);
}

function valueNode(builder: TreeBuilder, text: string, start: number, end: number): number {
  if (text.startsWith('"')) return builder.node(Kind.String, 0, start, end, text.slice(1, text.lastIndexOf('"')), []);
  if (text.startsWith('[')) {
    const items = splitArguments(text.slice(1, text.lastIndexOf(']')));
    return builder.node(
      Kind.Array,
      0,
      start,
      end,
      '',
      items.map((item) => valueNode(builder, item, start, end)),
    );
  }
  if (/^\w+$/.test(text)) return builder.node(Kind.Identifier, 0, start, end, text, []);
  return builder.node(Kind.Literal, 0, start, end, text, []);
}
