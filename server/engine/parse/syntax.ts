import type { Language as Grammar } from 'web-tree-sitter';
import { packPosition } from '../lower/tree.ts';
import type { TreeSink } from './treeMemory.ts';

/** Nodes that never have children worth a look: not asking them saves one call into the parser each. */
const LEAVES: ReadonlySet<string> = new Set([
  'identifier',
  'property_identifier',
  'type_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'predefined_type',
  'integer_literal',
  'number',
  'string_fragment',
  'string_literal_content',
  'string_content',
  'comment',
  'this',
  'super',
  'escape_sequence',
  'jsx_text',
  'text',
  'attribute_value',
]);

/** What one grammar's type ids mean, computed once a thread. */
class GrammarTable {
  readonly names: string[];
  readonly ids = new Map<string, number[]>();
  readonly named: Uint8Array;
  readonly leaf: Uint8Array;
  /** Anonymous nodes that carry no word, such as `(` or `;`: kept only when they stand in a field. */
  readonly punctuation: Uint8Array;
  readonly fieldIds = new Map<string, number>();

  constructor(grammar: Grammar) {
    const count = grammar.nodeTypeCount;
    this.names = new Array<string>(count);
    this.named = new Uint8Array(count);
    this.leaf = new Uint8Array(count);
    this.punctuation = new Uint8Array(count);
    for (let id = 0; id < count; id++) {
      const name = grammar.nodeTypeForId(id) ?? '';
      this.names[id] = name;
      const named = grammar.nodeTypeIsNamed(id);
      this.named[id] = named ? 1 : 0;
      this.leaf[id] = named && LEAVES.has(name) ? 1 : 0;
      this.punctuation[id] = !named && !/^[a-z_]+$/i.test(name) ? 1 : 0;
      const ids = this.ids.get(name);
      if (ids) ids.push(id);
      else this.ids.set(name, [id]);
    }
    for (let id = 1; id <= grammar.fieldCount; id++) {
      const name = grammar.fieldNameForId(id);
      if (name) this.fieldIds.set(name, id);
    }
  }
}

const TABLES = new WeakMap<Grammar, GrammarTable>();
function tableOf(grammar: Grammar): GrammarTable {
  let table = TABLES.get(grammar);
  if (!table) {
    table = new GrammarTable(grammar);
    TABLES.set(grammar, table);
  }
  return table;
}

/** Id of a syntax node within its file; 0 is the root, -1 is "no node". */
export type SyntaxId = number;

/**
 * A whole syntax tree copied out of the parser in one pass, so that the parser's tree can be freed at once and
 * lowering runs on plain arrays. Punctuation outside fields is left out.
 */
export class Syntax {
  readonly source: string;
  readonly #table: GrammarTable;
  #types: Uint16Array;
  #fields: Uint8Array;
  #starts: Int32Array;
  #ends: Int32Array;
  #firstChild: Int32Array;
  #lastChild: Int32Array;
  #next: Int32Array;
  #parent: Int32Array;
  #length = 0;
  readonly #lineStarts: Int32Array;

  /** @param copy hands over all nodes of a tree of the grammar */
  constructor(grammar: Grammar, source: string, copy: (sink: TreeSink) => void) {
    this.source = source;
    this.#table = tableOf(grammar);
    const guess = Math.max(256, source.length >> 2);
    this.#types = new Uint16Array(guess);
    this.#fields = new Uint8Array(guess);
    this.#starts = new Int32Array(guess);
    this.#ends = new Int32Array(guess);
    this.#firstChild = new Int32Array(guess);
    this.#lastChild = new Int32Array(guess);
    this.#next = new Int32Array(guess);
    this.#parent = new Int32Array(guess);
    this.#lineStarts = lineStartsOf(source);
    const { leaf, names, punctuation } = this.#table;
    copy({
      node: (type, field, start, end, parent) => {
        const isError = type >= names.length;
        if (!isError && punctuation[type] === 1 && field === 0) return -1;
        return this.#add(isError ? 0 : type, field, start, end, parent);
      },
      descends: (type) => type >= names.length || leaf[type] === 0,
    });
    this.#lastChild = new Int32Array(0);
  }

  #add(type: number, field: number, start: number, end: number, parent: number): number {
    if (this.#length === this.#types.length) this.#grow();
    const id = this.#length++;
    this.#types[id] = type;
    this.#fields[id] = field;
    this.#starts[id] = start;
    this.#ends[id] = end;
    this.#firstChild[id] = -1;
    this.#lastChild[id] = -1;
    this.#next[id] = -1;
    this.#parent[id] = parent;
    if (parent < 0) return id;
    const previous = this.#lastChild[parent] as number;
    if (previous < 0) this.#firstChild[parent] = id;
    else this.#next[previous] = id;
    this.#lastChild[parent] = id;
    return id;
  }

  #grow(): void {
    const size = this.#types.length * 2;
    this.#types = resized(this.#types, new Uint16Array(size));
    this.#fields = resized(this.#fields, new Uint8Array(size));
    this.#starts = resized(this.#starts, new Int32Array(size));
    this.#ends = resized(this.#ends, new Int32Array(size));
    this.#firstChild = resized(this.#firstChild, new Int32Array(size));
    this.#lastChild = resized(this.#lastChild, new Int32Array(size));
    this.#next = resized(this.#next, new Int32Array(size));
    this.#parent = resized(this.#parent, new Int32Array(size));
  }

  /** Number of nodes. */
  get length(): number {
    return this.#length;
  }
  /** Grammar name of the node's type; '' for an error node. */
  type(id: SyntaxId): string {
    return id < 0 ? '' : (this.#table.names[this.#types[id] as number] as string);
  }
  isNamed(id: SyntaxId): boolean {
    return id >= 0 && this.#table.named[this.#types[id] as number] === 1;
  }
  text(id: SyntaxId): string {
    return id < 0 ? '' : this.source.slice(this.#starts[id], this.#ends[id]);
  }
  /** UTF-16 offset of the first character. */
  startIndex(id: SyntaxId): number {
    return this.#starts[id] as number;
  }
  /** UTF-16 offset after the last character. */
  endIndex(id: SyntaxId): number {
    return this.#ends[id] as number;
  }
  /** Packed position of the first character, for the lowered tree. */
  start(id: SyntaxId): number {
    return this.position(this.#starts[id] as number);
  }
  /** Packed position after the last character. */
  end(id: SyntaxId): number {
    return this.position(this.#ends[id] as number);
  }
  parent(id: SyntaxId): SyntaxId {
    return id < 0 ? -1 : (this.#parent[id] as number);
  }
  firstChild(id: SyntaxId): SyntaxId {
    return id < 0 ? -1 : (this.#firstChild[id] as number);
  }
  next(id: SyntaxId): SyntaxId {
    return id < 0 ? -1 : (this.#next[id] as number);
  }
  /** The first child in the field, -1 when there is none. */
  field(id: SyntaxId, name: string): SyntaxId {
    const field = this.#table.fieldIds.get(name);
    if (field === undefined) return -1;
    for (let child = this.firstChild(id); child >= 0; child = this.#next[child] as number) {
      if (this.#fields[child] === field) return child;
    }
    return -1;
  }
  /** All children in the field. */
  fieldAll(id: SyntaxId, name: string): SyntaxId[] {
    const field = this.#table.fieldIds.get(name);
    const found: SyntaxId[] = [];
    for (let child = this.firstChild(id); child >= 0; child = this.#next[child] as number) {
      if (this.#fields[child] === field) found.push(child);
    }
    return found;
  }
  /** All children, anonymous words included. */
  children(id: SyntaxId): SyntaxId[] {
    const found: SyntaxId[] = [];
    for (let child = this.firstChild(id); child >= 0; child = this.#next[child] as number) found.push(child);
    return found;
  }
  /** All named children but comments. */
  namedChildren(id: SyntaxId): SyntaxId[] {
    const found: SyntaxId[] = [];
    for (let child = this.firstChild(id); child >= 0; child = this.#next[child] as number) {
      if (this.isNamed(child) && this.type(child) !== 'comment') found.push(child);
    }
    return found;
  }
  /** The first child of the type, -1 when there is none. */
  childOfType(id: SyntaxId, type: string): SyntaxId {
    const ids = this.#table.ids.get(type);
    if (ids === undefined) return -1;
    for (let child = this.firstChild(id); child >= 0; child = this.#next[child] as number) {
      if (ids.includes(this.#types[child] as number)) return child;
    }
    return -1;
  }

  /** Packed position of a UTF-16 offset in the source. */
  position(offset: number): number {
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return packPosition(low + 1, offset - (starts[low] as number) + 1);
  }
}

function resized<T extends Uint8Array | Uint16Array | Int32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

function lineStartsOf(source: string): Int32Array {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return Int32Array.from(starts);
}
