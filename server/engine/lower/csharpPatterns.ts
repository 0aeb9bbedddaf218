import type { SyntaxId } from '../parse/syntax.ts';
import { lowerNothing, lowerTransparent, type CSharpContext, type Handler } from './csharpContext.ts';
import { dottedName, lowerType } from './csharpTypeReferences.ts';
import { Kind } from './tree.ts';

/** A value that a pattern is matched with. */
export interface Operand {
  id: number;
  start: number;
}

/**
 * Lowers `operand is pattern`: `x is Foo f` is a Variable that holds a Cast, `x is Foo` a Cast; of other patterns a
 * List of the operand and what the pattern holds.
 * @param head what is left of the pattern's last constant (see `lastConstant`); -1 for all of it
 */
export function lowerIs(context: CSharpContext, at: SyntaxId, operand: Operand, head: SyntaxId): number {
  const { syntax } = context;
  const plain = syntax.field(at, 'right');
  if (plain >= 0) return castNode(context, at, operand, plain);
  const pattern = unwrapped(context, syntax.field(at, 'pattern'));
  if (head >= 0) return lowerSplit(context, pattern, operand, head);
  switch (syntax.type(pattern)) {
    case 'type_pattern':
      return castNode(context, at, operand, syntax.field(pattern, 'type'));
    case 'constant_pattern':
      return lowerConstant(context, at, operand, context.lastKid(pattern));
    case 'declaration_pattern':
    case 'var_pattern':
    case 'recursive_pattern':
      return lowerMatch(context, at, operand, pattern);
    default:
      return listNode(context, at, operand, context.lowerAll([pattern]));
  }
}

/**
 * The expression that ends an `is`, -1 when none does. The grammar reads `x is A && b` as `x is (A && b)`, so the caller
 * has to split it.
 */
export function lastConstant(context: CSharpContext, at: SyntaxId): SyntaxId {
  const { syntax } = context;
  let pattern = syntax.field(at, 'pattern');
  for (;;) {
    switch (syntax.type(pattern)) {
      case 'constant_pattern':
      case 'relational_pattern':
        return context.lastKid(pattern);
      case 'negated_pattern':
      case 'and_pattern':
      case 'or_pattern':
        pattern = context.lastKid(pattern);
        break;
      default:
        return -1;
    }
  }
}

/** A pattern of whose last constant only the head belongs to it. */
function lowerSplit(context: CSharpContext, pattern: SyntaxId, operand: Operand, head: SyntaxId): number {
  const { syntax } = context;
  if (syntax.type(pattern) === 'constant_pattern') return lowerConstant(context, head, operand, head);
  const parts: number[] = [];
  for (let at = pattern; at >= 0; at = context.lastKid(at)) {
    const left = syntax.field(at, 'left');
    const isPattern = syntax.type(at) === 'and_pattern' || syntax.type(at) === 'or_pattern';
    if (isPattern) parts.push(...context.lowerAll([left]));
    else if (syntax.type(at) !== 'negated_pattern') break;
  }
  return listNode(context, head, operand, [...parts, ...context.lowerAll([head])]);
}

/** The pattern below `not` and parentheses. */
function unwrapped(context: CSharpContext, id: SyntaxId): SyntaxId {
  let at = id;
  for (;;) {
    const type = context.syntax.type(at);
    if (type !== 'negated_pattern' && type !== 'parenthesized_pattern') return at;
    at = context.lastKid(at);
  }
}

function castNode(context: CSharpContext, at: SyntaxId, operand: Operand, type: SyntaxId): number {
  const children = [operand.id, lowerType(context, type)];
  return context.builder.node(Kind.Cast, 0, operand.start, context.syntax.end(at), '', children);
}

function listNode(context: CSharpContext, at: SyntaxId, operand: Operand, rest: readonly number[]): number {
  const children = operand.id === 0 ? rest : [operand.id, ...rest];
  return context.builder.node(Kind.List, 0, operand.start, context.syntax.end(at), '', children);
}

/** `x is Foo` and `x is Foo.Bar` cannot be told from constants without binding; names in capitals are types here. */
function lowerConstant(context: CSharpContext, at: SyntaxId, operand: Operand, value: SyntaxId): number {
  const { syntax } = context;
  const kind = syntax.type(value);
  const isName = kind === 'identifier' || kind === 'generic_name' || kind === 'member_access_expression';
  if (isName && /^@?\p{Lu}[\p{L}\p{N}_.@:<>, ]*$/u.test(syntax.text(value)))
    return castNode(context, at, operand, value);
  return listNode(context, at, operand, context.lowerAll([value]));
}

function lowerMatch(context: CSharpContext, at: SyntaxId, operand: Operand, pattern: SyntaxId): number {
  const { syntax } = context;
  const name = syntax.field(pattern, 'name');
  const type = syntax.field(pattern, 'type');
  const hasType = type >= 0 && syntax.type(type) !== 'implicit_type';
  let matched = operand.id;
  if (hasType) {
    const children = [operand.id, lowerType(context, type)];
    matched = context.builder.node(Kind.Cast, 0, operand.start, syntax.end(type), '', children);
  }
  if (name >= 0) matched = variable(context, at, operand.start, name, 0, matched);
  const rest = context.lowerAll(partsOf(context, pattern));
  return rest.length === 0 ? matched : listNode(context, at, { id: matched, start: operand.start }, rest);
}

function variable(
  context: CSharpContext,
  at: SyntaxId,
  start: number,
  name: SyntaxId,
  type: number,
  value: number,
): number {
  const children = [context.identifier(name), type, value];
  return context.builder.node(Kind.Variable, 0, start, context.syntax.end(at), context.name(name), children);
}

/** What a pattern holds beside its type and name. */
function partsOf(context: CSharpContext, pattern: SyntaxId): SyntaxId[] {
  const { syntax } = context;
  const name = syntax.field(pattern, 'name');
  const type = syntax.field(pattern, 'type');
  return context.kids(pattern).filter((kid) => kid !== name && kid !== type);
}

/** A pattern of which the operand is not at hand: a Variable with its type, and what is nested in it. */
function lowerPattern(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const name = syntax.field(id, 'name');
  const children: number[] = [];
  if (name >= 0) {
    const type = lowerType(context, syntax.field(id, 'type'));
    children.push(variable(context, id, syntax.start(id), name, type, 0));
  }
  children.push(...context.lowerAll(partsOf(context, id)));
  if (children.length < 2) return children[0] ?? 0;
  return context.list(id, children);
}

/** The names in `var (a, b)`. */
function lowerDesignation(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const variables = context.kids(id).map((kid) => {
    if (syntax.type(kid) !== 'identifier') return context.lower(kid);
    return syntax.text(kid) === '_' ? 0 : variable(context, kid, syntax.start(kid), kid, 0, 0);
  });
  return context.list(
    id,
    variables.filter((node) => node !== 0),
  );
}

/** `Property: pattern`; which property is matched is not kept. */
function lowerSubpattern(context: CSharpContext, id: SyntaxId): number {
  return context.lower(context.lastKid(id));
}

/** An arm of a `switch` expression, which is the scope of the variables in its pattern. */
function lowerArm(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Block, 0, id, '', context.lowerAll(context.kids(id)));
}

/** The name that a constant pattern begins with and member accesses behind it, dotted; '' for other patterns. */
export function constantPatternName(context: CSharpContext, at: SyntaxId): string {
  const pattern = unwrapped(context, context.syntax.field(at, 'pattern'));
  if (context.syntax.type(pattern) !== 'constant_pattern') return '';
  const value = context.lastKid(pattern);
  return context.syntax.type(value) === 'identifier' ? dottedName(context, value) : '';
}

export const PATTERN_HANDLERS: Readonly<Record<string, Handler>> = {
  constant_pattern: lowerTransparent,
  when_clause: lowerTransparent,
  parenthesized_pattern: lowerTransparent,
  negated_pattern: lowerTransparent,
  relational_pattern: lowerTransparent,
  type_pattern: lowerNothing,
  discard: lowerNothing,
  declaration_pattern: lowerPattern,
  var_pattern: lowerPattern,
  recursive_pattern: lowerPattern,
  list_pattern: lowerPattern,
  parenthesized_variable_designation: lowerDesignation,
  subpattern: lowerSubpattern,
  switch_expression_arm: lowerArm,
};
