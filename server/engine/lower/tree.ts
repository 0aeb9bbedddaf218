/**
 * The lowered tree: one small, language-neutral syntax tree that every language is lowered to, so that everything
 * after parsing (symbols, types, rules, links) is written once. It is stored as one `Int32Array` plus a string table,
 * so that it crosses threads by transfer, costs about 30 bytes a node and can be cached as it is.
 *
 * Record layout, at the index that is the node's id:
 * `[kind, flags, start, end, atom, childCount, child0, child1, …]`. Id 0 is "no node".
 * Positions are packed as `line << 12 | column`, both 1-based, the end exclusive; columns above 4095 are clamped.
 */

/**
 * Kinds of lowered nodes. After the colon stand the children in order; `?` may be 0 (absent), `*` is any number.
 * `List` nodes group children where a kind has several lists. The atom is named in brackets.
 */
export const Kind = {
  /** Declarations and statements at top level: *. */
  File: 1,
  /** Any number of nodes with no meaning of their own. Also unknown expressions and control flow, so that calls
   * inside are still seen. */
  List: 2,
  /** [dotted name]: *declarations. C# only; file-scoped namespaces too. */
  Namespace: 3,
  /** [namespace or type]: alias Ident?. C# `using`. */
  Using: 4,
  /** [module specifier]: *ImportName. TS `import`, `import x = require()`, `const x = require()`. */
  Import: 5,
  /** [exported name in the other module; `default`; `*` for all]: local Ident. */
  ImportName: 6,
  /** [module specifier, '' for this module]: *ExportName. `export * from` has one ExportName [`*`]. */
  Export: 7,
  /** [exported name]: Ident of the local (or, with a module, of the imported) name?. */
  ExportName: 8,
  /** value expression. `export default expr`, `module.exports = expr`. */
  ExportDefault: 9,
  /** [name]: name Ident, type parameters List of TypeParam, bases List of TypeRef, attributes List of Attribute,
   * members List, aliased TypeRef?. Classes, interfaces, structs, records, enums, type aliases: see flags. */
  Type: 10,
  /** [name]: *constraint TypeRef. */
  TypeParam: 11,
  /** [name]: name Ident, TypeRef?, initialiser?, attributes List, accessors List of Function. Fields, properties,
   * enum members, events. An expression-bodied property has one Getter function whose body is the expression. */
  Field: 12,
  /** [name, '' when anonymous]: name Ident?, parameters List of Param, return TypeRef?, body?, attributes List,
   * type parameters List. Functions, methods, constructors, accessors, lambdas, local functions. The body is a Block,
   * or the expression itself. */
  Function: 13,
  /** [name, '' for a pattern]: TypeRef?, default?, attributes List. A destructured parameter is named `$p0`, `$p1` …
   * by position and followed, in the body, by Variables that read it. */
  Param: 14,
  /** [name without `Attribute` suffix or `@`; dotted as written]: *arguments (NamedArgument for `Name = x`). */
  Attribute: 15,
  /** [name]: value. In attributes and calls. */
  NamedArgument: 16,
  /** [name; `[]` array, `|` union, `&` intersection, `=>` function type, `{}` object type, `typeof`, `(,)` tuple]:
   * *arguments. Object type: *Field/Function. Function type: parameters List, return TypeRef. Qualified names are
   * dotted. */
  TypeRef: 17,

  /** *statements; opens a scope. */
  Block: 20,
  /** [name]: name Ident, TypeRef?, initialiser?. A destructuring pattern becomes one Variable named `$N` holding the
   * initialiser and one Variable a name whose initialiser is a Member or Index on it. */
  Variable: 21,
  /** [name]: name Ident, TypeRef?, iterated expression, body. */
  ForEach: 22,
  /** value?. */
  Return: 23,

  /** [name] */
  Identifier: 30,
  This: 31,
  /** `base`, `super`. */
  Base: 32,
  /** [name]: object. `a.b`, `a?.b`, `a!.b`; C# `Namespace.Type` in expressions too. */
  Member: 33,
  /** callee, arguments List, type arguments List?. */
  Call: 34,
  /** TypeRef (C#, and TS names) or expression?, arguments List, initialiser Object?. 0 first in C# `new()`. */
  New: 35,
  /** [value, escapes decoded] */
  String: 36,
  /** *parts: String and expressions. Template literals, interpolated strings. */
  Template: 37,
  /** [text] numbers, `true`, `false`, `null`, `undefined`, regular expressions. */
  Literal: 38,
  /** [operator]: left, right. */
  Binary: 39,
  /** condition, then, else. */
  Conditional: 40,
  /** operand. */
  Await: 41,
  /** [operator: `=`, `+=`, `??=` …]: left, right. */
  Assign: 42,
  /** object, index. */
  Index: 43,
  /** *Property, Spread. Object literals and C# object and collection initialisers and anonymous objects. */
  Object: 44,
  /** [key; '' for a computed one]: value, computed key?. Methods in object literals have a Function as value. */
  Property: 45,
  /** operand. */
  Spread: 46,
  /** *items. */
  Array: 47,
  /** operand, TypeRef. Casts, `as`, `satisfies`. */
  Cast: 48,
  /** [range variable]: source, *clauses as expressions or Functions. C# LINQ query syntax; the clause expressions are
   * children so that calls inside are seen. */
  LinqQuery: 49,
  /** [tag as written]: tag expression? (0 for DOM tags), attributes List of JsxAttribute/Spread, children List. */
  JsxElement: 50,
  /** [name]: value? (0 for a bare attribute). The span is the attribute alone. */
  JsxAttribute: 51,

  /** [`x:Class`, or '' where the component is known otherwise]: *TemplateEvent, TemplateUse, TemplateBinding. */
  UiTemplate: 60,
  /** [event name, e.g. `click`, `ngSubmit`, `keyup.enter`]: handler expression?, element tag Identifier. The span is
   * the attribute alone. */
  TemplateEvent: 61,
  /** [tag]: none. An element that may be an own component. */
  TemplateUse: 62,
  /** [property]: expression. A one-way binding that matters: `routerLink`, WPF `Command`, `DataContext`. */
  TemplateBinding: 63,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Bit flags of a node. */
export const Flag = {
  Static: 1,
  Abstract: 1 << 1,
  Partial: 1 << 2,
  Exported: 1 << 3,
  Default: 1 << 4,
  Async: 1 << 5,
  /** C# extension method (first parameter has `this`). */
  Extension: 1 << 6,
  Constructor: 1 << 7,
  Getter: 1 << 8,
  Setter: 1 << 9,
  Lambda: 1 << 10,
  Readonly: 1 << 11,
  Const: 1 << 12,
  Private: 1 << 13,
  Override: 1 << 14,
  Optional: 1 << 15,
  /** A property (C# with accessors; a TS constructor parameter that declares one). */
  Property: 1 << 16,
  Class: 1 << 17,
  Interface: 1 << 18,
  Struct: 1 << 19,
  Enum: 1 << 20,
  Alias: 1 << 21,
  Record: 1 << 22,
  /** C# `global using`; an event attribute (`onclick`) whose code sees global names, not a component's. */
  Global: 1 << 23,
  TypeOnly: 1 << 24,
  Nullable: 1 << 25,
  /** A literal in a type position: `'a' | 'b'`. */
  LiteralType: 1 << 26,
  Generator: 1 << 27,
  Required: 1 << 28,
} as const;

/** Words before a node's children: kind, flags, start, end, text, number of children, parent. */
const HEADER = 7;
const COLUMN_BITS = 12;
const COLUMN_MAX = (1 << COLUMN_BITS) - 1;
const LINE_MAX = (1 << (31 - COLUMN_BITS)) - 1;

/** Packs a 1-based line and column; columns above 4095 and lines above 524,287 are clamped. */
export function packPosition(line: number, column: number): number {
  return (Math.min(line, LINE_MAX) << COLUMN_BITS) | Math.min(column, COLUMN_MAX);
}
/** 1-based line of a packed position. */
export function lineOf(position: number): number {
  return position >> COLUMN_BITS;
}
/** 1-based column of a packed position. */
export function columnOf(position: number): number {
  return position & COLUMN_MAX;
}

/** A lowered tree as it crosses threads and lies in the cache. */
export interface TreeData {
  nodes: Int32Array;
  atoms: string[];
  /** Id of the File node. */
  root: number;
}

/** Writes a lowered tree. Children must be built before their parent. */
export class TreeBuilder {
  #nodes = new Int32Array(4096);
  #length = 1;
  #atoms: string[] = [''];
  #atomIds = new Map<string, number>([['', 0]]);

  /** The id of `text` in the string table. */
  atom(text: string): number {
    let id = this.#atomIds.get(text);
    if (id === undefined) {
      id = this.#atoms.length;
      this.#atoms.push(text);
      this.#atomIds.set(text, id);
    }
    return id;
  }

  /**
   * Adds a node and returns its id.
   * @param start packed position of the first character
   * @param end packed position after the last character
   */
  node(kind: Kind, flags: number, start: number, end: number, text: string, children: readonly number[]): number {
    const size = HEADER + children.length;
    if (this.#length + size > this.#nodes.length) this.#grow(this.#length + size);
    const id = this.#length;
    const nodes = this.#nodes;
    nodes[id] = kind;
    nodes[id + 1] = flags;
    nodes[id + 2] = start;
    nodes[id + 3] = end;
    nodes[id + 4] = this.atom(text);
    nodes[id + 5] = children.length;
    nodes[id + 6] = 0;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] ?? 0;
      nodes[id + HEADER + i] = child;
      if (child !== 0) nodes[child + 6] = id;
    }
    this.#length += size;
    return id;
  }

  #grow(needed: number): void {
    const grown = new Int32Array(Math.max(needed, this.#nodes.length * 2));
    grown.set(this.#nodes);
    this.#nodes = grown;
  }

  /** The finished tree; the builder must not be used afterwards. */
  finish(root: number): TreeData {
    return { nodes: this.#nodes.slice(0, this.#length), atoms: this.#atoms, root };
  }
}

/**
 * The string table that all trees of a scan share: a text that many files hold is kept, hashed and compared once. Ids
 * depend on the order in which trees arrive, so nothing a result says may depend on them.
 */
export class AtomTable {
  /** Texts by id; id 0 is the empty text. */
  readonly texts: string[];
  #ids: Map<string, number> | undefined;

  constructor(texts: string[] = ['']) {
    this.texts = texts;
  }

  /** The id of a text, which is added when it is new. */
  id(text: string): number {
    const ids = this.#index();
    let id = ids.get(text);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(text);
      ids.set(text, id);
    }
    return id;
  }

  /** The id of a text, undefined when no tree holds it. */
  find(text: string): number | undefined {
    return this.#index().get(text);
  }

  /** Built at need: a scan that reads all trees from the cache adds no text. */
  #index(): Map<string, number> {
    if (!this.#ids) {
      this.#ids = new Map();
      for (const [id, text] of this.texts.entries()) this.#ids.set(text, id);
    }
    return this.#ids;
  }
}

/** A tree whose texts are ids of a shared table. */
export interface SharedTree {
  nodes: Int32Array;
  /** Ids of the texts it holds, each once. */
  atoms: Int32Array;
  root: number;
}

/** Rewrites a tree in place so that its texts are ids of the table. */
export function shareTexts(data: TreeData, table: AtomTable): SharedTree {
  const { nodes, root } = data;
  const atoms = Int32Array.from(data.atoms, (text) => table.id(text));
  for (let id = 1; id < nodes.length; id += HEADER + (nodes[id + 5] as number)) {
    nodes[id + 4] = atoms[nodes[id + 4] as number] as number;
  }
  return { nodes, atoms, root };
}

/** A copy of a tree for a table in which the texts have other ids: `newIds` by the ids they have now. */
export function withTextIds(tree: SharedTree, newIds: Int32Array): SharedTree {
  const nodes = tree.nodes.slice();
  for (let id = 1; id < nodes.length; id += HEADER + (nodes[id + 5] as number)) {
    nodes[id + 4] = newIds[nodes[id + 4] as number] as number;
  }
  return { nodes, atoms: tree.atoms.map((atom) => newIds[atom] as number), root: tree.root };
}

/** Reads a lowered tree. All methods take a node id; id 0 has kind 0, no text and no children. */
export class Tree {
  readonly root: number;
  readonly #table: AtomTable;
  readonly #texts: readonly string[];
  #atoms: Int32Array;
  #nodes: Int32Array;

  constructor(shared: SharedTree, table: AtomTable) {
    this.#nodes = shared.nodes;
    this.#atoms = shared.atoms;
    this.root = shared.root;
    this.#table = table;
    this.#texts = table.texts;
  }

  /** A tree with a string table of its own. */
  static of(data: TreeData): Tree {
    const table = new AtomTable();
    return new Tree(shareTexts(data, table), table);
  }

  /** Length of the array of nodes: ids are smaller. */
  get length(): number {
    return this.#nodes.length;
  }
  /** Whether any node has this text. */
  mentions(text: string): boolean {
    const atom = this.#table.find(text);
    return atom !== undefined && this.#atoms.includes(atom);
  }
  /** Gives all nodes with one text another one. What the tree was made of stays as it was. */
  replaceText(from: string, to: string): void {
    if (!this.mentions(from)) return;
    const [before, after] = [this.#table.id(from), this.#table.id(to)];
    this.#atoms = this.#atoms.map((atom) => (atom === before ? after : atom));
    const nodes = this.#nodes.slice();
    for (let id = 1; id < nodes.length; id += HEADER + (nodes[id + 5] as number)) {
      if (nodes[id + 4] === before) nodes[id + 4] = after;
    }
    this.#nodes = nodes;
  }
  kind(id: number): number {
    return id === 0 ? 0 : (this.#nodes[id] as number);
  }
  flags(id: number): number {
    return this.#nodes[id + 1] as number;
  }
  has(id: number, flag: number): boolean {
    return id !== 0 && ((this.#nodes[id + 1] as number) & flag) !== 0;
  }
  start(id: number): number {
    return this.#nodes[id + 2] as number;
  }
  end(id: number): number {
    return this.#nodes[id + 3] as number;
  }
  text(id: number): string {
    return id === 0 ? '' : (this.#texts[this.#nodes[id + 4] as number] as string);
  }
  count(id: number): number {
    return id === 0 ? 0 : (this.#nodes[id + 5] as number);
  }
  /** The parent, 0 for the File node. */
  parent(id: number): number {
    return id === 0 ? 0 : (this.#nodes[id + 6] as number);
  }
  /** The node written after this one; its id is `length` after the last. */
  after(id: number): number {
    return id + HEADER + this.count(id);
  }
  /** The child at `index`, 0 when absent. */
  child(id: number, index: number): number {
    return id === 0 || index >= (this.#nodes[id + 5] as number) ? 0 : (this.#nodes[id + HEADER + index] as number);
  }
  /** Puts all present children on a stack, the first on top. */
  pushChildren(id: number, stack: number[]): void {
    const count = this.#nodes[id + 5] as number;
    for (let i = count - 1; i >= 0; i--) {
      const child = this.#nodes[id + HEADER + i] as number;
      if (child !== 0) stack.push(child);
    }
  }
  /** All present children. */
  children(id: number): number[] {
    const result: number[] = [];
    const count = this.count(id);
    for (let i = 0; i < count; i++) {
      const child = this.#nodes[id + HEADER + i] as number;
      if (child !== 0) result.push(child);
    }
    return result;
  }
}
