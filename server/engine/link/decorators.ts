import { lineOf } from '../lower/tree.ts';
import { attributesOf } from './attributes.ts';
import type { Expressions } from './expressions.ts';
import type { Program } from './program.ts';
import type { Location } from './sourceFile.ts';
import type { TypeSymbol } from './symbols.ts';
import type { Type } from './types.ts';
import { Kind } from '../lower/tree.ts';

/** A decorator of a library as it is applied to a declaration of TypeScript. */
export interface Decorator {
  /** Module it is imported from: `@nestjs/common`. */
  module: string;
  /** Exported name, whatever it is called where it is used. */
  name: string;
  at: Location;
}

/** The decorators of a declaration that come from libraries, in the order of the source. */
export function decoratorsOn(program: Program, declaration: Location): Decorator[] {
  return attributesOf(declaration).flatMap(({ at }) => {
    const [first = '', ...rest] = at.file.tree.text(at.node).split('.');
    const binding = program.typescript.resolve(first, at.file);
    if (binding?.kind === 'external_module') return [{ module: binding.name, name: rest.join('.'), at }];
    if (binding?.kind !== 'external') return [];
    const [module = '', exported = ''] = binding.name.split('#');
    return [{ module, name: rest.at(-1) ?? exported, at }];
  });
}

/** The decorator that injects a value under a name or token: `@InjectQueue('mail')`, `@InjectModel('User')`. */
export function injectionOf(declaration: Location): Location | undefined {
  const { tree } = declaration.file;
  return attributesOf(declaration).find(({ name, at }) => name.startsWith('Inject') && tree.count(at.node) > 0)?.at;
}

/** The decorators of a class. */
export function decoratorsOnType(program: Program, type: TypeSymbol): Decorator[] {
  return type.declarations.flatMap((declaration) => decoratorsOn(program, declaration));
}

/** An argument of a decorator; node 0 when it is not given. */
export function decoratorArgument(decorator: Decorator, index: number): Location {
  const { file, node } = decorator.at;
  return { file, node: file.tree.children(node)[index] ?? 0 };
}

/**
 * The value of a property of an object literal, which may be named by a constant; node 0 when the expression is no
 * object or has no such property.
 */
export function propertyIn(expressions: Expressions, at: Location, name: string): Location {
  const nothing = { file: at.file, node: 0 };
  const type = at.node === 0 ? undefined : expressions.typeOf(at);
  if (type?.kind !== 'object') return nothing;
  const { file, node } = type.at;
  const { tree } = file;
  const property = tree.children(node).find((child) => tree.kind(child) === Kind.Property && tree.text(child) === name);
  return property === undefined ? nothing : { file, node: tree.child(property, 0) };
}

/** The class an expression names: `User`, `() => User`, `forwardRef(() => User)`, `[User]`. */
export function namedClass(expressions: Expressions, at: Location): TypeSymbol | undefined {
  const { tree } = at.file;
  switch (tree.kind(at.node)) {
    case Kind.Function:
      return namedClass(expressions, { file: at.file, node: tree.child(at.node, 3) });
    case Kind.Array:
      return namedClass(expressions, { file: at.file, node: tree.children(at.node)[0] ?? 0 });
    case Kind.Call:
      return namedClass(expressions, { file: at.file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 });
    case Kind.Identifier:
    case Kind.Member:
      return symbolOf(expressions.typeOf(at));
    default:
      return undefined;
  }
}

/** The type of the scanned code that a value is, or is an instance of. */
export function symbolOf(type: Type): TypeSymbol | undefined {
  if (type.kind === 'static') return symbolOf(type.of);
  return type.kind === 'project' ? type.symbol : undefined;
}

/** 1-based line of a declaration's name. */
export function nameLine(at: Location): number {
  const { tree } = at.file;
  return lineOf(tree.start(tree.child(at.node, 0) || at.node));
}
