import { Flag, Kind } from '../lower/tree.ts';
import type { Program } from './program.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import type { TypeSymbol } from './symbols.ts';
import { STRING, type Type, UNKNOWN } from './types.ts';
import type { ModuleBinding } from './typescriptNames.ts';

/** TypeScript utility types whose members are those of their first argument. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  'Partial',
  'Required',
  'Readonly',
  'Omit',
  'Pick',
  'NonNullable',
  'Awaited',
]);
const ARRAYS: ReadonlySet<string> = new Set(['Array', 'ReadonlyArray']);
const NOTHING: ReadonlySet<string> = new Set([
  'null',
  'undefined',
  'void',
  'never',
  'any',
  'unknown',
  'object',
  'dynamic',
]);

/** Resolves written types (TypeRef nodes) to types. */
export class TypeReferences {
  readonly #program: Program;
  readonly #cache = new Map<SourceFile, Map<number, Type>>();
  #globals: Map<string, TypeSymbol> | undefined;

  constructor(program: Program) {
    this.#program = program;
  }

  /** The type a TypeRef node means. */
  resolve(at: Location): Type {
    let cache = this.#cache.get(at.file);
    if (!cache) {
      cache = new Map();
      this.#cache.set(at.file, cache);
    }
    let type = cache.get(at.node);
    if (!type) {
      cache.set(at.node, UNKNOWN);
      type = this.#resolve(at);
      cache.set(at.node, type);
    }
    return type;
  }

  #resolve(at: Location): Type {
    const { tree } = at.file;
    if (tree.kind(at.node) !== Kind.TypeRef) return UNKNOWN;
    const name = tree.text(at.node);
    switch (name) {
      case 'string':
      case 'String':
        return STRING;
      case '[]':
        return { kind: 'array', of: this.#argument(at, 0) };
      case '|':
      case '&':
        return this.#combined(at);
      case '{}':
        return { kind: 'object', at };
      case 'typeof':
        return this.#program.references.typeOfValue({ file: at.file, node: tree.child(at.node, 0) });
      case '=>':
      case '(,)':
      case '?':
        return UNKNOWN;
      default:
        if (NOTHING.has(name) || tree.has(at.node, Flag.LiteralType)) return UNKNOWN;
        return this.#isTypeParameter(name, at) ? { kind: 'parameter', name } : this.#named(name, at);
    }
  }

  /** Gives the type of an expression in `typeof x`; set by the expression evaluator. */
  typeOfValue: (at: Location) => Type = () => UNKNOWN;

  /** Gives what a function returns; set by the expression evaluator. */
  returnTypeOf: (fn: Location | undefined) => Type = () => UNKNOWN;

  /** Gives the type of a member; set by the expression evaluator. */
  memberOf: (type: Type, name: string, at: Location) => Type = () => UNKNOWN;

  #argument(at: Location, index: number): Type {
    const node = at.file.tree.child(at.node, index);
    return node === 0 ? UNKNOWN : this.resolve({ file: at.file, node });
  }

  #arguments(at: Location): Type[] {
    return at.file.tree.children(at.node).map((node) => this.resolve({ file: at.file, node }));
  }

  /** A union or intersection is followed only where one member says all that is known. */
  #combined(at: Location): Type {
    const known = this.#arguments(at).filter((type) => type.kind !== 'unknown');
    if (known.length === 1) return known[0] as Type;
    if (at.file.tree.text(at.node) === '&')
      return known.find((type) => type.kind === 'project') ?? this.#intersection(known, at);
    return known.length > 0 && known.every((type) => type.kind === 'string') ? STRING : UNKNOWN;
  }

  /** All members of several types of which none has a declaration: `typeof queries & typeof mutations`. */
  #intersection(types: readonly Type[], at: Location): Type {
    const member = (name: string): Type => {
      for (const type of types) {
        const found = this.memberOf(type, name, at);
        if (found.kind !== 'unknown') return found;
      }
      return UNKNOWN;
    };
    return types.every((type) => type.kind === 'external')
      ? (types[0] ?? UNKNOWN)
      : { kind: 'members', of: { member } };
  }

  #isTypeParameter(name: string, at: Location): boolean {
    const { file } = at;
    for (let node = file.parent(at.node); node !== 0; node = file.parent(node)) {
      const kind = file.tree.kind(node);
      const list =
        kind === Kind.Function ? file.tree.child(node, 5) : kind === Kind.Type ? file.tree.child(node, 1) : 0;
      if (file.tree.children(list).some((parameter) => file.tree.text(parameter) === name)) return true;
    }
    return false;
  }

  #named(name: string, at: Location): Type {
    return isCSharp(at.file) ? this.#csharp(name, at) : this.#typescript(name, at);
  }

  #csharp(name: string, at: Location): Type {
    const args = this.#arguments(at);
    const program = this.#program;
    const symbol = program.csharp.resolveType(name, args.length, at);
    if (symbol) return { kind: 'project', symbol, args };
    const short = name.slice(name.lastIndexOf('.') + 1);
    if (program.models(at.file).model(short) || name !== short) return { kind: 'external', name: short, args };
    const unique = this.#uniqueByShortName(short, args.length, at.file);
    return unique ? { kind: 'project', symbol: unique, args } : { kind: 'external', name: short, args };
  }

  /**
   * Usings can come from project files that are not read; a short name that only one type of the root bears, and no
   * library type the rule packs know, is that type.
   */
  #uniqueByShortName(name: string, arity: number, file: SourceFile) {
    const found = (this.#program.table.csharpByShortName.get(name) ?? []).filter(
      (symbol) =>
        symbol.typeParameters.length === arity && !symbol.container && symbol.declarations[0]?.file.root === file.root,
    );
    // What is generated of a .proto file bears the names of the project's own types again.
    const written = found.filter((symbol) => symbol.declarations[0]?.file.language !== 'proto');
    const [unique, ...others] = written.length === 0 ? found : written;
    return others.length === 0 ? unique : undefined;
  }

  #typescript(name: string, at: Location): Type {
    const args = this.#arguments(at);
    const short = name.slice(name.lastIndexOf('.') + 1);
    if (ARRAYS.has(name)) return { kind: 'array', of: args[0] ?? UNKNOWN };
    if (TRANSPARENT.has(name)) return args[0] ?? UNKNOWN;
    const derived = this.#derived(name, args[0]);
    if (derived) return derived;
    const local = at.file.findLocal(name, at.node);
    const localType = local === 0 ? undefined : this.#program.table.typeAt(at.file, local);
    if (localType) return { kind: 'project', symbol: localType, args };
    const binding = this.#bindingOf(name, at.file);
    if (binding?.kind === 'type') return { kind: 'project', symbol: binding.symbol, args };
    if (binding?.kind === 'external') return { kind: 'external', name: binding.name, args };
    if (binding) return UNKNOWN;
    const global = name === short ? undefined : this.#globalTypes().get(`${at.file.root}/${name}`);
    return global ? { kind: 'project', symbol: global, args } : { kind: 'external', name: `#${short}`, args };
  }

  /** `ReturnType<typeof make>`, `InstanceType<typeof Class>`. */
  #derived(name: string, from: Type | undefined): Type | undefined {
    if (name === 'ReturnType' && from?.kind === 'function') return this.returnTypeOf(from.functions[0]);
    return name === 'InstanceType' && from?.kind === 'static' ? from.of : undefined;
  }

  /** What a name, or a path of names, of a file means. */
  #bindingOf(name: string, file: SourceFile): ModuleBinding | undefined {
    const [first, ...rest] = name.split('.') as [string, ...string[]];
    let binding = this.#program.typescript.resolve(first, file);
    for (const part of rest) {
      if (binding?.kind === 'module') binding = this.#program.typescript.resolveExport(binding.file, part);
      else if (binding?.kind === 'external_module') binding = { kind: 'external', name: `${binding.name}#${part}` };
      else if (binding?.kind === 'external') binding = { kind: 'external', name: memberName(binding.name, part) };
    }
    return binding;
  }

  /** Types of global namespaces by root and name: `declare global { namespace Models { type User = … } }`. */
  #globalTypes(): ReadonlyMap<string, TypeSymbol> {
    if (this.#globals) return this.#globals;
    this.#globals = new Map();
    for (const type of this.#program.table.types) {
      const [declaration] = type.declarations;
      const name = declaration && !isCSharp(declaration.file) ? globalName(declaration, type.name) : undefined;
      if (declaration && name !== undefined) this.#globals.set(`${declaration.file.root}/${name}`, type);
    }
    return this.#globals;
  }
}

/** The name a type has everywhere, undefined for one that is declared in a module or in a script. */
function globalName(at: Location, name: string): string | undefined {
  const { file } = at;
  const { tree } = file;
  const path = [name];
  for (
    let node = file.enclosing(at.node, Kind.Namespace);
    node !== 0;
    node = file.enclosing(file.parent(node), Kind.Namespace)
  ) {
    if (tree.text(node) === 'global') return path.join('.');
    path.unshift(tree.text(node));
  }
  return path.length > 1 && file.path.endsWith('.d.ts') ? path.join('.') : undefined;
}

/** A default import of a module without default export is the module itself: `express.Router`. */
function memberName(name: string, member: string): string {
  return name.endsWith('#default') ? `${name.slice(0, -'default'.length)}${member}` : `${name}.${member}`;
}
