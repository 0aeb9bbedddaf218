import { Kind } from '../lower/tree.ts';
import type { ModuleResolver } from './modules.ts';
import type { Location, SourceFile } from './sourceFile.ts';
import type { FunctionSymbol, ModuleScope, SymbolTable, TypeSymbol } from './symbols.ts';

/** What a name at module level means. */
export type ModuleBinding =
  | { kind: 'type'; symbol: TypeSymbol }
  | { kind: 'function'; symbol: FunctionSymbol }
  | { kind: 'variable'; at: Location }
  | { kind: 'expression'; at: Location }
  | { kind: 'module'; file: SourceFile }
  | { kind: 'external'; name: string }
  | { kind: 'external_module'; name: string };

const MAX_REEXPORTS = 20;

/** `node:fs` and `fs` are one module. */
export function moduleName(specifier: string): string {
  return specifier.startsWith('node:') ? specifier.slice(5) : specifier;
}

type Bindings = Map<SourceFile, Map<string, ModuleBinding | undefined>>;

/** Resolves names of TypeScript and JavaScript modules through imports, exports and barrel files. */
export class TypeScriptNames {
  readonly #table: SymbolTable;
  readonly #modules: ModuleResolver;
  /** Library modules by the specifier of a module that is generated into the project and stands for them. */
  readonly aliases = new Map<string, string>();

  readonly #named: Bindings = new Map();
  readonly #exports: Bindings = new Map();
  /** Number of aliases that the known bindings were found with. */
  #aliasCount = 0;

  constructor(table: SymbolTable, modules: ModuleResolver) {
    this.#table = table;
    this.#modules = modules;
  }

  /** What a name of a file was found to mean, looked for at the first time only; a new alias can change it. */
  #once(
    bindings: Bindings,
    file: SourceFile,
    name: string,
    find: () => ModuleBinding | undefined,
  ): ModuleBinding | undefined {
    if (this.aliases.size !== this.#aliasCount) {
      this.#named.clear();
      this.#exports.clear();
      this.#aliasCount = this.aliases.size;
    }
    let known = bindings.get(file);
    if (!known) {
      known = new Map();
      bindings.set(file, known);
    }
    if (!known.has(name)) known.set(name, find());
    return known.get(name);
  }

  /** What a name means at the top level of a file; undefined for globals. */
  resolve(name: string, file: SourceFile): ModuleBinding | undefined {
    const scope = this.#table.modules.get(file);
    return scope && this.#once(this.#named, file, name, () => this.#inModule(scope, name, 0));
  }

  /** What a module exports under a name. */
  resolveExport(file: SourceFile, name: string): ModuleBinding | undefined {
    return this.#once(this.#exports, file, name, () => this.#exported(file, name, 0));
  }

  /** The scanned file a specifier means. */
  resolveModule(specifier: string, from: SourceFile): SourceFile | undefined {
    return this.#modules.resolve(specifier, from);
  }

  /** What `require` of a module gives. */
  required(specifier: string, from: SourceFile): ModuleBinding | undefined {
    return this.#imported(from, specifier, '*', 0);
  }

  #inModule(scope: ModuleScope, name: string, depth: number): ModuleBinding | undefined {
    const type = scope.types.get(name);
    if (type) return { kind: 'type', symbol: type };
    const fn = scope.functions.get(name);
    if (fn) return { kind: 'function', symbol: fn };
    const variable = scope.variables.get(name);
    if (variable !== undefined) return { kind: 'variable', at: { file: scope.file, node: variable } };
    const imported = scope.imports.get(name);
    return imported ? this.#imported(scope.file, imported.module, imported.name, depth + 1) : undefined;
  }

  #imported(file: SourceFile, specifier: string, name: string, depth: number): ModuleBinding | undefined {
    if (depth > MAX_REEXPORTS) return undefined;
    const target = this.#modules.resolve(specifier, file);
    if (!target) {
      const module = this.aliases.get(specifier) ?? moduleName(specifier);
      return name === '*' ? { kind: 'external_module', name: module } : { kind: 'external', name: `${module}#${name}` };
    }
    if (name === '*') return this.#namespaceOf(target);
    return this.#exported(target, name, depth);
  }

  /** `require` of a module whose export is one value gives that value. */
  #namespaceOf(target: SourceFile): ModuleBinding {
    const scope = this.#table.modules.get(target);
    if (scope && scope.defaultExpression !== 0 && scope.exports.size === 0) {
      return { kind: 'expression', at: { file: target, node: scope.defaultExpression } };
    }
    return { kind: 'module', file: target };
  }

  #exported(file: SourceFile, name: string, depth: number): ModuleBinding | undefined {
    const scope = this.#table.modules.get(file);
    if (!scope || depth > MAX_REEXPORTS) return undefined;
    const local = scope.exports.get(name);
    if (local !== undefined) return this.#inModule(scope, local, depth);
    const reexport = scope.reexports.get(name);
    if (reexport) return this.#imported(file, reexport.module, reexport.name, depth + 1);
    if (name === 'default') {
      return scope.defaultExpression === 0
        ? { kind: 'module', file }
        : { kind: 'expression', at: { file, node: scope.defaultExpression } };
    }
    for (const specifier of scope.starExports) {
      const target = this.#modules.resolve(specifier, file);
      const found = target ? this.#exported(target, name, depth + 1) : undefined;
      if (found) return found;
    }
    return exportedProperty(scope, name);
  }
}

/** `module.exports = { User: model('User', schema) }` exports the value of each property. */
function exportedProperty({ file, defaultExpression }: ModuleScope, name: string): ModuleBinding | undefined {
  const { tree } = file;
  if (tree.kind(defaultExpression) !== Kind.Object) return undefined;
  const property = tree
    .children(defaultExpression)
    .find((node) => tree.kind(node) === Kind.Property && tree.text(node) === name);
  return property === undefined ? undefined : { kind: 'expression', at: { file, node: tree.child(property, 0) } };
}
