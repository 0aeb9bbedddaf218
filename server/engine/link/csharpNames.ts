import { Flag, Kind } from '../lower/tree.ts';
import type { Location, SourceFile } from './sourceFile.ts';
import type { SymbolTable, TypeSymbol } from './symbols.ts';

/** Namespaces of the .NET libraries as they are written in front of a type's name. */
export const LIBRARY_NAMESPACE =
  /^(System|Microsoft)(\.(IO|Net|Http|Mail|Text|Json|Threading|Tasks|Data|Common|SqlClient|Sqlite|Linq|Collections|Generic|Concurrent|AspNetCore|Mvc|EntityFrameworkCore|Extensions|Caching|Memory|Distributed|DependencyInjection|Hosting|Compression|Xml))*$/;

/**
 * Resolves C# type names as the language does: nested types of the enclosing and inherited types, then namespaces from
 * the inside out, with the usings of each level (C# specification, 7.8 "Namespace and type names").
 */
export class CSharpNames {
  readonly #table: SymbolTable;
  readonly #usings = new Map<SourceFile, FileUsings>();
  /** What simple names mean, by file and by the type or namespace they are used in. */
  readonly #known = new Map<SourceFile, Map<number, Map<string, TypeSymbol | undefined>>>();
  #basesInProgress = 0;
  /** Usings a Razor file takes over from the imports files of its folders; set before names are resolved. */
  readonly inheritedUsings = new Map<SourceFile, readonly Location[]>();
  /** Folders of .NET projects, `root/…`; set before names are resolved. */
  projects: ReadonlySet<string> = new Set();
  /** Base types for the look-up of inherited nested types; set by the program once types can be resolved. */
  baseTypes: (symbol: TypeSymbol) => readonly TypeSymbol[] = () => [];

  constructor(table: SymbolTable) {
    this.#table = table;
  }

  /**
   * The project type a name means at a place.
   * @param name possibly dotted, without type arguments
   * @returns undefined for types of libraries and unknown names
   */
  resolveType(name: string, arity: number, at: Location): TypeSymbol | undefined {
    const parts = name.split('.');
    const first = parts[0] as string;
    if (parts.length === 1) return this.#resolveSimple(first, arity, at);
    const head = this.#resolveSimple(first, 0, at);
    if (head) return this.#nestedPath(head, parts.slice(1), arity);
    return this.#resolveQualified(name, arity, at);
  }

  /** Runs what finds out base types: names found meanwhile are not kept, since a type in a circle has no bases yet. */
  whileResolvingBases<T>(work: () => T): T {
    this.#basesInProgress++;
    try {
      return work();
    } finally {
      this.#basesInProgress--;
    }
  }

  /** Whether a dotted name is, or begins, a namespace of the scanned code as seen from a place. */
  isNamespace(name: string, at: Location): boolean {
    if (this.#table.csharpNamespaces.has(name)) return true;
    return this.namespacesAround(at).some((outer) => this.#table.csharpNamespaces.has(`${outer}.${name}`));
  }

  /** Namespaces a file imports, global usings of its root included. */
  importedNamespaces(file: SourceFile): readonly string[] {
    return this.#usingsOf(file).namespaces;
  }

  /** Types named by `using static`. */
  staticImports(file: SourceFile): readonly TypeSymbol[] {
    const at = { file, node: file.tree.root };
    return this.#usingsOf(file).statics.flatMap(
      (name) => this.#lookUpKey(name, 0) ?? this.#resolveQualified(name, 0, at) ?? [],
    );
  }

  /** Enclosing namespaces from the inside out, the global one left out. */
  namespacesAround(at: Location): string[] {
    const { file } = at;
    const names: string[] = [];
    for (
      let node = file.enclosing(at.node, Kind.Namespace);
      node !== 0;
      node = file.enclosing(file.parent(node), Kind.Namespace)
    ) {
      names.unshift(file.tree.text(node));
    }
    if (names.length === 0) {
      const fileScoped = fileScopedNamespace(file);
      if (fileScoped !== '') names.push(fileScoped);
    }
    const result: string[] = [];
    for (
      let full = names.join('.');
      full !== '';
      full = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : ''
    ) {
      result.push(full);
    }
    return result;
  }

  #resolveSimple(name: string, arity: number, at: Location): TypeSymbol | undefined {
    // Most names are those of libraries: no type of the scanned code bears them anywhere.
    if (!this.#table.csharpByShortName.has(name)) return this.#aliased(name, arity, at);
    const known = this.#knownAround(at);
    const key = `${name}/${arity}`;
    if (known.has(key)) return known.get(key);
    const found = this.#lookUp(name, arity, at);
    if (this.#basesInProgress === 0) known.set(key, found);
    return found;
  }

  /** Names looked up before in the same type or namespace of the same file: they mean the same there. */
  #knownAround({ file, node }: Location): Map<string, TypeSymbol | undefined> {
    let scopes = this.#known.get(file);
    if (!scopes) {
      scopes = new Map();
      this.#known.set(file, scopes);
    }
    const scope = file.enclosing(node, Kind.Type, Kind.Namespace);
    let known = scopes.get(scope);
    if (!known) {
      known = new Map();
      scopes.set(scope, known);
    }
    return known;
  }

  #lookUp(name: string, arity: number, at: Location): TypeSymbol | undefined {
    for (let type = this.#table.enclosingType(at.file, at.node); type; type = type.container) {
      if (type.name === name && type.typeParameters.length === arity) return type;
      const nested = this.#nestedIn(type, name, arity, new Set());
      if (nested) return nested;
    }
    for (const namespace of this.namespacesAround(at)) {
      const found = this.#lookUpKey(`${namespace}.${name}`, arity);
      if (found) return found;
    }
    const aliased = this.#aliased(name, arity, at);
    if (aliased) return aliased;
    const global = this.#lookUpKey(name, arity);
    if (global) return global;
    return this.#imported(name, arity, at);
  }

  #aliased(name: string, arity: number, at: Location): TypeSymbol | undefined {
    const alias = arity === 0 ? this.#usingsOf(at.file).aliases.get(name) : undefined;
    return alias === undefined ? undefined : (this.#lookUpKey(alias, 0) ?? this.#resolveQualified(alias, 0, at));
  }

  #imported(name: string, arity: number, at: Location): TypeSymbol | undefined {
    const found = new Set<TypeSymbol>();
    for (const namespace of this.importedNamespaces(at.file)) {
      const symbol = this.#lookUpKey(`${namespace}.${name}`, arity) ?? this.#relative(namespace, name, arity, at);
      if (symbol) found.add(symbol);
    }
    return found.size === 1 ? [...found][0] : undefined;
  }

  /** `using Sub;` inside a namespace may be relative to it. */
  #relative(namespace: string, name: string, arity: number, at: Location): TypeSymbol | undefined {
    for (const outer of this.namespacesAround(at)) {
      const symbol = this.#lookUpKey(`${outer}.${namespace}.${name}`, arity);
      if (symbol) return symbol;
    }
    return undefined;
  }

  #resolveQualified(name: string, arity: number, at: Location): TypeSymbol | undefined {
    const direct = this.#lookUpKey(name, arity);
    if (direct) return direct;
    for (const namespace of this.namespacesAround(at)) {
      const symbol = this.#lookUpKey(`${namespace}.${name}`, arity);
      if (symbol) return symbol;
    }
    const [first, ...rest] = name.split('.');
    const alias = this.#usingsOf(at.file).aliases.get(first as string);
    return alias === undefined ? undefined : this.#lookUpKey([alias, ...rest].join('.'), arity);
  }

  #nestedIn(type: TypeSymbol, name: string, arity: number, seen: Set<TypeSymbol>): TypeSymbol | undefined {
    if (seen.has(type)) return undefined;
    seen.add(type);
    const own = type.nested.get(name)?.find((nested) => nested.typeParameters.length === arity);
    if (own) return own;
    for (const base of this.baseTypes(type)) {
      const inherited = this.#nestedIn(base, name, arity, seen);
      if (inherited) return inherited;
    }
    return undefined;
  }

  #nestedPath(head: TypeSymbol, path: string[], arity: number): TypeSymbol | undefined {
    let type: TypeSymbol | undefined = head;
    for (const [index, name] of path.entries()) {
      type = this.#nestedIn(type, name, index === path.length - 1 ? arity : 0, new Set());
      if (!type) return undefined;
    }
    return type;
  }

  #lookUpKey(qualifiedName: string, arity: number): TypeSymbol | undefined {
    return this.#table.csharpTypes.get(`${qualifiedName}/${arity}`);
  }

  /** Global usings hold for the files of their project, those outside of any project for all of the root. */
  #globalUsingsOf(file: SourceFile): Location[] {
    const own = this.#projectOf(file);
    return (this.#table.csharpGlobalUsings.get(file.root) ?? []).filter(({ file: from }) => {
      const project = this.#projectOf(from);
      return project === undefined || project === own;
    });
  }

  /** The folder of the project a file belongs to, undefined for none. */
  #projectOf(file: SourceFile): string | undefined {
    let folder = `${file.root}/${file.path}`;
    while (folder.includes('/')) {
      folder = folder.slice(0, folder.lastIndexOf('/'));
      if (this.projects.has(folder)) return folder;
    }
    return undefined;
  }

  #usingsOf(file: SourceFile): FileUsings {
    let usings = this.#usings.get(file);
    if (!usings) {
      usings = readUsings(file, [...this.#globalUsingsOf(file), ...(this.inheritedUsings.get(file) ?? [])]);
      this.#usings.set(file, usings);
    }
    return usings;
  }
}

interface FileUsings {
  namespaces: string[];
  statics: string[];
  aliases: Map<string, string>;
}

function readUsings(file: SourceFile, globals: readonly Location[]): FileUsings {
  const usings: FileUsings = { namespaces: [], statics: [], aliases: new Map() };
  const add = (from: SourceFile, node: number): void => {
    const name = from.tree.text(node);
    const alias = from.tree.text(from.tree.child(node, 0));
    if (alias !== '') usings.aliases.set(alias, name);
    else if (from.tree.has(node, Flag.Static)) usings.statics.push(name);
    else usings.namespaces.push(name);
  };
  const visit = (node: number): void => {
    for (const child of file.tree.children(node)) {
      const kind = file.tree.kind(child);
      if (kind === Kind.Using) add(file, child);
      else if (kind === Kind.Namespace || kind === Kind.List || kind === Kind.File) visit(child);
    }
  };
  visit(file.tree.root);
  for (const { file: from, node } of globals) if (from !== file) add(from, node);
  return usings;
}

/** A file-scoped namespace that the lowering left beside its declarations. */
function fileScopedNamespace(file: SourceFile): string {
  const found = file.tree.children(file.tree.root).find((node) => file.tree.kind(node) === Kind.Namespace);
  return found && file.tree.count(found) === 0 ? file.tree.text(found) : '';
}
