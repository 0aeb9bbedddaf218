import { lineOf } from '../lower/tree.ts';
import { attributesOf } from './attributes.ts';
import type { Expressions } from './expressions.ts';
import type { Program } from './program.ts';
import type { Location } from './sourceFile.ts';
import type { TypeSymbol } from './symbols.ts';
import type { ModuleBinding } from './typescriptNames.ts';
import { returnedExpressions } from './frameworks/returned.ts';
import type { Type } from './types.ts';
import { Kind } from '../lower/tree.ts';

/** A decorator of a library as it is applied to a declaration of TypeScript. */
export interface Decorator {
  /** Module it is imported from: `@nestjs/common`. */
  module: string;
  /** Exported name, whatever it is called where it is used. */
  name: string;
  at: Location;
  /** Its arguments, where it is part of a composed decorator. */
  args?: Location[];
}

/** The decorators of a declaration that come from libraries, in the order of the source. */
export function decoratorsOn(program: Program, declaration: Location): Decorator[] {
  return attributesOf(declaration).flatMap(({ at }) => {
    const [first = '', ...rest] = at.file.tree.text(at.node).split('.');
    const binding = program.typescript.resolve(first, at.file);
    const composed = binding && rest.length === 0 ? composedOf(program, binding, at) : [];
    if (composed.length > 0) return composed;
    if (binding?.kind === 'external_module') return [{ module: binding.name, name: rest.join('.'), at }];
    if (binding?.kind !== 'external') return [];
    const [module = '', exported = ''] = binding.name.split('#');
    return [{ module, name: rest.at(-1) ?? exported, at }];
  });
}

/** `const Public = (path: string) => applyDecorators(Get(path), …)`: the decorators that one of the project's own applies. */
function composedOf(program: Program, binding: ModuleBinding, applied: Location): Decorator[] {
  const fn = functionOf(binding);
  if (!fn) return [];
  return returnedExpressions(fn).flatMap((returned) => {
    const { file, node } = returned;
    const { tree } = file;
    const calls = tree.kind(node) === Kind.Call && tree.text(tree.child(node, 0)) === 'applyDecorators';
    const composer = calls ? program.typescript.resolve('applyDecorators', file) : undefined;
    if (composer?.kind !== 'external' || composer.name !== '@nestjs/common#applyDecorators') return [];
    return tree
      .children(tree.child(node, 1))
      .flatMap((call) => composedCall(program, { file, node: call }, fn, applied));
  });
}

function composedCall(program: Program, call: Location, fn: Location, applied: Location): Decorator[] {
  const { file, node } = call;
  const { tree } = file;
  const callee = tree.kind(node) === Kind.Call ? tree.child(node, 0) : 0;
  const binding =
    tree.kind(callee) === Kind.Identifier ? program.typescript.resolve(tree.text(callee), file) : undefined;
  if (binding?.kind !== 'external') return [];
  const [module = '', name = ''] = binding.name.split('#');
  const parameters = tree.children(tree.child(fn.node, 1)).map((parameter) => tree.text(parameter));
  const passed = applied.file.tree.children(applied.node);
  const args = tree.children(tree.child(node, 1)).map((argument) => {
    const index = tree.kind(argument) === Kind.Identifier ? parameters.indexOf(tree.text(argument)) : -1;
    return index < 0 ? { file, node: argument } : { file: applied.file, node: passed[index] ?? 0 };
  });
  return [{ module, name, at: applied, args }];
}

/** The function literal or declaration that a name is bound to. */
function functionOf(binding: ModuleBinding): Location | undefined {
  if (binding.kind === 'function') return binding.symbol;
  if (binding.kind !== 'variable') return undefined;
  const { file, node } = binding.at;
  const value = file.tree.child(node, 2);
  return file.tree.kind(value) === Kind.Function ? { file, node: value } : undefined;
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
  if (decorator.args) return decorator.args[index] ?? { file, node: 0 };
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
