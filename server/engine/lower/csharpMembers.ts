import type { SyntaxId } from '../parse/syntax.ts';
import { lowerAttributes, memberFlags, readHeader, targetsProperty } from './csharpAttributes.ts';
import type { CSharpContext, Handler } from './csharpContext.ts';
import {
  functionNode,
  hasThisParameter,
  identifierAt,
  lowerBody,
  lowerParameter,
  lowerParameters,
  lowerTypeParameters,
  readParameters,
} from './csharpFunctions.ts';
import { lowerType } from './csharpTypeReferences.ts';
import { Flag, Kind } from './tree.ts';

/** A method, operator, constructor or destructor by what differs between them. */
interface MethodShape {
  name: string;
  nameAt: SyntaxId;
  returns: SyntaxId;
  flags: number;
}

function lowerMethodLike(context: CSharpContext, id: SyntaxId, shape: MethodShape): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const list = syntax.field(id, 'parameters');
  const extension = hasThisParameter(context, list) ? Flag.Extension : 0;
  const ident = identifierAt(context, shape.nameAt, shape.name);
  const parameters = lowerParameters(context, list, shape.nameAt);
  const returns = lowerType(context, shape.returns);
  const { body, flags } = lowerBody(context, syntax.field(id, 'body'), constructorCall(context, id));
  const attributes = lowerAttributes(context, header.attributes, id);
  const typeParameters = lowerTypeParameters(context, id, shape.nameAt);
  const all = memberFlags(context, id, header) | shape.flags | extension | flags;
  return functionNode(context, {
    at: id,
    flags: all,
    name: shape.name,
    ident,
    parameters,
    returns,
    body,
    attributes,
    typeParameters,
  });
}

function lowerMethod(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const nameAt = syntax.field(id, 'name');
  const returns = syntax.field(id, 'returns');
  return lowerMethodLike(context, id, { name: context.name(nameAt), nameAt, returns, flags: 0 });
}

function lowerConstructor(context: CSharpContext, id: SyntaxId): number {
  const nameAt = context.syntax.field(id, 'name');
  const shape = { name: context.name(nameAt), nameAt, returns: -1, flags: Flag.Constructor };
  return lowerMethodLike(context, id, shape);
}

function lowerDestructor(context: CSharpContext, id: SyntaxId): number {
  const nameAt = context.syntax.field(id, 'name');
  return lowerMethodLike(context, id, { name: `~${context.name(nameAt)}`, nameAt, returns: -1, flags: 0 });
}

function lowerOperator(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const nameAt = syntax.field(id, 'operator');
  const name = `operator ${syntax.text(nameAt)}`;
  return lowerMethodLike(context, id, { name, nameAt, returns: syntax.field(id, 'type'), flags: 0 });
}

function lowerConversion(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const word = context.hasWord(id, 'implicit') ? 'implicit' : 'explicit';
  const nameAt = syntax.childOfType(id, 'operator');
  const returns = syntax.field(id, 'type');
  return lowerMethodLike(context, id, { name: `${word} operator`, nameAt, returns, flags: 0 });
}

/** `: base(…)` and `: this(…)` of a constructor as a call. */
function constructorCall(context: CSharpContext, id: SyntaxId): { call: number; at: SyntaxId } | undefined {
  const { syntax } = context;
  const at = syntax.childOfType(id, 'constructor_initializer');
  if (at < 0) return undefined;
  const isThis = context.hasWord(at, 'this');
  const target = syntax.childOfType(at, isThis ? 'this' : 'base');
  const callee = context.node(isThis ? Kind.This : Kind.Base, 0, target, '', []);
  return { call: callOf(context, callee, target, syntax.childOfType(at, 'argument_list')), at };
}

function callOf(context: CSharpContext, callee: number, from: SyntaxId, argumentList: SyntaxId): number {
  const { syntax } = context;
  const values = context.list(argumentList, context.lowerAll(context.kids(argumentList)));
  return context.builder.node(Kind.Call, 0, syntax.start(from), syntax.end(argumentList), '', [callee, values, 0]);
}

/**
 * The members that a primary constructor makes: the constructor itself and a field for every parameter.
 * @param id the type declaration
 */
export function primaryConstructorMembers(context: CSharpContext, id: SyntaxId): number[] {
  const { syntax } = context;
  const list = syntax.childOfType(id, 'parameter_list');
  const base = primaryBaseCall(context, id);
  if (list < 0) return base ? [base] : [];
  const name = syntax.field(id, 'name');
  const parameters = readParameters(context, list);
  const isRecord = syntax.type(id) === 'record_declaration';
  const own = (attribute: SyntaxId): boolean => isRecord && targetsProperty(context, attribute);
  const params = parameters.map((parameter) => {
    const attributes = parameter.header.attributes.filter((attribute) => !own(attribute));
    return lowerParameter(context, { ...parameter, header: { ...parameter.header, attributes } });
  });
  const span = [syntax.start(name), syntax.end(list)] as const;
  const body = base ? context.builder.node(Kind.Block, 0, ...span, '', [base]) : 0;
  const children = [
    context.identifier(name),
    context.list(list, params),
    0,
    body,
    context.emptyList(name),
    context.emptyList(name),
  ];
  const flags = Flag.Constructor | Flag.Exported;
  const constructor = context.builder.node(Kind.Function, flags, ...span, context.name(name), children);
  const fieldFlags = isRecord ? Flag.Property | Flag.Exported : Flag.Private;
  const fields = parameters.map((parameter) => {
    const type = lowerType(context, parameter.type);
    const attributes = lowerAttributes(context, parameter.header.attributes.filter(own), parameter.at);
    const slots = [context.identifier(parameter.name), type, 0, attributes, context.emptyList(parameter.name)];
    return context.node(Kind.Field, fieldFlags, parameter.at, context.name(parameter.name), slots);
  });
  return [constructor, ...fields];
}

/** The call of the base constructor in `class A(int x) : B(x)`. */
function primaryBaseCall(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const bases = syntax.childOfType(id, 'base_list');
  if (bases < 0) return 0;
  const wrapped = syntax.childOfType(bases, 'primary_constructor_base_type');
  const holder = wrapped >= 0 ? wrapped : bases;
  const argumentList = syntax.childOfType(holder, 'argument_list');
  if (argumentList < 0) return 0;
  const first = syntax.firstChild(holder);
  return callOf(context, context.node(Kind.Base, 0, first, '', []), first, argumentList);
}

/** One Field a declarator of a field or event declaration; the attributes stay with the first. */
export function lowerFields(context: CSharpContext, id: SyntaxId): number[] {
  const { syntax } = context;
  const header = readHeader(context, id);
  const declaration = syntax.childOfType(id, 'variable_declaration');
  const flags = memberFlags(context, id, header);
  const fields: number[] = [];
  for (const declarator of context.kids(declaration)) {
    if (syntax.type(declarator) !== 'variable_declarator') continue;
    const name = syntax.field(declarator, 'name');
    const value = context.lastKid(declarator, name);
    const attributes = fields.length === 0 ? header.attributes : [];
    const children = [
      context.identifier(name),
      lowerType(context, syntax.field(declaration, 'type')),
      context.lower(value),
      lowerAttributes(context, attributes, id),
      context.emptyList(declarator),
    ];
    fields.push(context.node(Kind.Field, flags, id, context.name(name), children));
  }
  return fields;
}

function lowerFieldDeclaration(context: CSharpContext, id: SyntaxId): number {
  const fields = lowerFields(context, id);
  return fields.length === 1 ? (fields[0] ?? 0) : context.list(id, fields);
}

/** A property, an indexer or an event with accessors. */
function lowerProperty(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const kind = syntax.type(id);
  const nameAt = kind === 'indexer_declaration' ? syntax.childOfType(id, 'this') : syntax.field(id, 'name');
  const name = kind === 'indexer_declaration' ? 'this[]' : context.name(nameAt);
  const value = syntax.field(id, 'value');
  const isArrow = syntax.type(value) === 'arrow_expression_clause';
  const children = [
    identifierAt(context, nameAt, name),
    lowerType(context, syntax.field(id, 'type')),
    isArrow ? 0 : context.lower(value),
    lowerAttributes(context, header.attributes, id),
    isArrow ? context.list(value, [arrowGetter(context, id, value, nameAt)]) : lowerAccessors(context, id),
  ];
  const flags = memberFlags(context, id, header) | (kind === 'event_declaration' ? 0 : Flag.Property);
  return context.node(Kind.Field, flags, id, name, children);
}

/** The getter of `int X => 1`, which is named where the property is. */
function arrowGetter(context: CSharpContext, id: SyntaxId, arrow: SyntaxId, nameAt: SyntaxId): number {
  const ident = identifierAt(context, nameAt, 'get');
  const parameters = indexerParameters(context, id, arrow, true);
  const { body, flags } = lowerBody(context, arrow);
  return functionNode(context, {
    at: arrow,
    flags: Flag.Getter | flags,
    name: 'get',
    ident,
    parameters: context.list(arrow, parameters),
    returns: 0,
    body,
    attributes: context.emptyList(nameAt),
    typeParameters: context.emptyList(nameAt),
  });
}

function lowerAccessors(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const list = syntax.field(id, 'accessors');
  if (list < 0) return context.emptyList(id);
  const accessors = context.kids(list).filter((kid) => syntax.type(kid) === 'accessor_declaration');
  const lowered = accessors.map((accessor, index) => lowerAccessor(context, id, accessor, index === 0));
  return context.list(list, lowered);
}

function lowerAccessor(context: CSharpContext, owner: SyntaxId, id: SyntaxId, isFirst: boolean): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const nameAt = syntax.field(id, 'name');
  const name = syntax.text(nameAt);
  const bodyAt = syntax.field(id, 'body');
  const parameters = indexerParameters(context, owner, id, isFirst);
  if (name !== 'get' && bodyAt >= 0) parameters.push(valueParameter(context, owner, nameAt));
  const { body, flags } = lowerBody(context, bodyAt);
  const role = name === 'get' ? Flag.Getter : name === 'set' || name === 'init' ? Flag.Setter : 0;
  return functionNode(context, {
    at: id,
    flags: header.flags | role | flags,
    name,
    ident: context.identifier(nameAt),
    parameters: context.list(nameAt, parameters),
    returns: 0,
    body,
    attributes: lowerAttributes(context, header.attributes, id),
    typeParameters: context.emptyList(nameAt),
  });
}

/** `value` in a setter. */
function valueParameter(context: CSharpContext, owner: SyntaxId, at: SyntaxId): number {
  const type = lowerType(context, context.syntax.field(owner, 'type'));
  return context.node(Kind.Param, 0, at, 'value', [type, 0, context.emptyList(at)]);
}

/** An indexer's parameters, for each accessor anew; attributes and defaults stay with the first. */
function indexerParameters(context: CSharpContext, owner: SyntaxId, at: SyntaxId, isFirst: boolean): number[] {
  const list = context.syntax.field(owner, 'parameters');
  return readParameters(context, list).map((parameter) => {
    if (isFirst) return lowerParameter(context, parameter);
    const children = [lowerType(context, parameter.type), 0, context.emptyList(at)];
    return context.node(Kind.Param, 0, parameter.at, context.name(parameter.name), children);
  });
}

function lowerEnumMember(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const name = syntax.field(id, 'name');
  const children = [
    context.identifier(name),
    0,
    context.lower(syntax.field(id, 'value')),
    lowerAttributes(context, header.attributes, id),
    context.emptyList(name),
  ];
  return context.node(Kind.Field, Flag.Static | Flag.Const | Flag.Exported, id, context.name(name), children);
}

export const MEMBER_HANDLERS: Readonly<Record<string, Handler>> = {
  method_declaration: lowerMethod,
  constructor_declaration: lowerConstructor,
  destructor_declaration: lowerDestructor,
  operator_declaration: lowerOperator,
  conversion_operator_declaration: lowerConversion,
  field_declaration: lowerFieldDeclaration,
  event_field_declaration: lowerFieldDeclaration,
  property_declaration: lowerProperty,
  indexer_declaration: lowerProperty,
  event_declaration: lowerProperty,
  enum_member_declaration: lowerEnumMember,
};
