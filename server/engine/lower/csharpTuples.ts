import type { SyntaxId } from '../parse/syntax.ts';
import type { CSharpContext, Handler } from './csharpContext.ts';
import { lowerType } from './csharpTypeReferences.ts';
import { Kind } from './tree.ts';

/** The parts of a tuple on the left of `=` or `in`, undefined for anything else. */
export function readTuple(context: CSharpContext, id: SyntaxId): SyntaxId[] | undefined {
  switch (context.syntax.type(id)) {
    case 'tuple_pattern':
    case 'parenthesized_variable_designation':
      return context.kids(id);
    case 'tuple_expression':
      return context.kids(id).map((argument) => context.kids(argument).at(-1) ?? -1);
    default:
      return undefined;
  }
}

/**
 * Takes a tuple apart: one Variable `$N` with the value, then for each part a Variable, or an Assign where the part
 * exists already.
 * @param value the lowered value
 * @param known name of a variable that holds the value already; `value` is unused then
 */
export function lowerDeconstruction(context: CSharpContext, tuple: SyntaxId, value: number, known?: string): number[] {
  const name = known ?? context.temporary();
  const nodes: number[] = [];
  if (known === undefined) nodes.push(variable(context, tuple, name, 0, value));
  if (!context.enter()) return nodes;
  for (const [index, part] of (readTuple(context, tuple) ?? []).entries()) {
    if (part < 0 || context.syntax.text(part) === '_') continue;
    const holder = context.node(Kind.Identifier, 0, part, name, []);
    const position = context.node(Kind.Literal, 0, part, String(index), []);
    nodes.push(...takePart(context, part, context.node(Kind.Index, 0, part, '', [holder, position])));
  }
  context.leave();
  return nodes;
}

function takePart(context: CSharpContext, part: SyntaxId, item: number): number[] {
  const { syntax } = context;
  const type = syntax.type(part);
  if (readTuple(context, part) !== undefined) return lowerDeconstruction(context, part, item);
  if (type === 'declaration_expression') {
    const name = syntax.field(part, 'name');
    return [variable(context, name, context.name(name), lowerType(context, syntax.field(part, 'type')), item)];
  }
  const isNew = type === 'identifier' && syntax.type(syntax.parent(part)) !== 'argument';
  if (isNew) return [variable(context, part, context.name(part), 0, item)];
  return [context.node(Kind.Assign, 0, part, '=', [context.lower(part), item])];
}

function variable(context: CSharpContext, at: SyntaxId, name: string, type: number, value: number): number {
  const ident = context.node(Kind.Identifier, 0, at, name, []);
  return context.node(Kind.Variable, 0, at, name, [ident, type, value]);
}

/** The items without their names: `(1, b: 2)` gives 1 and 2. */
function lowerTupleExpression(context: CSharpContext, id: SyntaxId): number {
  const items = (readTuple(context, id) ?? []).map((part) => context.lower(part));
  return context.node(Kind.Array, 0, id, '', items);
}

export const TUPLE_HANDLERS: Readonly<Record<string, Handler>> = {
  tuple_expression: lowerTupleExpression,
};
