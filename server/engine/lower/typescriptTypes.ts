import type { SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import {
  firstNamedChild,
  type LoweringContext,
  NO_CHILDREN,
  type NodeLowering,
  pushPresent,
  transparent,
} from './typescriptContext.ts';
import { parameters } from './typescriptFunctions.ts';
import { interfaceMembers } from './typescriptMembers.ts';
import { calleeName, dottedName } from './typescriptNames.ts';
import { stringValue } from './typescriptStrings.ts';

/** The types in a `type_arguments` node as a List; 0 when there is none. */
export function typeArguments(context: LoweringContext, id: SyntaxId): number {
  return id < 0 ? 0 : context.list(typesIn(context, id), id);
}

/** A TypeRef with a name and, where there are any, type arguments. */
export function namedType(context: LoweringContext, span: SyntaxId, name: string, argumentsId: SyntaxId): number {
  const given = argumentsId < 0 ? NO_CHILDREN : typesIn(context, argumentsId);
  return context.node(Kind.TypeRef, 0, span, name, given);
}

/** The types a class extends or implements, or an interface extends, in order. */
export function heritage(context: LoweringContext, clause: SyntaxId, bases: number[]): void {
  const { syntax } = context;
  const children = syntax.namedChildren(clause);
  for (const [i, child] of children.entries()) {
    const type = syntax.type(child);
    if (type === 'extends_clause' || type === 'implements_clause') heritage(context, child, bases);
    else if (type !== 'type_arguments') bases.push(baseType(context, child, children[i + 1] ?? -1));
  }
}

function baseType(context: LoweringContext, id: SyntaxId, following: SyntaxId): number {
  const { syntax } = context;
  const given = syntax.type(following) === 'type_arguments' ? following : -1;
  switch (syntax.type(id)) {
    case 'identifier':
    case 'member_expression':
      return namedType(context, id, dottedName(syntax, id) || '?', given);
    case 'call_expression':
      return context.node(Kind.TypeRef, 0, id, calleeName(syntax, id) || '?', mixedInTypes(context, id));
    default:
      return context.type(id);
  }
}

/** The classes handed to a mixin, as if they were its type arguments: `PartialType(User)` is `PartialType<User>`. */
function mixedInTypes(context: LoweringContext, call: SyntaxId): number[] {
  const { syntax } = context;
  const types: number[] = [];
  for (const argument of syntax.namedChildren(syntax.field(call, 'arguments'))) {
    const name = dottedName(syntax, argument);
    if (name !== '') types.push(context.node(Kind.TypeRef, 0, argument, name, NO_CHILDREN));
  }
  return types;
}

function typesIn(context: LoweringContext, id: SyntaxId): number[] {
  const types: number[] = [];
  for (const child of context.syntax.namedChildren(id)) pushPresent(types, context.type(child));
  return types;
}

function simpleType(context: LoweringContext, id: SyntaxId): number {
  const name = context.syntax.text(id);
  return name === '' ? 0 : context.node(Kind.TypeRef, 0, id, name, NO_CHILDREN);
}

function dottedType(context: LoweringContext, id: SyntaxId): number {
  return context.node(Kind.TypeRef, 0, id, dottedName(context.syntax, id) || calleeName(context.syntax, id) || '?', []);
}

function genericType(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const name = dottedName(syntax, syntax.field(id, 'name')) || '?';
  return namedType(context, id, name, syntax.field(id, 'type_arguments'));
}

/** Grammar trees of long unions lean to the left, one level a member; the lowered one is flat. */
function flatType(grammarType: string, name: string): NodeLowering {
  return (context, id) => {
    const { syntax } = context;
    const members: SyntaxId[] = [];
    let at = id;
    while (syntax.type(at) === grammarType) {
      const [first = -1, ...rest] = syntax.namedChildren(at);
      members.push(...rest.toReversed());
      at = first;
    }
    members.push(at);
    const types: number[] = [];
    for (const member of members.toReversed()) pushPresent(types, context.type(member));
    return context.node(Kind.TypeRef, 0, id, name, types);
  };
}

function composedType(name: string): NodeLowering {
  return (context, id) => context.node(Kind.TypeRef, 0, id, name, typesIn(context, id));
}

function literalType(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const value = firstNamedChild(syntax, id);
  const type = syntax.type(value);
  const text = type === 'string' ? stringValue(syntax, value) : syntax.text(id);
  const flags = type === 'null' || type === 'undefined' ? 0 : Flag.LiteralType;
  return context.node(Kind.TypeRef, flags, id, text, NO_CHILDREN);
}

function functionType(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const returned = syntax.field(id, 'return_type');
  const result = context.type(returned >= 0 ? returned : syntax.field(id, 'type'));
  return context.node(Kind.TypeRef, 0, id, '=>', [parameters(context, id, undefined), result]);
}

/** `{ [key: string]: T }` is lowered as what it is short for, `Record<string, T>`. */
function objectType(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const members = syntax.namedChildren(id);
  const only = members.length === 1 ? (members[0] as SyntaxId) : -1;
  if (syntax.type(only) !== 'index_signature') {
    return context.node(Kind.TypeRef, 0, id, '{}', interfaceMembers(context, id));
  }
  return context.type(only);
}

function indexSignature(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const key = syntax.field(id, 'index_type');
  if (key < 0) return context.unknownType(id);
  const types: number[] = [];
  pushPresent(types, context.type(key));
  pushPresent(types, context.type(syntax.field(id, 'type')));
  return context.node(Kind.TypeRef, 0, id, 'Record', types);
}

function typeQuery(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const queried = firstNamedChild(syntax, id);
  const name = dottedName(syntax, queried) || syntax.text(queried);
  return context.node(Kind.TypeRef, 0, id, 'typeof', [context.node(Kind.TypeRef, 0, queried, name, NO_CHILDREN)]);
}

/** A named member of a tuple type. */
function tupleMember(context: LoweringContext, id: SyntaxId): number {
  return context.type(context.syntax.field(id, 'type'));
}

function noType(): number {
  return 0;
}

function fixedType(name: string): NodeLowering {
  return (context, id) => context.node(Kind.TypeRef, 0, id, name, NO_CHILDREN);
}

const TRANSPARENT = [
  'type_annotation',
  'adding_type_annotation',
  'omitting_type_annotation',
  'opting_type_annotation',
  'constraint',
  'parenthesized_type',
  'readonly_type',
  'optional_type',
  'template_type',
  'rest_type',
];

export const typeLowerings: readonly (readonly [string, NodeLowering])[] = [
  ['type_identifier', simpleType],
  ['identifier', simpleType],
  ['predefined_type', simpleType],
  ['this_type', simpleType],
  ['this', simpleType],
  ['nested_type_identifier', dottedType],
  ['nested_identifier', dottedType],
  ['member_expression', dottedType],
  ['call_expression', dottedType],
  ['generic_type', genericType],
  ['array_type', composedType('[]')],
  ['tuple_type', composedType('(,)')],
  ['union_type', flatType('union_type', '|')],
  ['intersection_type', flatType('intersection_type', '&')],
  ['literal_type', literalType],
  ['function_type', functionType],
  ['constructor_type', functionType],
  ['object_type', objectType],
  ['index_signature', indexSignature],
  ['type_query', typeQuery],
  ['string_fragment', noType],
  ['escape_sequence', noType],
  ['required_parameter', tupleMember],
  ['optional_parameter', tupleMember],
  ['type_predicate_annotation', fixedType('boolean')],
  ['type_predicate', fixedType('boolean')],
  ['asserts_annotation', fixedType('void')],
  ['asserts', fixedType('void')],
  ...TRANSPARENT.map((type) => [type, transparent] as const),
];
