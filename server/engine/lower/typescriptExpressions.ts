import type { SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import {
  firstNamedChild,
  type LoweringContext,
  NO_CHILDREN,
  type NodeLowering,
  partsOf,
  pushPresent,
  transparent,
} from './typescriptContext.ts';
import { classType } from './typescriptDeclarations.ts';
import { callArguments, functionNode } from './typescriptFunctions.ts';
import { modifierFlags } from './typescriptMembers.ts';
import { dottedName, isComputedName, memberName } from './typescriptNames.ts';
import { destructuringAssignment, isPattern } from './typescriptPatterns.ts';
import { decodeEscapes, insideQuotes, stringValue } from './typescriptStrings.ts';
import { namedType, typeArguments } from './typescriptTypes.ts';

/** Longer chains of operators become a flat List: nobody reads them, but they would be deep. */
const MAX_OPERATOR_CHAIN = 100;

function identifier(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  return syntax.startIndex(id) === syntax.endIndex(id) ? 0 : context.identifier(id);
}

function plain(kind: Kind): NodeLowering {
  return (context, id) => context.node(kind, 0, id, '', NO_CHILDREN);
}

function literal(context: LoweringContext, id: SyntaxId): number {
  return context.node(Kind.Literal, 0, id, context.syntax.text(id), NO_CHILDREN);
}

function string(context: LoweringContext, id: SyntaxId): number {
  return context.node(Kind.String, 0, id, stringValue(context.syntax, id), NO_CHILDREN);
}

/** A template literal without substitutions is a String. */
function template(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  if (syntax.childOfType(id, 'template_substitution') >= 0) return templateParts(context, id);
  return context.node(Kind.String, 0, id, decodeEscapes(insideQuotes(syntax, id)), NO_CHILDREN);
}

function templateParts(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const parts: number[] = [];
  let from = syntax.startIndex(id) + 1;
  const pushText = (to: number): void => {
    if (to <= from) return;
    const value = decodeEscapes(syntax.source.slice(from, to));
    const [start, end] = [syntax.position(from), syntax.position(to)];
    parts.push(context.builder.node(Kind.String, 0, start, end, value, NO_CHILDREN));
  };
  for (const child of syntax.namedChildren(id)) {
    if (syntax.type(child) !== 'template_substitution') continue;
    pushText(syntax.startIndex(child));
    pushPresent(parts, context.expression(child));
    from = syntax.endIndex(child);
  }
  pushText(syntax.endIndex(id) - 1);
  return context.node(Kind.Template, 0, id, '', parts);
}

function member(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const objectId = syntax.field(id, 'object');
  const name = syntax.text(syntax.field(id, 'property'));
  if (syntax.type(objectId) === 'import' && name === 'meta') return context.identifier(id, 'import.meta');
  return context.node(Kind.Member, 0, id, name, [context.expression(objectId)]);
}

function subscript(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const children = [context.expression(syntax.field(id, 'object')), context.expression(syntax.field(id, 'index'))];
  return context.node(Kind.Index, 0, id, '', children);
}

function call(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const functionId = syntax.field(id, 'function');
  // The grammar reads `await get<T>(x)` as a call of `await get`; one that is meant that way has parentheses.
  const isAwaited = syntax.type(functionId) === 'await_expression';
  const callee = context.expression(isAwaited ? (syntax.namedChildren(functionId)[0] ?? functionId) : functionId);
  const argumentsId = syntax.field(id, 'arguments');
  const isTagged = syntax.type(argumentsId) === 'template_string';
  const given = isTagged ? [templateParts(context, argumentsId)] : callArguments(context, id);
  const types = typeArguments(context, syntax.field(id, 'type_arguments'));
  const slots = [callee, context.list(given, argumentsId), types];
  if (!isAwaited) return context.node(Kind.Call, 0, id, '', slots);
  const start = syntax.start(syntax.namedChildren(functionId)[0] ?? functionId);
  return context.node(Kind.Await, 0, id, '', [context.builder.node(Kind.Call, 0, start, syntax.end(id), '', slots)]);
}

function newExpression(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const constructorId = syntax.field(id, 'constructor');
  const name = dottedName(syntax, constructorId);
  const types = syntax.field(id, 'type_arguments');
  const created = name === '' ? context.expression(constructorId) : namedType(context, constructorId, name, types);
  const argumentsId = syntax.field(id, 'arguments');
  const given = context.list(callArguments(context, id), argumentsId >= 0 ? argumentsId : id);
  return context.node(Kind.New, 0, id, '', [created, given, 0]);
}

/** Goes down the left side in a loop: long concatenations would otherwise be deep. */
function binary(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const chain: SyntaxId[] = [];
  let at = id;
  for (; syntax.type(at) === 'binary_expression'; at = syntax.field(at, 'left')) chain.push(at);
  if (chain.length > MAX_OPERATOR_CHAIN) return operands(context, id, chain, at);
  let left = context.expression(at);
  for (const operation of chain.toReversed()) {
    const operator = syntax.text(syntax.field(operation, 'operator'));
    const right = context.expression(syntax.field(operation, 'right'));
    left = context.node(Kind.Binary, 0, operation, operator, [left, right]);
  }
  return left;
}

function operands(context: LoweringContext, id: SyntaxId, chain: readonly SyntaxId[], first: SyntaxId): number {
  const inner: number[] = [];
  pushPresent(inner, context.expression(first));
  for (const operation of chain.toReversed()) {
    pushPresent(inner, context.expression(context.syntax.field(operation, 'right')));
  }
  return context.list(inner, id);
}

/** Only a negative number is more than its operand. */
function unary(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const argument = syntax.field(id, 'argument');
  if (syntax.type(argument) === 'number' && syntax.text(syntax.field(id, 'operator')) === '-')
    return literal(context, id);
  return context.expression(argument);
}

function ternary(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const parts = ['condition', 'consequence', 'alternative'].map((name) => context.expression(syntax.field(id, name)));
  return context.node(Kind.Conditional, 0, id, '', parts);
}

function operandOf(kind: Kind): NodeLowering {
  return (context, id) => context.node(kind, 0, id, '', [context.expression(firstNamedChild(context.syntax, id))]);
}

function assignment(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const left = syntax.field(id, 'left');
  if (isPattern(syntax, left)) return destructuringAssignment(context, id);
  const operator = syntax.field(id, 'operator');
  const children = [context.expression(left), context.expression(syntax.field(id, 'right'))];
  return context.node(Kind.Assign, 0, id, operator >= 0 ? syntax.text(operator) : '=', children);
}

function sequence(context: LoweringContext, id: SyntaxId): number {
  return context.list(expressionsIn(context, id), id);
}

function expressionsIn(context: LoweringContext, id: SyntaxId): number[] {
  const lowered: number[] = [];
  for (const part of partsOf(context.syntax, id)) pushPresent(lowered, context.expression(part));
  return lowered;
}

function array(context: LoweringContext, id: SyntaxId): number {
  return context.node(Kind.Array, 0, id, '', expressionsIn(context, id));
}

/** `as`, `satisfies` and `<T>value`; `as const` says nothing about the type. */
function cast(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const [first = -1, second = -1] = syntax.namedChildren(id);
  const isPrefix = syntax.type(first) === 'type_arguments';
  const operand = context.expression(isPrefix ? second : first);
  const type = context.type(isPrefix ? firstNamedChild(syntax, first) : second);
  return type === 0 ? operand : context.node(Kind.Cast, 0, id, '', [operand, type]);
}

function object(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const properties: number[] = [];
  for (const child of partsOf(syntax, id)) {
    switch (syntax.type(child)) {
      case 'pair':
        properties.push(property(context, child, syntax.field(child, 'key'), pairValue));
        break;
      case 'method_definition':
        properties.push(property(context, child, syntax.field(child, 'name'), method));
        break;
      case 'shorthand_property_identifier': {
        const children = [context.identifier(child), 0];
        properties.push(context.node(Kind.Property, 0, child, syntax.text(child), children));
        break;
      }
      default:
        pushPresent(properties, context.expression(child));
    }
  }
  return context.node(Kind.Object, 0, id, '', properties);
}

function property(context: LoweringContext, id: SyntaxId, key: SyntaxId, lowerValue: NodeLowering): number {
  const { syntax } = context;
  const computed = isComputedName(syntax, key);
  const value = lowerValue(context, id);
  const computedKey = computed ? context.expression(firstNamedChild(syntax, key)) : 0;
  return context.node(Kind.Property, 0, id, computed ? '' : memberName(syntax, key), [value, computedKey]);
}

function pairValue(context: LoweringContext, pair: SyntaxId): number {
  return context.expression(context.syntax.field(pair, 'value'));
}

function method(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const nameId = syntax.field(id, 'name');
  const flags = modifierFlags(syntax, id, nameId);
  const name = memberName(syntax, nameId);
  return functionNode(context, id, { name, nameId, flags, start: syntax.start(id), attributes: [] });
}

function lambda(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const nameId = syntax.field(id, 'name');
  const generator = syntax.type(id) === 'generator_function' ? Flag.Generator : 0;
  const async = context.hasWord(id, 'async') ? Flag.Async : 0;
  const flags = Flag.Lambda | generator | async;
  return functionNode(context, id, {
    name: syntax.text(nameId),
    nameId,
    flags,
    start: syntax.start(id),
    attributes: [],
  });
}

function nothing(): number {
  return 0;
}

/** An absent operand (`yield;`, `{}` in JSX) leaves nothing. */
const TRANSPARENT = [
  'parenthesized_expression',
  'non_null_expression',
  'update_expression',
  'yield_expression',
  'template_substitution',
  'jsx_expression',
  'instantiation_expression',
];

/** Words and labels that stand where expressions may: they say nothing by themselves. */
const SILENT = ['property_identifier', 'type_identifier', 'statement_identifier', 'comment', 'accessibility_modifier'];

export const expressionLowerings: readonly (readonly [string, NodeLowering])[] = [
  ['identifier', identifier],
  ['import', identifier],
  ['meta_property', identifier],
  ['this', plain(Kind.This)],
  ['super', plain(Kind.Base)],
  ['number', literal],
  ['true', literal],
  ['false', literal],
  ['null', literal],
  ['undefined', literal],
  ['regex', literal],
  ['string', string],
  ['template_string', template],
  ['member_expression', member],
  ['subscript_expression', subscript],
  ['call_expression', call],
  ['new_expression', newExpression],
  ['binary_expression', binary],
  ['unary_expression', unary],
  ['ternary_expression', ternary],
  ['await_expression', operandOf(Kind.Await)],
  ['spread_element', operandOf(Kind.Spread)],
  ['assignment_expression', assignment],
  ['augmented_assignment_expression', assignment],
  ['sequence_expression', sequence],
  ['array', array],
  ['object', object],
  ['as_expression', cast],
  ['satisfies_expression', cast],
  ['type_assertion', cast],
  ['arrow_function', lambda],
  ['function_expression', lambda],
  ['generator_function', lambda],
  ['class', classType],
  ...TRANSPARENT.map((type) => [type, transparent] as const),
  ...SILENT.map((type) => [type, nothing] as const),
];
