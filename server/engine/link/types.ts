import type { Location, SourceFile } from './sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from './symbols.ts';

/** What an expression is, as far as it can be known without running a compiler. */
export type Type =
  | UnknownType
  /** A type declared in the scanned code. */
  | { kind: 'project'; symbol: TypeSymbol; args: readonly Type[] }
  /**
   * A type of a library, known by name. C#: the short name. TypeScript: `module#export`, `#name` for globals.
   * `origin` is the expression that created the value, where an identity matters (routers, route groups, clients).
   */
  | { kind: 'external'; name: string; args: readonly Type[]; origin?: Location }
  /** The type itself used as a value: static members, constructors. */
  | { kind: 'static'; of: Type }
  /** `alternatives`: one of the functions is the value, and all can be; they are no overloads of each other. */
  | { kind: 'function'; functions: readonly FunctionSymbol[]; bound?: Type; alternatives?: true }
  /** A value whose members a framework knows: the props of a component, the result of a hook. */
  | { kind: 'members'; of: MemberSource }
  | { kind: 'object'; at: Location }
  | { kind: 'array'; of: Type }
  | { kind: 'module'; file: SourceFile }
  /** A library module as a value: `import * as fs`, `require('fs')`. */
  | { kind: 'external_module'; name: string }
  /** A C# namespace in an expression, before the type it qualifies is known. */
  | { kind: 'namespace'; name: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'string' };

/** Gives the types of members by name, UNKNOWN for those it does not know. */
export interface MemberSource {
  member(name: string): Type;
}

interface UnknownType {
  kind: 'unknown';
}

export const UNKNOWN: Type = { kind: 'unknown' };
export const STRING: Type = { kind: 'string' };

/** Type arguments by the name of the type parameter they stand for. */
export type Bindings = ReadonlyMap<string, Type>;
export const NO_BINDINGS: Bindings = new Map();

/** Replaces type parameters by what they are bound to; unbound ones stay. */
export function substitute(type: Type, bindings: Bindings): Type {
  if (bindings.size === 0) return type;
  switch (type.kind) {
    case 'parameter':
      return bindings.get(type.name) ?? type;
    case 'project':
    case 'external':
      return type.args.length === 0 ? type : { ...type, args: type.args.map((arg) => substitute(arg, bindings)) };
    case 'array':
      return { kind: 'array', of: substitute(type.of, bindings) };
    case 'static':
      return { kind: 'static', of: substitute(type.of, bindings) };
    default:
      return type;
  }
}

/** Binds a type's parameters to arguments by position. */
export function bind(parameters: readonly string[], args: readonly Type[]): Bindings {
  if (parameters.length === 0 || args.length === 0) return NO_BINDINGS;
  const bindings = new Map<string, Type>();
  for (const [index, name] of parameters.entries()) {
    const arg = args[index];
    if (arg) bindings.set(name, arg);
  }
  return bindings;
}

/** A type's name for people and for targets: `Article`, `DbSet<Article>` without arguments. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case 'project':
      return type.symbol.name;
    case 'external':
      return type.name.slice(type.name.indexOf('#') + 1);
    case 'static':
      return nameOf(type.of);
    case 'array':
      return nameOf(type.of);
    case 'parameter':
    case 'namespace':
    case 'external_module':
      return type.name;
    case 'string':
      return 'string';
    default:
      return '';
  }
}
