import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import { type LoweringContext, partsOf, pushPresent } from './typescriptContext.ts';
import { dottedName } from './typescriptNames.ts';
import { bindVariables, isPattern } from './typescriptPatterns.ts';

/** What a function node gets from where it stands. */
export interface FunctionHead {
  name: string;
  /** The name token; -1 for none. */
  nameId: SyntaxId;
  flags: number;
  /** Packed position where the declaration starts. */
  start: number;
  attributes: readonly number[];
}

/** A Function node from a grammar node with the fields `parameters`, `return_type` and `body`. */
export function functionNode(context: LoweringContext, id: SyntaxId, head: FunctionHead): number {
  const { syntax } = context;
  const body = syntax.field(id, 'body');
  const nameIdent = context.identifier(head.nameId, head.name);
  const prologue: number[] = [];
  const params = parameters(context, id, body < 0 ? undefined : prologue);
  const returned = syntax.field(id, 'return_type');
  const result = context.type(returned >= 0 ? returned : syntax.field(id, 'type'));
  const loweredBody = functionBody(context, body, prologue);
  const attributes = context.listAt(head.attributes, head.start);
  const generics = typeParameters(context, id, head.start);
  const children = [nameIdent, params, result, loweredBody, attributes, generics];
  return context.builder.node(Kind.Function, head.flags, head.start, syntax.end(id), head.name, children);
}

function functionBody(context: LoweringContext, body: SyntaxId, prologue: number[]): number {
  if (body < 0) return 0;
  if (context.syntax.type(body) === 'statement_block') return block(context, body, prologue);
  const value = context.expression(body);
  if (prologue.length === 0) return value;
  prologue.push(context.node(Kind.Return, 0, body, '', [value]));
  return context.node(Kind.Block, 0, body, '', prologue);
}

/** A Block of `first` and the statements inside a `statement_block`. */
export function block(context: LoweringContext, id: SyntaxId, first: number[] = []): number {
  context.deeper(() => context.statementsIn(id, first));
  return context.node(Kind.Block, 0, id, '', first);
}

/** The type parameters of a declaration, which starts at the packed position `start`, as a List. */
export function typeParameters(context: LoweringContext, id: SyntaxId, start: number): number {
  const { syntax } = context;
  const clause = syntax.field(id, 'type_parameters');
  if (clause < 0) return context.listAt([], start);
  const lowered: number[] = [];
  for (const child of syntax.namedChildren(clause)) {
    const constraints: number[] = [];
    pushPresent(constraints, context.type(syntax.field(child, 'constraint')));
    const name = syntax.text(syntax.field(child, 'name'));
    lowered.push(context.node(Kind.TypeParam, 0, child, name, constraints));
  }
  return context.list(lowered, clause);
}

/**
 * The parameters of a function as a List of Param.
 * @param prologue receives the Variables of destructured parameters, for the beginning of the body; without one they
 * are left out
 */
export function parameters(context: LoweringContext, id: SyntaxId, prologue: number[] | undefined): number {
  const { syntax } = context;
  const single = syntax.field(id, 'parameter');
  if (single >= 0) return context.list([parameter(context, single, 0, prologue)], single);
  const list = syntax.field(id, 'parameters');
  if (list < 0) return context.list([], id);
  const lowered: number[] = [];
  for (const child of syntax.namedChildren(list)) {
    if (isDeclaredThis(syntax, child)) continue;
    lowered.push(parameter(context, child, lowered.length, prologue));
  }
  return context.list(lowered, list);
}

/** `this: Foo` in a parameter list only declares a type; no argument goes to it. */
function isDeclaredThis(syntax: Syntax, id: SyntaxId): boolean {
  return syntax.type(syntax.field(id, 'pattern')) === 'this';
}

/** What is bound by one parameter, in both grammars. */
interface ParameterParts {
  target: SyntaxId;
  value: SyntaxId;
}

function parameterParts(syntax: Syntax, id: SyntaxId): ParameterParts {
  let target = id;
  let value = -1;
  switch (syntax.type(id)) {
    case 'required_parameter':
    case 'optional_parameter':
      target = syntax.field(id, 'pattern');
      if (target < 0) target = syntax.field(id, 'name');
      value = syntax.field(id, 'value');
      break;
    case 'assignment_pattern':
      target = syntax.field(id, 'left');
      value = syntax.field(id, 'right');
      break;
    default:
  }
  if (syntax.type(target) === 'rest_pattern') target = syntax.namedChildren(target)[0] ?? -1;
  return { target, value };
}

function parameter(context: LoweringContext, id: SyntaxId, index: number, prologue: number[] | undefined): number {
  const { syntax } = context;
  const { target, value } = parameterParts(syntax, id);
  const destructured = isPattern(syntax, target);
  const name = destructured ? `$p${index}` : syntax.text(target);
  const flags = syntax.type(id) === 'optional_parameter' ? Flag.Optional : 0;
  const type = context.type(syntax.field(id, 'type'));
  const byDefault = context.expression(value);
  const start = syntax.start(id);
  const attributes = context.listAt(attributesOf(context, syntax.fieldAll(id, 'decorator')), start);
  if (destructured && prologue) bindVariables(context, target, name, 0, prologue);
  return context.builder.node(Kind.Param, flags, start, syntax.end(id), name, [type, byDefault, attributes]);
}

/** Lowers decorators to Attributes. */
export function attributesOf(context: LoweringContext, decorators: readonly SyntaxId[]): number[] {
  return decorators.map((decorator) => attribute(context, decorator));
}

function attribute(context: LoweringContext, decorator: SyntaxId): number {
  const { syntax } = context;
  const values: number[] = [];
  let at = syntax.namedChildren(decorator)[0] ?? -1;
  while (syntax.type(at) === 'call_expression') {
    values.unshift(...callArguments(context, at));
    at = syntax.field(at, 'function');
  }
  const name = dottedName(syntax, at);
  if (name === '') pushPresent(values, context.expression(at));
  return context.node(Kind.Attribute, 0, decorator, name, values);
}

/** The lowered arguments of a call. */
export function callArguments(context: LoweringContext, call: SyntaxId): number[] {
  const lowered: number[] = [];
  for (const argument of partsOf(context.syntax, context.syntax.field(call, 'arguments'))) {
    pushPresent(lowered, context.expression(argument));
  }
  return lowered;
}

/**
 * A parameter property (`constructor(private x: X)`) as the Field it declares. Its attributes are lowered again, but
 * only their simple arguments, so that no call is in the tree twice.
 */
export function parameterProperty(context: LoweringContext, id: SyntaxId, flags: number): number {
  const { syntax } = context;
  const { target } = parameterParts(syntax, id);
  const start = syntax.start(id);
  const copies = syntax.fieldAll(id, 'decorator').map((decorator) => attributeCopy(context, decorator));
  const children = [
    context.identifier(target),
    context.type(syntax.field(id, 'type')),
    0,
    context.listAt(copies, start),
    context.listAt([], start),
  ];
  const optional = syntax.type(id) === 'optional_parameter' ? Flag.Optional : 0;
  const allFlags = flags | optional | Flag.Property;
  return context.builder.node(Kind.Field, allFlags, start, syntax.end(id), syntax.text(target), children);
}

function attributeCopy(context: LoweringContext, decorator: SyntaxId): number {
  const { syntax } = context;
  const call = syntax.namedChildren(decorator)[0] ?? -1;
  const isCall = syntax.type(call) === 'call_expression';
  const name = dottedName(syntax, isCall ? syntax.field(call, 'function') : call);
  const values: number[] = [];
  for (const argument of isCall ? syntax.namedChildren(syntax.field(call, 'arguments')) : []) {
    if (isSimple(syntax, argument)) pushPresent(values, context.expression(argument));
  }
  return context.node(Kind.Attribute, 0, decorator, name, values);
}

function isSimple(syntax: Syntax, id: SyntaxId): boolean {
  return syntax.type(id) === 'string' || syntax.type(id) === 'number' || dottedName(syntax, id) !== '';
}
