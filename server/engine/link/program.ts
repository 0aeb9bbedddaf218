import { Flag, Kind } from '../lower/tree.ts';
import type { RulePack } from '../rules/rulePack.ts';
import { CSharpNames } from './csharpNames.ts';
import { TypeModels } from './models.ts';
import type { ModuleResolver } from './modules.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import type { FieldSymbol, FunctionSymbol, SymbolTable, TypeSymbol } from './symbols.ts';
import { bind, type Bindings, NO_BINDINGS, substitute, type Type, UNKNOWN } from './types.ts';
import { TypeReferences } from './typeReferences.ts';
import { TypeScriptNames } from './typescriptNames.ts';
import { writtenType } from './writtenTypes.ts';

export type ExternalType = Type & { kind: 'external' };

/** A member found on a type, with what the receiver binds the type parameters to. */
export type Member =
  | { kind: 'methods'; functions: readonly FunctionSymbol[]; bindings: Bindings }
  | { kind: 'field'; field: FieldSymbol; bindings: Bindings }
  | { kind: 'type'; symbol: TypeSymbol };

const BASES = 2;
const ALIASED = 5;

/**
 * All scanned code bound together: names, declared types, members and bases. Types of expressions are computed by
 * `Expressions`, which builds on this.
 */
export class Program {
  readonly files: readonly SourceFile[];
  readonly table: SymbolTable;
  readonly packs: readonly RulePack[];
  readonly csharp: CSharpNames;
  readonly typescript: TypeScriptNames;
  readonly references: TypeReferences;
  readonly #models: { csharp: TypeModels; typescript: TypeModels };
  readonly #bases = new Map<TypeSymbol, readonly Type[]>();
  #subtypes: Map<TypeSymbol, TypeSymbol[]> | undefined;
  readonly #lambdas = new Map<string, FunctionSymbol>();

  constructor(files: readonly SourceFile[], table: SymbolTable, modules: ModuleResolver, packs: readonly RulePack[]) {
    this.files = files;
    this.table = table;
    this.packs = packs;
    this.#models = { csharp: new TypeModels(packs, 'csharp'), typescript: new TypeModels(packs, 'typescript') };
    this.csharp = new CSharpNames(table);
    this.typescript = new TypeScriptNames(table, modules);
    this.references = new TypeReferences(this);
    this.csharp.baseTypes = (symbol) => this.projectBases(symbol);
  }

  models(file: SourceFile): TypeModels {
    return isCSharp(file) ? this.#models.csharp : this.#models.typescript;
  }

  /** The declared type a TypeRef node means. */
  typeFromReference(at: Location): Type {
    return this.references.resolve(at);
  }

  /** Declared base types, with the symbol's own type parameters unbound. */
  bases(symbol: TypeSymbol): readonly Type[] {
    let bases = this.#bases.get(symbol);
    if (!bases) {
      // Guards against a base clause that needs itself to be resolved.
      this.#bases.set(symbol, []);
      bases = this.csharp.whileResolvingBases(() => this.#declaredBases(symbol));
      this.#bases.set(symbol, bases);
    }
    return bases;
  }

  #declaredBases(symbol: TypeSymbol): Type[] {
    return symbol.declarations.flatMap(({ file, node }) => {
      const references = file.tree.children(file.tree.child(node, BASES));
      const aliased = symbol.has(Flag.Alias) ? file.tree.child(node, ALIASED) : 0;
      if (aliased !== 0) references.push(aliased);
      return references.map((reference) => this.typeFromReference({ file, node: reference }));
    });
  }

  /** Bases that are types of the scanned code. */
  projectBases(symbol: TypeSymbol): TypeSymbol[] {
    return this.bases(symbol).flatMap((base) => (base.kind === 'project' ? [base.symbol] : []));
  }

  /** `type UserDocument = User & Document` and `HydratedDocument<User>` are about User. */
  unaliased(symbol: TypeSymbol): TypeSymbol {
    if (!symbol.has(Flag.Alias)) return symbol;
    for (const base of this.bases(symbol)) {
      if (base.kind === 'project') return this.unaliased(base.symbol);
      const [argument] = base.kind === 'external' ? base.args : [];
      if (argument?.kind === 'project') return this.unaliased(argument.symbol);
    }
    return symbol;
  }

  /** Types of the scanned code that derive from or implement a type, directly or not, in declaration order. */
  subtypes(symbol: TypeSymbol): readonly TypeSymbol[] {
    this.#subtypes ??= this.#buildSubtypes();
    const found = new Set<TypeSymbol>();
    const pending = [symbol];
    for (let at = pending.pop(); at; at = pending.pop()) {
      for (const subtype of this.#subtypes.get(at) ?? []) {
        if (found.has(subtype)) continue;
        found.add(subtype);
        pending.push(subtype);
      }
    }
    return [...found];
  }

  #buildSubtypes(): Map<TypeSymbol, TypeSymbol[]> {
    const subtypes = new Map<TypeSymbol, TypeSymbol[]>();
    for (const type of this.table.types) {
      for (const base of this.projectBases(type)) {
        const known = subtypes.get(base);
        if (known) known.push(type);
        else subtypes.set(base, [type]);
      }
    }
    return subtypes;
  }

  /** A type and all its bases, bound, the type itself first, each once. */
  lineage(type: Type): Type[] {
    const result: Type[] = [];
    const seen = new Set<TypeSymbol>();
    const visit = (at: Type): void => {
      if (at.kind === 'project') {
        if (seen.has(at.symbol)) return;
        seen.add(at.symbol);
      }
      result.push(at);
      if (at.kind !== 'project') return;
      const bindings = bind(at.symbol.typeParameters, at.args);
      for (const base of this.bases(at.symbol)) visit(substitute(base, bindings));
    };
    visit(type);
    return result;
  }

  /** The library types a type is or derives from. */
  externalLineage(type: Type): ExternalType[] {
    return this.lineage(type).flatMap((at) => (at.kind === 'external' ? [at] : []));
  }

  /** The type seen as a library type or a base of one; undefined when it is not known to be one. */
  viewAsExternal(type: Type, name: string, file: SourceFile): ExternalType | undefined {
    const models = this.models(file);
    for (const external of this.externalLineage(type)) {
      const view = models.viewAs(external, name);
      if (view) return view;
    }
    return undefined;
  }

  /** A member of a type of the scanned code, inherited ones included. */
  member(type: Type & { kind: 'project' }, name: string): Member | undefined {
    for (const at of this.lineage(type)) {
      if (at.kind !== 'project') continue;
      const bindings = bind(at.symbol.typeParameters, at.args);
      const functions = at.symbol.methods.get(name);
      if (functions) return { kind: 'methods', functions: this.#withOverloads(type, name, functions), bindings };
      const field = at.symbol.fields.get(name);
      if (field) return { kind: 'field', field, bindings };
      const nested = at.symbol.nested.get(name)?.[0];
      if (nested) return { kind: 'type', symbol: nested };
    }
    return undefined;
  }

  /** Overloads of bases stay visible beside those of the derived type; overridden ones do not. */
  #withOverloads(type: Type, name: string, own: readonly FunctionSymbol[]): readonly FunctionSymbol[] {
    const all = [...own];
    const shapes = new Set(own.map(shapeOf));
    for (const at of this.lineage(type)) {
      if (at.kind !== 'project') continue;
      for (const fn of at.symbol.methods.get(name) ?? []) {
        if (shapes.has(shapeOf(fn))) continue;
        shapes.add(shapeOf(fn));
        all.push(fn);
      }
    }
    return all;
  }

  /** Members of library bases, as the rule packs describe them. */
  externalMember(
    type: Type,
    name: string,
    file: SourceFile,
  ): { on: ExternalType; model: NonNullable<ReturnType<TypeModels['member']>> } | undefined {
    for (const on of this.externalLineage(type)) {
      const model = this.models(file).member(on, name);
      if (model) return { on, model };
    }
    return undefined;
  }

  /** The type of `this` in a type's own code: its parameters stay unbound. */
  selfType(symbol: TypeSymbol): Type & { kind: 'project' } {
    return { kind: 'project', symbol, args: symbol.typeParameters.map((name) => ({ kind: 'parameter', name })) };
  }

  /** The types a type parameter in scope at a place is constrained to: `where T : DbContext`, `T extends Base`. */
  constraints(name: string, at: Location): Type[] {
    const { file } = at;
    const { tree } = file;
    for (let node = at.node; node !== 0; node = file.parent(node)) {
      const kind = tree.kind(node);
      if (kind !== Kind.Function && kind !== Kind.Type) continue;
      // Each part of a partial type may be the one that has the constraints.
      const parts = (kind === Kind.Type ? this.table.typeAt(file, node)?.declarations : undefined) ?? [{ file, node }];
      const parameters = parts.flatMap((part) => typeParameter(part, kind === Kind.Function ? 5 : 1, name));
      if (parameters.length > 0) return parameters.flatMap((parameter) => this.#constraintsOf(parameter));
    }
    return [];
  }

  #constraintsOf({ file, node }: Location): Type[] {
    return file.tree.children(node).map((reference) => this.typeFromReference({ file, node: reference }));
  }

  /** Declared return type of a function, UNKNOWN when none is written. */
  declaredReturn(fn: FunctionSymbol): Type {
    const reference = fn.file.tree.child(fn.node, 2);
    return reference === 0 ? UNKNOWN : this.typeFromReference({ file: fn.file, node: reference });
  }

  /** Binds a method's type parameters to the type arguments of a call. */
  methodBindings(fn: FunctionSymbol, typeArguments: readonly Type[]): Bindings {
    if (typeArguments.length === 0) return NO_BINDINGS;
    const { tree } = fn.file;
    const names = tree.children(tree.child(fn.node, 5)).map((parameter) => tree.text(parameter));
    return bind(names, typeArguments);
  }

  /**
   * The symbol of a function node. An anonymous one gets a symbol of its own from now on: what it does is no longer
   * counted to the function around it.
   */
  functionOf(at: Location, name = 'anonymous'): FunctionSymbol {
    const symbol = this.lambdaOf(at, name);
    this.table.functionsByNode.get(at.file)?.set(at.node, symbol);
    return symbol;
  }

  /** The symbol of a function node; what an anonymous one does still counts to the function around it. */
  lambdaOf(at: Location, name = 'anonymous'): FunctionSymbol {
    const key = `${at.file.index}:${at.node}`;
    const known = this.table.functionAt(at.file, at.node) ?? this.#lambdas.get(key);
    if (known) return known;
    const symbol = this.#newLambda(at, name);
    this.#lambdas.set(key, symbol);
    return symbol;
  }

  /** The function that a function's work is counted to: itself, or the one around an anonymous one. */
  countedTo(fn: FunctionSymbol): FunctionSymbol {
    if (fn.file.tree.kind(fn.node) !== Kind.Function || this.table.functionAt(fn.file, fn.node)) return fn;
    return this.table.enclosingFunction(fn.file, fn.file.parent(fn.node)) ?? fn;
  }

  #newLambda(at: Location, name: string): FunctionSymbol {
    const around = this.table.enclosingFunction(at.file, at.file.parent(at.node));
    const owner = around?.owner ?? this.table.enclosingType(at.file, at.node);
    const prefix = around?.qualifiedName ?? owner?.qualifiedName ?? '';
    return {
      name,
      qualifiedName: prefix === '' ? name : `${prefix}.${name}`,
      file: at.file,
      node: at.node,
      nameNode: at.node,
      owner,
      isStatic: false,
    };
  }
}

/** The TypeParam node of a name in a declaration's list. */
function typeParameter({ file, node }: Location, listIndex: number, name: string): Location[] {
  const found = file.tree.children(file.tree.child(node, listIndex)).find((child) => file.tree.text(child) === name);
  return found === undefined ? [] : [{ file, node: found }];
}

/** Number and written types of the parameters: two functions of one shape override each other. */
function shapeOf(fn: FunctionSymbol): string {
  const { tree } = fn.file;
  const parameters = tree.children(tree.child(fn.node, 1)).filter((node) => tree.kind(node) === Kind.Param);
  return parameters.map((parameter) => writtenType(tree, tree.child(parameter, 0))).join(',') + `/${parameters.length}`;
}
