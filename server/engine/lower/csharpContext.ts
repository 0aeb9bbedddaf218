import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { activeBranch, definedSymbols } from './csharpPreprocessor.ts';
import { Kind, type TreeBuilder } from './tree.ts';

/** Lowers one syntax node and returns the lowered node's id, 0 when nothing is left of it. */
export type Handler = (context: CSharpContext, id: SyntaxId) => number;

/** What members without an accessibility modifier are: private in a class, public in an interface. */
export type Container = 'none' | 'class' | 'interface';

/** Nesting beyond which nothing more is lowered, so that no file can overflow the stack. */
const MAX_DEPTH = 400;

/** What is shared while one C# file is lowered. */
export class CSharpContext {
  readonly syntax: Syntax;
  readonly builder: TreeBuilder;
  readonly symbols: ReadonlySet<string>;
  readonly #handlers: ReadonlyMap<string, Handler>;
  #depth = 0;
  #temporaries = 0;
  /** Whether the function being lowered has a `yield`. */
  sawYield = false;
  container: Container = 'none';

  constructor(syntax: Syntax, builder: TreeBuilder, handlers: ReadonlyMap<string, Handler>) {
    this.syntax = syntax;
    this.builder = builder;
    this.#handlers = handlers;
    this.symbols = definedSymbols(syntax);
  }

  /** Lowers a node of any kind. */
  lower(id: SyntaxId): number {
    if (id < 0 || !this.enter()) return 0;
    const handler = this.#handlers.get(this.syntax.type(id)) ?? lowerUnknown;
    const result = handler(this, id);
    this.leave();
    return result;
  }

  /** Counts one level of nesting; false when it is one too many, and then `leave` must not be called. */
  enter(): boolean {
    if (this.#depth >= MAX_DEPTH) return false;
    this.#depth++;
    return true;
  }
  leave(): void {
    this.#depth--;
  }

  lowerAll(ids: readonly SyntaxId[]): number[] {
    const lowered: number[] = [];
    for (const id of ids) {
      const node = this.lower(id);
      if (node !== 0) lowered.push(node);
    }
    return lowered;
  }

  /** Adds a node that spans a syntax node. */
  node(kind: Kind, flags: number, at: SyntaxId, text: string, children: readonly number[]): number {
    return this.builder.node(kind, flags, this.syntax.start(at), this.syntax.end(at), text, children);
  }

  list(at: SyntaxId, children: readonly number[]): number {
    return this.node(Kind.List, 0, at, '', children);
  }

  /** A List without children, which stands where a syntax node ends. */
  emptyList(after: SyntaxId): number {
    const position = this.syntax.end(after);
    return this.builder.node(Kind.List, 0, position, position, '', []);
  }

  /** A list of nodes that stand together, from the first to the last; an empty one after `after`. */
  listOf(nodes: readonly number[], from: SyntaxId, to: SyntaxId, after: SyntaxId): number {
    if (nodes.length === 0) return this.emptyList(after);
    return this.builder.node(Kind.List, 0, this.syntax.start(from), this.syntax.end(to), '', nodes);
  }

  identifier(id: SyntaxId): number {
    return id < 0 ? 0 : this.node(Kind.Identifier, 0, id, this.name(id), []);
  }

  /** An identifier's name without `@`; of a generic name the identifier. */
  name(id: SyntaxId): string {
    if (id < 0) return '';
    const { syntax } = this;
    const text = syntax.text(syntax.type(id) === 'generic_name' ? syntax.firstChild(id) : id);
    return text.charCodeAt(0) === 64 ? text.slice(1) : text;
  }

  /** A name for a value that the source does not name. */
  temporary(): string {
    return `$${this.#temporaries++}`;
  }

  /** The children that mean something: named nodes, `this` and `base`; of `#if` those of the active branch. */
  kids(id: SyntaxId): SyntaxId[] {
    const found: SyntaxId[] = [];
    const { syntax } = this;
    for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) this.#addKid(child, found);
    return found;
  }

  /** The last of `kids` that is not `except`, -1 when there is none. */
  lastKid(id: SyntaxId, except = -1): SyntaxId {
    const { syntax } = this;
    let last = -1;
    for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
      const type = syntax.type(child);
      if (type.startsWith('preproc_')) return this.kids(id).findLast((kid) => kid !== except) ?? -1;
      const counts = syntax.isNamed(child) ? type !== 'comment' : type === 'this' || type === 'base';
      if (counts && child !== except) last = child;
    }
    return last;
  }

  #addKid(child: SyntaxId, found: SyntaxId[]): void {
    const type = this.syntax.type(child);
    if (!this.syntax.isNamed(child) && type !== 'this' && type !== 'base' && type !== 'end') return;
    if (!type.startsWith('preproc_')) {
      if (type !== 'comment') found.push(child);
    } else if (type.startsWith('preproc_if')) this.#addActiveBranch(child, found);
  }

  #addActiveBranch(id: SyntaxId, found: SyntaxId[]): void {
    if (!this.enter()) return;
    for (const child of activeBranch(this.syntax, id, this.symbols)) this.#addKid(child, found);
    this.leave();
  }

  hasWord(id: SyntaxId, word: string): boolean {
    return this.syntax.childOfType(id, word) >= 0;
  }
}

/** What has no meaning of its own: a List of what its children mean. */
export function lowerUnknown(context: CSharpContext, id: SyntaxId): number {
  const children = context.lowerAll(context.kids(id));
  return children.length === 0 ? 0 : context.list(id, children);
}

/** Wrappers around one expression or statement. */
export function lowerTransparent(context: CSharpContext, id: SyntaxId): number {
  const children = context.lowerAll(context.kids(id));
  if (children.length < 2) return children[0] ?? 0;
  return context.list(id, children);
}

export function lowerNothing(): number {
  return 0;
}
