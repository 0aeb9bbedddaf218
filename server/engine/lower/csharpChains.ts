import type { SyntaxId } from '../parse/syntax.ts';
import type { CSharpContext, Handler } from './csharpContext.ts';
import { constantPatternName, lastConstant, lowerIs, type Operand } from './csharpPatterns.ts';
import { lowerType, typeArgumentList, typeArguments } from './csharpTypeReferences.ts';
import { Kind } from './tree.ts';

/**
 * Chains of postfix operators (`a.b?.c()[0]!`) and of binary operators, lowered in loops as they may be long.
 *
 * The grammar gives `?.` the precedence of `?:`, so `await a?.b()` arrives as `(await a)?.b()` and `x == a?.b` as
 * `(x == a)?.b`. So a chain whose root is not a primary expression is hung on the root's rightmost operand, and binary
 * operators are sorted by precedence anew. It also reads `x is A && b` as `x is (A && b)`, which is split again.
 */
const POSTFIX: ReadonlySet<string> = new Set([
  'member_access_expression',
  'conditional_access_expression',
  'invocation_expression',
  'element_access_expression',
  'postfix_unary_expression',
]);

/** Expressions that bind less tightly than a postfix operator. */
const LOOSE: ReadonlySet<string> = new Set([
  'binary_expression',
  'is_expression',
  'as_expression',
  'is_pattern_expression',
  'await_expression',
  'prefix_unary_expression',
  'cast_expression',
  'range_expression',
  'ref_expression',
  'throw_expression',
]);

const INFIX: ReadonlySet<string> = new Set([
  'binary_expression',
  'is_expression',
  'as_expression',
  'is_pattern_expression',
]);

const PRECEDENCE: Readonly<Record<string, number>> = {
  '*': 10,
  '/': 10,
  '%': 10,
  '+': 9,
  '-': 9,
  '<<': 8,
  '>>': 8,
  '>>>': 8,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '==': 6,
  '!=': 6,
  '&': 5,
  '^': 4,
  '|': 3,
  '&&': 2,
  '||': 1,
  '??': 0,
};
const IS_PRECEDENCE = 7;

/** Longer chains are cut, so that the lowered tree stays shallow enough to be walked by recursion. */
const MAX_CHAIN = 200;

/** A chain of postfix operators, its outermost first, around a root. */
interface Chain {
  root: SyntaxId;
  operators: SyntaxId[];
}

function readChain(context: CSharpContext, id: SyntaxId, outer: readonly SyntaxId[]): Chain {
  const { syntax } = context;
  const operators = [...outer];
  let at = id;
  while (at >= 0 && POSTFIX.has(syntax.type(at))) {
    operators.push(at);
    at = syntax.firstChild(at);
  }
  return { root: at, operators };
}

/**
 * Lowers an expression with postfix operators around it.
 * @param outer operators outside of `id`, the outermost first
 */
function lowerChain(context: CSharpContext, id: SyntaxId, outer: readonly SyntaxId[] = []): number {
  const { syntax } = context;
  const { root, operators } = readChain(context, id, outer);
  if (operators.length > 0 && LOOSE.has(syntax.type(root))) {
    if (!context.enter()) return 0;
    const result = lowerLoose(context, root, operators);
    context.leave();
    return result;
  }
  const name = nameofOperand(context, root, operators);
  if (name >= 0) {
    const value = lastName(context, name);
    operators.pop();
    const string = context.node(Kind.String, 0, operators.length > 0 ? root : id, value, []);
    return applyAll(context, { id: string, start: syntax.start(root) }, operators);
  }
  return applyAll(context, { id: context.lower(root), start: syntax.start(root) }, operators);
}

function lowerLoose(context: CSharpContext, root: SyntaxId, operators: readonly SyntaxId[]): number {
  const { syntax } = context;
  const kind = syntax.type(root);
  if (INFIX.has(kind)) return lowerInfix(context, root, operators);
  const last = context.kids(root).at(-1) ?? -1;
  const inner = lowerChain(context, last, operators);
  if (kind === 'prefix_unary_expression' || kind === 'ref_expression') return inner;
  const span = [syntax.start(root), endOf(context, root, operators)] as const;
  if (kind === 'await_expression') return context.builder.node(Kind.Await, 0, ...span, '', [inner]);
  if (kind === 'cast_expression') {
    const type = lowerType(context, syntax.field(root, 'type'));
    return context.builder.node(Kind.Cast, 0, ...span, '', [inner, type]);
  }
  const others = context.lowerAll(context.kids(root).slice(0, -1));
  return context.builder.node(Kind.List, 0, ...span, '', inner === 0 ? others : [...others, inner]);
}

function endOf(context: CSharpContext, id: SyntaxId, operators: readonly SyntaxId[]): number {
  return context.syntax.end(operators[0] ?? id);
}

/** Applies postfix operators, the last of the list first. */
function applyAll(context: CSharpContext, receiver: Operand, operators: readonly SyntaxId[]): number {
  const cut: number[] = [];
  let { id } = receiver;
  for (let i = operators.length - 1; i >= 0; i--) {
    const operator = operators[i] as SyntaxId;
    const depth = operators.length - 1 - i;
    if (depth > 0 && depth % MAX_CHAIN === 0) {
      if (id !== 0) cut.push(id);
      id = 0;
    }
    id = applyOne(context, { id, start: receiver.start }, operator);
  }
  if (cut.length === 0) return id;
  const end = context.syntax.end(operators[0] as SyntaxId);
  return context.builder.node(Kind.List, 0, receiver.start, end, '', [...cut, id]);
}

function applyOne(context: CSharpContext, receiver: Operand, operator: SyntaxId): number {
  const { syntax } = context;
  switch (syntax.type(operator)) {
    case 'member_access_expression':
      return memberNode(context, receiver, operator, syntax.field(operator, 'name'));
    case 'conditional_access_expression':
      return conditionalAccess(context, receiver, operator);
    case 'invocation_expression':
      return callNode(context, receiver, operator);
    case 'element_access_expression':
      return indexNode(context, receiver, operator, syntax.field(operator, 'subscript'));
    default:
      return receiver.id;
  }
}

function conditionalAccess(context: CSharpContext, receiver: Operand, operator: SyntaxId): number {
  const { syntax } = context;
  const binding = syntax.childOfType(operator, 'member_binding_expression');
  if (binding >= 0) return memberNode(context, receiver, operator, syntax.field(binding, 'name'));
  return indexNode(context, receiver, operator, syntax.childOfType(operator, 'element_binding_expression'));
}

function memberNode(context: CSharpContext, receiver: Operand, at: SyntaxId, name: SyntaxId): number {
  const { builder, syntax } = context;
  return builder.node(Kind.Member, 0, receiver.start, syntax.end(at), context.name(name), [receiver.id]);
}

function indexNode(context: CSharpContext, receiver: Operand, at: SyntaxId, subscript: SyntaxId): number {
  const { builder, syntax } = context;
  const index = lowerSubscript(context, subscript);
  return builder.node(Kind.Index, 0, receiver.start, syntax.end(at), '', [receiver.id, index]);
}

/** What stands between `[` and `]`: one expression, or a List of several. */
export function lowerSubscript(context: CSharpContext, subscript: SyntaxId): number {
  if (subscript < 0) return 0;
  const values = context.lowerAll(context.kids(subscript));
  return values.length === 1 ? (values[0] ?? 0) : context.list(subscript, values);
}

function callNode(context: CSharpContext, callee: Operand, at: SyntaxId): number {
  const { builder, syntax } = context;
  const list = syntax.field(at, 'arguments');
  const values = context.list(list < 0 ? at : list, context.lowerAll(list < 0 ? [] : context.kids(list)));
  const children = [callee.id, values, calledTypeArguments(context, syntax.field(at, 'function'))];
  return builder.node(Kind.Call, 0, callee.start, syntax.end(at), '', children);
}

/** The List of `<…>` behind the name of what is called, 0 when there is none. */
function calledTypeArguments(context: CSharpContext, callee: SyntaxId): number {
  const { syntax } = context;
  const type = syntax.type(callee);
  if (type === 'identifier') return 0;
  let named = callee;
  if (type === 'conditional_access_expression') named = syntax.childOfType(callee, 'member_binding_expression');
  else if (type !== 'generic_name' && !type.startsWith('member_access') && !type.endsWith('qualified_name')) return 0;
  const list = named < 0 ? -1 : typeArgumentList(context, named);
  return list < 0 ? 0 : context.list(list, typeArguments(context, named));
}

/** The argument of `nameof(…)` when that is the chain's innermost operator, else -1. */
function nameofOperand(context: CSharpContext, root: SyntaxId, operators: readonly SyntaxId[]): SyntaxId {
  const { syntax } = context;
  const call = operators.at(-1);
  if (call === undefined || syntax.type(root) !== 'identifier' || syntax.type(call) !== 'invocation_expression')
    return -1;
  if (syntax.endIndex(root) - syntax.startIndex(root) !== 6 || syntax.text(root) !== 'nameof') return -1;
  const values = context.kids(syntax.field(call, 'arguments'));
  return values.length === 1 ? (context.kids(values[0] as SyntaxId)[0] ?? -1) : -1;
}

function lastName(context: CSharpContext, id: SyntaxId): string {
  const { syntax } = context;
  let at = id;
  for (;;) {
    const type = syntax.type(at);
    if (type === 'conditional_access_expression') at = syntax.childOfType(at, 'member_binding_expression');
    else if (type === 'postfix_unary_expression' || type === 'parenthesized_expression') at = syntax.firstChild(at);
    else {
      const name = type === 'identifier' || type === 'generic_name' ? -1 : syntax.field(at, 'name');
      if (name < 0) return context.name(at);
      at = name;
    }
  }
}

/** An infix operator: a binary one by its text, or `is` and `as` by their syntax node. */
interface Infix {
  precedence: number;
  text: string;
  /** The `is` or `as` expression, -1 for a binary operator. */
  test: SyntaxId;
  /** What is left of the constant that ends the pattern of `is`, -1 for all of it. */
  head: SyntaxId;
}
type Item = { id: SyntaxId; operators: readonly SyntaxId[] } | Infix;

interface Value extends Operand {
  end: number;
}

/** Binary operators, `is` and `as`. */
function lowerInfix(context: CSharpContext, id: SyntaxId, operators: readonly SyntaxId[] = []): number {
  const items = flatten(context, id, operators);
  const values: Value[] = [];
  const pending: Infix[] = [];
  if (items.length > MAX_CHAIN * 2) return lowerLongInfix(context, id, operators, items);
  for (const item of items) {
    if ('id' in item) {
      values.push(lowerOperand(context, item.id, item.operators));
      continue;
    }
    while (pending.length > 0 && bindsFirst(pending.at(-1) as Infix, item)) reduce(context, values, pending);
    if (item.test < 0) pending.push(item);
    else values.push(lowerTest(context, item, values.pop() as Value));
  }
  while (pending.length > 0) reduce(context, values, pending);
  return values[0]?.id ?? 0;
}

function lowerOperand(context: CSharpContext, id: SyntaxId, operators: readonly SyntaxId[]): Value {
  const isRotated = operators.length > 0;
  let lowered: number;
  if (!isRotated) lowered = context.lower(id);
  else if (INFIX.has(context.syntax.type(id))) lowered = lowerTestOfMember(context, id, operators);
  else lowered = lowerChain(context, id, operators);
  return { id: lowered, start: context.syntax.start(id), end: endOf(context, id, operators) };
}

function bindsFirst(left: Infix, right: Infix): boolean {
  return right.text === '??' ? left.precedence > right.precedence : left.precedence >= right.precedence;
}

function reduce(context: CSharpContext, values: Value[], pending: Infix[]): void {
  const operator = pending.pop() as Infix;
  const right = values.pop() as Value;
  const left = values.pop() as Value;
  const children = [left.id, right.id];
  const id = context.builder.node(Kind.Binary, 0, left.start, right.end, operator.text, children);
  values.push({ id, start: left.start, end: right.end });
}

function lowerTest(context: CSharpContext, { test, head }: Infix, operand: Value): Value {
  const id = lowerIs(context, test, operand, head);
  return { id, start: operand.start, end: context.syntax.end(head < 0 ? test : head) };
}

/** Too many operands for a tree: all in a List, so that calls in them are still seen. */
function lowerLongInfix(
  context: CSharpContext,
  id: SyntaxId,
  operators: readonly SyntaxId[],
  items: readonly Item[],
): number {
  const children: number[] = [];
  for (const item of items) {
    const value = 'id' in item ? lowerOperand(context, item.id, item.operators).id : 0;
    if (value !== 0) children.push(value);
  }
  const { syntax } = context;
  return context.builder.node(Kind.List, 0, syntax.start(id), endOf(context, id, operators), '', children);
}

/** Operands and operators in the order of the source. */
function flatten(context: CSharpContext, id: SyntaxId, operators: readonly SyntaxId[]): Item[] {
  const { syntax } = context;
  const items: Item[] = [];
  const todo: Item[] = [{ id, operators }];
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    if (!('id' in item)) {
      items.push(item);
      continue;
    }
    const chain = readChain(context, item.id, item.operators);
    const kind = syntax.type(chain.root);
    if (kind === 'binary_expression') {
      todo.push({ id: syntax.field(chain.root, 'right'), operators: chain.operators });
      todo.push(binaryOperator(context, chain.root));
      todo.push({ id: syntax.field(chain.root, 'left'), operators: [] });
    } else if (!INFIX.has(kind)) items.push(item);
    else {
      const { head, tail } = splitTest(context, chain);
      if (tail.length === 0 && chain.operators.length > 0) items.push({ id: chain.root, operators: chain.operators });
      else {
        todo.push(...tail, { precedence: IS_PRECEDENCE, text: '', test: chain.root, head });
        todo.push({ id: syntax.firstChild(chain.root), operators: [] });
      }
    }
  }
  return items;
}

function binaryOperator(context: CSharpContext, id: SyntaxId): Infix {
  const text = context.syntax.text(context.syntax.field(id, 'operator'));
  return { precedence: PRECEDENCE[text] ?? 0, text, test: -1, head: -1 };
}

/**
 * Splits `x is A && b` behind A.
 * @returns A, or -1 where nothing is to be split; then what follows, the last first
 */
function splitTest(context: CSharpContext, test: Chain): { head: SyntaxId; tail: Item[] } {
  const { syntax } = context;
  const tail: Item[] = [];
  let head = -1;
  let chain = readChain(context, lastConstant(context, test.root), test.operators);
  while (syntax.type(chain.root) === 'binary_expression') {
    const operator = binaryOperator(context, chain.root);
    if (operator.precedence >= IS_PRECEDENCE) break;
    tail.push({ id: syntax.field(chain.root, 'right'), operators: chain.operators }, operator);
    head = syntax.field(chain.root, 'left');
    chain = readChain(context, head, []);
  }
  return { head, tail };
}

/** `x is A.B`, where the grammar reads `(x is A).B`. */
function lowerTestOfMember(context: CSharpContext, id: SyntaxId, operators: readonly SyntaxId[]): number {
  const { builder, syntax } = context;
  const span = [syntax.start(id), endOf(context, id, operators)] as const;
  const first = constantPatternName(context, id);
  if (first !== '' && operators.every((operator) => syntax.type(operator) === 'member_access_expression')) {
    const names = operators.map((operator) => context.name(syntax.field(operator, 'name')));
    const dotted = [first, ...names.toReversed()].join('.');
    const from = context.kids(id).at(-1) ?? id;
    const type = builder.node(Kind.TypeRef, 0, syntax.start(from), span[1], dotted, []);
    return builder.node(Kind.Cast, 0, ...span, '', [context.lower(syntax.firstChild(id)), type]);
  }
  const test = context.lower(id);
  return applyAll(context, { id: test, start: span[0] }, operators);
}

function lowerPostfix(context: CSharpContext, id: SyntaxId): number {
  return lowerChain(context, id);
}
function lowerInfixExpression(context: CSharpContext, id: SyntaxId): number {
  return lowerInfix(context, id);
}

export const CHAIN_HANDLERS: Readonly<Record<string, Handler>> = {
  member_access_expression: lowerPostfix,
  conditional_access_expression: lowerPostfix,
  invocation_expression: lowerPostfix,
  element_access_expression: lowerPostfix,
  postfix_unary_expression: lowerPostfix,
  binary_expression: lowerInfixExpression,
  is_expression: lowerInfixExpression,
  is_pattern_expression: lowerInfixExpression,
  as_expression: lowerInfixExpression,
};
