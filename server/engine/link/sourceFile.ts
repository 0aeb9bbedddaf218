import type { Language } from '../languages.ts';
import { Kind, type Tree } from '../lower/tree.ts';

/** A node of a file's lowered tree. */
export interface Location {
  file: SourceFile;
  node: number;
}

const DECLARING: ReadonlySet<number> = new Set([
  Kind.Variable,
  Kind.ForEach,
  Kind.Param,
  Kind.Function,
  Kind.Type,
  Kind.LinqQuery,
]);

const SCOPES: ReadonlySet<number> = new Set([Kind.File, Kind.Block, Kind.Function, Kind.ForEach, Kind.LinqQuery]);

/** Kinds of nodes that whole files are searched for again and again. */
const SWEPT: ReadonlySet<number> = new Set([
  Kind.Call,
  Kind.New,
  Kind.Index,
  Kind.ForEach,
  Kind.Assign,
  Kind.Array,
  Kind.Object,
  Kind.ExportDefault,
  Kind.JsxElement,
  Kind.TemplateEvent,
  Kind.TemplateBinding,
  Kind.TemplateUse,
]);

/** One scanned file as the linker sees it: its tree, and names declared in its local scopes. */
export class SourceFile {
  readonly index: number;
  readonly root: string;
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly language: Language;
  readonly generated: boolean;
  readonly tree: Tree;
  #swept: Int32Array | undefined;
  readonly #scopes = new Map<number, Map<string, number[]>>();

  constructor(file: { index: number; root: string; path: string; language: Language; generated: boolean; tree: Tree }) {
    this.index = file.index;
    this.root = file.root;
    this.path = file.path;
    this.language = file.language;
    this.generated = file.generated;
    this.tree = file.tree;
  }

  /** Id of the parent node, 0 for the File node. */
  parent(node: number): number {
    return this.tree.parent(node);
  }

  /** The nodes of the SWEPT kinds, parents first. */
  sweptNodes(): Int32Array {
    this.#swept ??= sweep(this.tree);
    return this.#swept;
  }

  /** The closest ancestor (or the node itself) of one of the kinds, 0 when there is none. */
  enclosing(node: number, ...kinds: number[]): number {
    for (let at = node; at !== 0; at = this.parent(at)) {
      if (kinds.includes(this.tree.kind(at))) return at;
    }
    return 0;
  }

  /**
   * The local declaration (variable, parameter, local function, loop variable) a name means at a node; 0 when it is
   * not local. Members are not local, nor are names at file level, but for those of C# top-level statements.
   */
  findLocal(name: string, at: number): number {
    const { tree } = this;
    let isInDeclaration = false;
    for (let scope = this.parent(at); scope !== 0; scope = this.parent(scope)) {
      const kind = tree.kind(scope);
      if (kind === Kind.Namespace || kind === Kind.Type) isInDeclaration = true;
      if (kind === Kind.File && (isInDeclaration || this.language !== 'csharp')) return 0;
      if (!SCOPES.has(kind)) continue;
      const found = this.#scope(scope).get(name);
      if (found) return closestBefore(tree, found, at);
    }
    return 0;
  }

  #scope(scope: number): Map<string, number[]> {
    let names = this.#scopes.get(scope);
    if (!names) {
      names = new Map();
      this.#collect(scope, scope, names);
      this.#scopes.set(scope, names);
    }
    return names;
  }

  #collect(scope: number, node: number, names: Map<string, number[]>): void {
    const { tree } = this;
    for (const child of tree.children(node)) {
      const kind = tree.kind(child);
      if (DECLARING.has(kind) && !(kind === Kind.Type && tree.kind(scope) === Kind.File))
        declare(names, tree.text(child), child);
      const inner =
        kind === Kind.Namespace ||
        kind === Kind.Block ||
        kind === Kind.Function ||
        kind === Kind.Type ||
        kind === Kind.ForEach;
      if (!inner) this.#collect(scope, child, names);
      else if (kind === Kind.ForEach) this.#collect(scope, tree.child(child, 2), names);
    }
    if (node === scope && (tree.kind(scope) === Kind.ForEach || tree.kind(scope) === Kind.LinqQuery)) {
      declare(names, tree.text(scope), scope);
    }
  }
}

/** Whether a file's names are resolved as C# does; of a .proto file, those of the classes that are generated of it. */
export function isCSharp(file: { language: Language }): boolean {
  return file.language === 'csharp' || file.language === 'razor' || file.language === 'proto';
}

function sweep(tree: Tree): Int32Array {
  const found: number[] = [];
  const pending = [tree.root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (SWEPT.has(tree.kind(node))) found.push(node);
    tree.pushChildren(node, pending);
  }
  return Int32Array.from(found);
}

function declare(names: Map<string, number[]>, name: string, node: number): void {
  if (name === '') return;
  const known = names.get(name);
  if (known) known.push(node);
  else names.set(name, [node]);
}

/** Of several declarations of one name in one scope, the last one that starts before the use. */
function closestBefore(tree: Tree, found: number[], at: number): number {
  let best = found[0] as number;
  for (const candidate of found) {
    if (tree.start(candidate) <= tree.start(at) && tree.start(candidate) >= tree.start(best)) best = candidate;
  }
  return best;
}

/** Names a call by its place: file and node. */
export function callKey(file: SourceFile, node: number): string {
  return `${file.index}:${node}`;
}
