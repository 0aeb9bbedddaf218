import type { SyntaxId } from '../parse/syntax.ts';
import { lowerAttributes, readHeader, type Header } from './csharpAttributes.ts';
import type { CSharpContext, Handler } from './csharpContext.ts';
import { lowerType } from './csharpTypeReferences.ts';
import { Flag, Kind } from './tree.ts';

/** The parts of a function, as lowered nodes where not said otherwise. */
export interface FunctionParts {
  at: SyntaxId;
  flags: number;
  name: string;
  /** Name Ident, 0 for an anonymous function. */
  ident: number;
  parameters: number;
  returns: number;
  body: number;
  attributes: number;
  typeParameters: number;
}

export function functionNode(context: CSharpContext, parts: FunctionParts): number {
  const { ident, parameters, returns, body, attributes, typeParameters } = parts;
  const children = [ident, parameters, returns, body, attributes, typeParameters];
  return context.node(Kind.Function, parts.flags, parts.at, parts.name, children);
}

/** An Identifier that is called otherwise than what is written where it stands. */
export function identifierAt(context: CSharpContext, at: SyntaxId, name: string): number {
  return at < 0 ? 0 : context.node(Kind.Identifier, 0, at, name, []);
}

/**
 * Lowers a body: a block, or the expression after `=>`.
 * @param prologue what is done before it: the call of another constructor
 * @returns the lowered body and `Flag.Generator` when it has a `yield`
 */
export function lowerBody(
  context: CSharpContext,
  body: SyntaxId,
  prologue?: { call: number; at: SyntaxId },
): { body: number; flags: number } {
  const outer = { sawYield: context.sawYield, container: context.container };
  context.sawYield = false;
  context.container = 'none';
  const lowered = prologue ? withPrologue(context, body, prologue) : context.lower(body);
  const flags = context.sawYield ? Flag.Generator : 0;
  context.sawYield = outer.sawYield;
  context.container = outer.container;
  return { body: lowered, flags };
}

function withPrologue(context: CSharpContext, body: SyntaxId, prologue: { call: number; at: SyntaxId }): number {
  const { syntax } = context;
  const isBlock = syntax.type(body) === 'block';
  const statements = context.lowerAll(isBlock ? context.kids(body) : [body]);
  const end = body < 0 ? prologue.at : body;
  const children = [prologue.call, ...statements];
  return context.builder.node(Kind.Block, 0, syntax.start(prologue.at), syntax.end(end), '', children);
}

/** Whether a parameter list is an extension method's. */
export function hasThisParameter(context: CSharpContext, list: SyntaxId): boolean {
  const { syntax } = context;
  const first = syntax.childOfType(list, 'parameter');
  if (first < 0) return false;
  for (let child = syntax.firstChild(first); child >= 0; child = syntax.next(child)) {
    if (syntax.type(child) === 'modifier' && syntax.text(child) === 'this') return true;
  }
  return false;
}

/** One parameter of a list; `params` parameters have no node of their own, their parts stand in the list. */
export interface ParameterSyntax {
  at: SyntaxId;
  end: SyntaxId;
  type: SyntaxId;
  name: SyntaxId;
  value: SyntaxId;
  header: Header;
}

/** The parameters of a parameter list or of a lambda's single name. */
export function readParameters(context: CSharpContext, list: SyntaxId): ParameterSyntax[] {
  const { syntax } = context;
  if (list < 0) return [];
  if (syntax.type(list) === 'implicit_parameter') {
    return [{ at: list, end: list, type: -1, name: list, value: -1, header: emptyHeader() }];
  }
  const found: ParameterSyntax[] = [];
  for (const kid of context.kids(list)) if (syntax.type(kid) === 'parameter') found.push(readParameter(context, kid));
  const rest = syntax.childOfType(list, 'params');
  if (rest >= 0) {
    const name = syntax.field(list, 'name');
    const header = readHeader(context, list);
    found.push({ at: rest, end: name, type: syntax.field(list, 'type'), name, value: -1, header });
  }
  return found;
}

function emptyHeader(): Header {
  return { flags: 0, attributes: [], hasAccessibility: false };
}

function readParameter(context: CSharpContext, id: SyntaxId): ParameterSyntax {
  const { syntax } = context;
  const name = syntax.field(id, 'name');
  const last = context.lastKid(id);
  const value = last >= 0 && name >= 0 && syntax.startIndex(last) > syntax.startIndex(name) ? last : -1;
  return { at: id, end: id, type: syntax.field(id, 'type'), name, value, header: readHeader(context, id) };
}

export function lowerParameters(context: CSharpContext, list: SyntaxId, owner: SyntaxId): number {
  const lowered = readParameters(context, list).map((parameter) => lowerParameter(context, parameter));
  return list < 0 ? context.emptyList(owner) : context.list(list, lowered);
}

export function lowerParameter(context: CSharpContext, parameter: ParameterSyntax): number {
  const { syntax } = context;
  const { at, end, type, name, value, header } = parameter;
  const attributes = lowerAttributes(context, header.attributes, at);
  const children = [lowerType(context, type), context.lower(value), attributes];
  const flags = value >= 0 ? Flag.Optional : 0;
  return context.builder.node(Kind.Param, flags, syntax.start(at), syntax.end(end), context.name(name), children);
}

/** Type parameters with the constraints of the `where` clauses. */
export function lowerTypeParameters(context: CSharpContext, owner: SyntaxId, after: SyntaxId): number {
  const { syntax } = context;
  const list = syntax.childOfType(owner, 'type_parameter_list');
  if (list < 0) return context.emptyList(after);
  const parameters = context
    .kids(list)
    .filter((kid) => syntax.type(kid) === 'type_parameter')
    .map((kid) => {
      const name = context.name(syntax.field(kid, 'name'));
      return context.node(Kind.TypeParam, 0, kid, name, constraintsOf(context, owner, name));
    });
  return context.list(list, parameters);
}

function constraintsOf(context: CSharpContext, owner: SyntaxId, parameter: string): number[] {
  const { syntax } = context;
  const types: number[] = [];
  for (const clause of context.kids(owner)) {
    if (syntax.type(clause) !== 'type_parameter_constraints_clause') continue;
    const [name, ...constraints] = context.kids(clause);
    if (name === undefined || context.name(name) !== parameter) continue;
    for (const constraint of constraints) {
      const type = lowerType(context, syntax.field(constraint, 'type'));
      if (type !== 0) types.push(type);
    }
  }
  return types;
}

function lowerLocalFunction(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const name = syntax.field(id, 'name');
  const parameterList = syntax.field(id, 'parameters');
  const ident = context.identifier(name);
  const parameters = lowerParameters(context, parameterList, name);
  const returns = lowerType(context, syntax.field(id, 'type'));
  const { body, flags } = lowerBody(context, syntax.field(id, 'body'));
  const attributes = lowerAttributes(context, header.attributes, id);
  const typeParameters = lowerTypeParameters(context, id, name);
  const parts = { at: id, name: context.name(name), ident, parameters, returns, body, attributes, typeParameters };
  return functionNode(context, { ...parts, flags: header.flags | flags });
}

/** A lambda or an anonymous method. */
function lowerLambda(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const list = syntax.field(id, 'parameters');
  const parameters = lowerParameters(context, list, syntax.firstChild(id));
  const returns = lowerType(context, syntax.field(id, 'type'));
  const bodyField = syntax.field(id, 'body');
  const { body, flags } = lowerBody(context, bodyField >= 0 ? bodyField : syntax.childOfType(id, 'block'));
  const attributes = lowerAttributes(context, header.attributes, id);
  const typeParameters = context.emptyList(list >= 0 ? list : syntax.firstChild(id));
  const parts = { at: id, name: '', ident: 0, parameters, returns, body, attributes, typeParameters };
  return functionNode(context, { ...parts, flags: header.flags | flags | Flag.Lambda });
}

export const FUNCTION_HANDLERS: Readonly<Record<string, Handler>> = {
  local_function_statement: lowerLocalFunction,
  lambda_expression: lowerLambda,
  anonymous_method_expression: lowerLambda,
};
