import type { SyntaxId } from '../parse/syntax.ts';
import { lowerArgument } from './csharpAttributes.ts';
import { lowerSubscript } from './csharpChains.ts';
import { lowerTransparent, lowerUnknown, type CSharpContext, type Handler } from './csharpContext.ts';
import { lowerDeconstruction, readTuple } from './csharpTuples.ts';
import { dottedName, lowerType } from './csharpTypeReferences.ts';
import { Kind } from './tree.ts';

function lowerIdentifier(context: CSharpContext, id: SyntaxId): number {
  return context.identifier(id);
}

/** `A.B` where the grammar expects a name; `global::A` is `A`. */
function lowerName(context: CSharpContext, id: SyntaxId): number {
  const parts = dottedName(context, id).split('.');
  const { builder, syntax } = context;
  const start = syntax.start(id);
  const end = syntax.end(id);
  let node = builder.node(Kind.Identifier, 0, start, end, parts[0] ?? '', []);
  for (const part of parts.slice(1)) node = builder.node(Kind.Member, 0, start, end, part, [node]);
  return node;
}

function lowerThis(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.This, 0, id, '', []);
}
function lowerBase(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Base, 0, id, '', []);
}

function lowerAssignment(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const left = syntax.field(id, 'left');
  const right = syntax.field(id, 'right');
  if (readTuple(context, left) !== undefined) {
    return context.list(id, lowerDeconstruction(context, left, context.lower(right)));
  }
  const operator = syntax.text(syntax.field(id, 'operator'));
  return context.node(Kind.Assign, 0, id, operator, [context.lower(left), context.lower(right)]);
}

function lowerConditional(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const parts = ['condition', 'consequence', 'alternative'].map((field) => context.lower(syntax.field(id, field)));
  return context.node(Kind.Conditional, 0, id, '', parts);
}

function lowerAwait(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Await, 0, id, '', [context.lower(context.lastKid(id))]);
}

function lowerCast(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const children = [context.lower(syntax.field(id, 'value')), lowerType(context, syntax.field(id, 'type'))];
  return context.node(Kind.Cast, 0, id, '', children);
}

/** Operators before an expression mean nothing, but a number keeps its sign. */
function lowerPrefix(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const operand = context.lastKid(id);
  const isNumber = syntax.type(operand) === 'integer_literal' || syntax.type(operand) === 'real_literal';
  if (isNumber && syntax.source[syntax.startIndex(id)] === '-') {
    return context.node(Kind.Literal, 0, id, `-${syntax.text(operand)}`, []);
  }
  return context.lower(operand);
}

/** `default` is a Literal, `default(T)` a Cast of it. */
function lowerDefault(context: CSharpContext, id: SyntaxId): number {
  const type = lowerType(context, context.syntax.field(id, 'type'));
  const literal = context.node(Kind.Literal, 0, id, 'default', []);
  return type === 0 ? literal : context.node(Kind.Cast, 0, id, '', [literal, type]);
}

/** `typeof(X)` is a Call of `typeof` with the TypeRef as its argument. */
function lowerTypeof(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const type = syntax.field(id, 'type');
  const callee = context.identifier(syntax.childOfType(id, 'typeof'));
  const lowered = lowerType(context, type);
  return context.node(Kind.Call, 0, id, '', [callee, context.list(type, lowered === 0 ? [] : [lowered]), 0]);
}

function lowerCreation(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const type = syntax.field(id, 'type');
  const list = syntax.childOfType(id, 'argument_list');
  const values = list < 0 ? context.emptyList(type) : context.list(list, context.lowerAll(context.kids(list)));
  const initialiser = syntax.childOfType(id, 'initializer_expression');
  const object = initialiser < 0 ? 0 : lowerInitialiser(context, initialiser);
  return context.node(Kind.New, 0, id, '', [lowerType(context, type), values, object]);
}

/** `{ A = 1, [k] = 2, f(), { 1, 2 } }` behind `new`: Properties, those of elements without a key. */
function lowerInitialiser(context: CSharpContext, id: SyntaxId): number {
  if (!context.enter()) return 0;
  const properties = context.kids(id).map((kid) => lowerElement(context, kid));
  context.leave();
  return context.node(Kind.Object, 0, id, '', properties);
}

function lowerElement(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const type = syntax.type(id);
  if (type === 'assignment_expression') return lowerMemberInitialiser(context, id);
  if (type === 'initializer_expression') return lowerAddition(context, id);
  return context.node(Kind.Property, 0, id, '', [context.lower(id), 0]);
}

/** `A = 1`, `A = { … }`, `[key] = 1` */
function lowerMemberInitialiser(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const left = syntax.field(id, 'left');
  const right = syntax.field(id, 'right');
  const isNested = syntax.type(right) === 'initializer_expression';
  const isName = syntax.type(left) === 'identifier';
  const key = isName ? 0 : lowerKey(context, left);
  const value = isNested ? lowerInitialiser(context, right) : context.lower(right);
  return context.node(Kind.Property, 0, id, isName ? context.name(left) : '', [value, key]);
}

function lowerKey(context: CSharpContext, left: SyntaxId): number {
  return context.syntax.type(left) === 'element_binding_expression'
    ? lowerSubscript(context, left)
    : context.lower(left);
}

/** `{ key, value }` in a dictionary's initialiser. */
function lowerAddition(context: CSharpContext, id: SyntaxId): number {
  const values = context.lowerAll(context.kids(id));
  if (values.length === 2) return context.node(Kind.Property, 0, id, '', [values[1] ?? 0, values[0] ?? 0]);
  return context.node(Kind.Property, 0, id, '', [context.list(id, values), 0]);
}

/** `new { a.B, C = 1 }`: the grammar leaves `C` and `1` side by side. */
function lowerAnonymousObject(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const kids = context.kids(id);
  const properties: number[] = [];
  for (let i = 0; i < kids.length; i++) {
    const kid = kids[i] as SyntaxId;
    const value = kids[i + 1];
    if (value !== undefined && syntax.type(kid) === 'identifier' && isFollowedByEquals(context, kid)) {
      i++;
      const span = [syntax.start(kid), syntax.end(value)] as const;
      const children = [context.lower(value), 0];
      properties.push(context.builder.node(Kind.Property, 0, ...span, context.name(kid), children));
    } else properties.push(context.node(Kind.Property, 0, kid, impliedName(context, kid), [context.lower(kid), 0]));
  }
  return context.node(Kind.Object, 0, id, '', properties);
}

const AFTER_NAME = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*(=?)/y;

function isFollowedByEquals(context: CSharpContext, id: SyntaxId): boolean {
  AFTER_NAME.lastIndex = context.syntax.endIndex(id);
  return AFTER_NAME.exec(context.syntax.source)?.[1] === '=';
}

/** The name that `new { a.B }` gives its property. */
function impliedName(context: CSharpContext, id: SyntaxId): string {
  const { syntax } = context;
  switch (syntax.type(id)) {
    case 'identifier':
      return context.name(id);
    case 'member_access_expression':
      return context.name(syntax.field(id, 'name'));
    case 'conditional_access_expression':
      return context.name(syntax.field(syntax.childOfType(id, 'member_binding_expression'), 'name'));
    default:
      return '';
  }
}

/** `x with { A = 1 }` is an Object that spreads x. */
function lowerWith(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const parts = context.kids(id).map((kid) => {
    if (syntax.type(kid) !== 'with_initializer') return context.node(Kind.Spread, 0, kid, '', [context.lower(kid)]);
    const [name, value] = context.kids(kid);
    return context.node(Kind.Property, 0, kid, context.name(name ?? -1), [context.lower(value ?? -1), 0]);
  });
  return context.node(Kind.Object, 0, id, '', parts);
}

function lowerArray(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Array, 0, id, '', context.lowerAll(context.kids(id)));
}

function lowerImplicitArray(context: CSharpContext, id: SyntaxId): number {
  const initialiser = context.syntax.childOfType(id, 'initializer_expression');
  const items = initialiser < 0 ? [] : context.lowerAll(context.kids(initialiser));
  return context.node(Kind.Array, 0, id, '', items);
}

/** `new T[] { … }` is a Cast of an Array to the array's type, `new T[n]` a New with the sizes as arguments. */
function lowerArrayCreation(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const type = syntax.field(id, 'type');
  const lowered = lowerType(context, type);
  if (syntax.childOfType(id, 'initializer_expression') >= 0) {
    return context.node(Kind.Cast, 0, id, '', [lowerImplicitArray(context, id), lowered]);
  }
  const rank = syntax.field(type, 'rank');
  const sizes = rank < 0 ? context.emptyList(type) : context.list(rank, context.lowerAll(context.kids(rank)));
  return context.node(Kind.New, 0, id, '', [lowered, sizes, 0]);
}

function lowerSpread(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Spread, 0, id, '', [context.lower(context.lastKid(id))]);
}

/** `out var x` */
function lowerDeclarationExpression(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const name = syntax.field(id, 'name');
  const children = [context.identifier(name), lowerType(context, syntax.field(id, 'type')), 0];
  return context.node(Kind.Variable, 0, id, context.name(name), children);
}

function lowerTypeNode(context: CSharpContext, id: SyntaxId): number {
  return lowerType(context, id);
}

export const EXPRESSION_HANDLERS: Readonly<Record<string, Handler>> = {
  identifier: lowerIdentifier,
  generic_name: lowerIdentifier,
  predefined_type: lowerIdentifier,
  qualified_name: lowerName,
  alias_qualified_name: lowerName,
  this: lowerThis,
  base: lowerBase,
  argument: lowerArgument,
  assignment_expression: lowerAssignment,
  conditional_expression: lowerConditional,
  await_expression: lowerAwait,
  cast_expression: lowerCast,
  prefix_unary_expression: lowerPrefix,
  parenthesized_expression: lowerTransparent,
  checked_expression: lowerTransparent,
  ref_expression: lowerTransparent,
  makeref_expression: lowerTransparent,
  expression_element: lowerTransparent,
  collection_element: lowerTransparent,
  arrow_expression_clause: lowerTransparent,
  preproc_if: lowerUnknown,
  default_expression: lowerDefault,
  typeof_expression: lowerTypeof,
  object_creation_expression: lowerCreation,
  implicit_object_creation_expression: lowerCreation,
  anonymous_object_creation_expression: lowerAnonymousObject,
  with_expression: lowerWith,
  collection_expression: lowerArray,
  initializer_expression: lowerArray,
  implicit_array_creation_expression: lowerImplicitArray,
  implicit_stackalloc_expression: lowerImplicitArray,
  array_creation_expression: lowerArrayCreation,
  stackalloc_expression: lowerArrayCreation,
  spread_element: lowerSpread,
  declaration_expression: lowerDeclarationExpression,
  nullable_type: lowerTypeNode,
  array_type: lowerTypeNode,
  tuple_type: lowerTypeNode,
  pointer_type: lowerTypeNode,
};
