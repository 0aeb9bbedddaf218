import { Kind } from '../lower/tree.ts';
import { parametersOf } from './callResolver.ts';
import type { Program } from './program.ts';
import type { Location } from './sourceFile.ts';
import type { FieldSymbol, FunctionSymbol, TypeSymbol } from './symbols.ts';
import type { Type } from './types.ts';

/**
 * What a class hands to the constructor of its base for a field of that base: `super(http, '/api/votes')`,
 * `: base(client, "api/votes")`. Undefined where the class does not, or hands on something else.
 */
export function handedToBase(
  program: Program,
  type: Type & { kind: 'project' },
  field: FieldSymbol,
): Location | undefined {
  const derived = classBelow(program, type, field.owner);
  if (!derived) return undefined;
  for (const base of field.owner.constructors) {
    const position = parametersOf(base).findIndex((node) => base.file.tree.text(node) === parameterOf(base, field));
    const found = position < 0 ? undefined : argumentOf(derived, position, parametersOf(base).length);
    if (found) return found;
  }
  return undefined;
}

/** The class of a type's lineage that derives from another one directly. */
function classBelow(program: Program, type: Type & { kind: 'project' }, base: TypeSymbol): TypeSymbol | undefined {
  for (const at of program.lineage(type)) {
    if (at.kind === 'project' && program.projectBases(at.symbol).includes(base)) return at.symbol;
  }
  return undefined;
}

/** Name of the parameter a field has its value from: its own, or what the constructor assigns to it. */
function parameterOf({ file, node }: FunctionSymbol, field: FieldSymbol): string {
  const { tree } = file;
  for (const statement of tree.children(tree.child(node, 3))) {
    if (tree.kind(statement) !== Kind.Assign || tree.text(tree.child(statement, 0)) !== field.name) continue;
    const value = tree.child(statement, 1);
    if (tree.kind(value) === Kind.Identifier) return tree.text(value);
  }
  return field.name;
}

/** The argument at a position of the call of the base constructor. */
function argumentOf(type: TypeSymbol, position: number, count: number): Location | undefined {
  for (const { file, node } of type.constructors) {
    const { tree } = file;
    const call = tree
      .children(tree.child(node, 3))
      .find((child) => tree.kind(child) === Kind.Call && tree.kind(tree.child(child, 0)) === Kind.Base);
    const args = call === undefined ? [] : tree.children(tree.child(call, 1));
    const argument = args.length <= count ? args[position] : undefined;
    if (argument !== undefined && tree.kind(argument) !== Kind.NamedArgument) return { file, node: argument };
  }
  return undefined;
}
