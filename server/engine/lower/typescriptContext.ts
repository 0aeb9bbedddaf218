import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { Kind, type TreeBuilder } from './tree.ts';

/** Lowers one expression or type; returns 0 when it leaves nothing. */
export type NodeLowering = (context: LoweringContext, id: SyntaxId) => number;
/** Lowers one statement or declaration to any number of nodes. */
export type StatementLowering = (context: LoweringContext, id: SyntaxId, out: number[]) => void;

/** Which function lowers which grammar node. */
export interface LoweringTables {
  expressions: ReadonlyMap<string, NodeLowering>;
  statements: ReadonlyMap<string, StatementLowering>;
  types: ReadonlyMap<string, NodeLowering>;
}

/** Deeper code than this leaves nothing in the tree, so that no walk over the tree can overflow the stack. */
const MAX_DEPTH = 400;

/**
 * Stands in a table for grammar nodes that mean the same as the one expression or type inside. It is never called:
 * going into them in a loop keeps any number of parentheses from being depth.
 */
export const transparent: NodeLowering = () => 0;

/** What the parser's error nodes are called in a `Syntax`. */
const ERROR_TYPES: ReadonlySet<string> = new Set(['end', 'ERROR', '']);

/**
 * The state of lowering one file, and the way from one part of the lowering to the others: each part only knows this
 * class, which looks up who lowers a node.
 */
export class LoweringContext {
  readonly syntax: Syntax;
  readonly builder: TreeBuilder;
  readonly #tables: LoweringTables;
  #depth = 0;
  #patterns = 0;

  constructor(syntax: Syntax, builder: TreeBuilder, tables: LoweringTables) {
    this.syntax = syntax;
    this.builder = builder;
    this.#tables = tables;
  }

  /** Lowers an expression; 0 for none, or when it lies too deep. */
  expression(id: SyntaxId): number {
    return this.#lowered(id, this.#tables.expressions, (inner) => this.#unknown(inner));
  }

  /** Lowers a statement, a declaration or, where a grammar puts one in such a place, an expression. */
  statement(id: SyntaxId, out: number[]): void {
    if (id < 0 || this.#depth >= MAX_DEPTH) return;
    const lowering = this.#tables.statements.get(this.syntax.type(id));
    if (!lowering) {
      pushPresent(out, this.expression(id));
      return;
    }
    this.#depth++;
    lowering(this, id, out);
    this.#depth--;
  }

  /** Lowers all children of a node as statements. */
  statementsIn(id: SyntaxId, out: number[]): void {
    const { syntax } = this;
    for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
      if (isPart(syntax, child)) this.statement(child, out);
    }
  }

  /** Lowers a type to a TypeRef; 0 for none, or when it lies too deep. */
  type(id: SyntaxId): number {
    return this.#lowered(id, this.#tables.types, (inner) => this.unknownType(inner));
  }

  /** Lowers by a table, through the nodes that are transparent in it. */
  #lowered(id: SyntaxId, table: ReadonlyMap<string, NodeLowering>, unknown: (id: SyntaxId) => number): number {
    if (id < 0 || this.#depth >= MAX_DEPTH) return 0;
    const { syntax } = this;
    let inner = id;
    let lowering = table.get(syntax.type(inner));
    while (lowering === transparent) {
      inner = firstNamedChild(syntax, inner);
      if (inner < 0) return 0;
      lowering = table.get(syntax.type(inner));
    }
    this.#depth++;
    const lowered = lowering ? lowering(this, inner) : unknown(inner);
    this.#depth--;
    return lowered;
  }

  /** The TypeRef `?` of a type that has no counterpart in the lowered tree, with the types inside. */
  unknownType(id: SyntaxId): number {
    const inner: number[] = [];
    for (const child of this.syntax.namedChildren(id)) pushPresent(inner, this.type(child));
    return this.node(Kind.TypeRef, 0, id, '?', inner);
  }

  /** Runs `lower` one level deeper, or not at all when it lies too deep. */
  deeper(lower: () => void): void {
    if (this.#depth >= MAX_DEPTH) return;
    this.#depth++;
    lower();
    this.#depth--;
  }

  /** The name of the next Variable that holds a value taken apart by a pattern: `$0`, `$1` … */
  nextPatternName(): string {
    return `$${this.#patterns++}`;
  }

  /** A node with the span of a syntax node. */
  node(kind: Kind, flags: number, span: SyntaxId, text: string, children: readonly number[]): number {
    return this.builder.node(kind, flags, this.syntax.start(span), this.syntax.end(span), text, children);
  }

  list(children: readonly number[], span: SyntaxId): number {
    return this.node(Kind.List, 0, span, '', children);
  }

  /** A List of nodes that do not stand side by side; it has the packed position where their declaration starts. */
  listAt(children: readonly number[], at: number): number {
    return this.builder.node(Kind.List, 0, at, at, '', children);
  }

  /** An Identifier at a syntax node, with its text unless told otherwise; 0 for no node. */
  identifier(id: SyntaxId, name = this.syntax.text(id)): number {
    return id < 0 ? 0 : this.node(Kind.Identifier, 0, id, name, NO_CHILDREN);
  }

  /** True when one of the direct children is this word, such as `static`. */
  hasWord(id: SyntaxId, word: string): boolean {
    return this.syntax.childOfType(id, word) >= 0;
  }

  #unknown(id: SyntaxId): number {
    const inner: number[] = [];
    this.statementsIn(id, inner);
    if (inner.length <= 1) return inner[0] ?? 0;
    return this.list(inner, id);
  }
}

export const NO_CHILDREN: readonly number[] = [];

/** Appends a node unless it is 0. */
export function pushPresent(out: number[], id: number): void {
  if (id !== 0) out.push(id);
}

/** The first named child that is no comment, -1 when there is none. */
export function firstNamedChild(syntax: Syntax, id: SyntaxId): SyntaxId {
  for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
    if (syntax.isNamed(child) && syntax.type(child) !== 'comment') return child;
  }
  return -1;
}

/** The named children but comments, and the parser's error nodes, which may hold whole expressions. */
export function partsOf(syntax: Syntax, id: SyntaxId): SyntaxId[] {
  const parts: SyntaxId[] = [];
  for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
    if (isPart(syntax, child)) parts.push(child);
  }
  return parts;
}

function isPart(syntax: Syntax, id: SyntaxId): boolean {
  const type = syntax.type(id);
  return syntax.isNamed(id) ? type !== 'comment' : ERROR_TYPES.has(type);
}
