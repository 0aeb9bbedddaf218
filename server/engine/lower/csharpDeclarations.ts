import type { SyntaxId } from '../parse/syntax.ts';
import { lowerArgument, lowerAttributes, lowerGlobalAttribute, memberFlags, readHeader } from './csharpAttributes.ts';
import { lowerNothing, type Container, type CSharpContext, type Handler } from './csharpContext.ts';
import { lowerParameters, lowerTypeParameters } from './csharpFunctions.ts';
import { lowerFields, primaryConstructorMembers } from './csharpMembers.ts';
import { dottedName, lowerType } from './csharpTypeReferences.ts';
import { Flag, Kind } from './tree.ts';

/** Declarations and statements of a file or namespace; a file-scoped namespace takes all that follow it. */
export function lowerDeclarations(context: CSharpContext, ids: readonly SyntaxId[], end: SyntaxId): number[] {
  const { syntax } = context;
  const scoped = ids.findIndex((id) => syntax.type(id) === 'file_scoped_namespace_declaration');
  if (scoped < 0) return context.lowerAll(ids);
  const declaration = ids[scoped] as SyntaxId;
  const inner = context.lowerAll(ids.slice(scoped + 1));
  const name = dottedName(context, syntax.field(declaration, 'name'));
  const span = [syntax.start(declaration), syntax.end(end)] as const;
  return [...context.lowerAll(ids.slice(0, scoped)), context.builder.node(Kind.Namespace, 0, ...span, name, inner)];
}

function lowerNamespace(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const members = context.lowerAll(context.kids(syntax.field(id, 'body')));
  return context.node(Kind.Namespace, 0, id, dottedName(context, syntax.field(id, 'name')), members);
}

function lowerUsing(context: CSharpContext, id: SyntaxId): number {
  const alias = context.syntax.field(id, 'name');
  const target = context.kids(id).findLast((kid) => kid !== alias) ?? -1;
  const flags = (context.hasWord(id, 'static') ? Flag.Static : 0) | (context.hasWord(id, 'global') ? Flag.Global : 0);
  return context.node(Kind.Using, flags, id, dottedName(context, target), [context.identifier(alias)]);
}

/** What the keyword of a type declaration means. */
function typeFlags(context: CSharpContext, id: SyntaxId): number {
  switch (context.syntax.type(id)) {
    case 'interface_declaration':
      return Flag.Interface;
    case 'struct_declaration':
      return Flag.Struct;
    case 'enum_declaration':
      return Flag.Enum;
    case 'record_declaration':
      return Flag.Record | (context.hasWord(id, 'struct') ? Flag.Struct : Flag.Class);
    default:
      return Flag.Class;
  }
}

function lowerTypeDeclaration(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const name = syntax.field(id, 'name');
  const kind = typeFlags(context, id);
  const flags = memberFlags(context, id, header) | kind;
  const children = [
    context.identifier(name),
    lowerTypeParameters(context, id, name),
    lowerBases(context, id, name),
    lowerAttributes(context, header.attributes, id),
    lowerMembers(context, id, (kind & Flag.Interface) !== 0 ? 'interface' : 'class'),
    0,
  ];
  return context.node(Kind.Type, flags, id, context.name(name), children);
}

function lowerBases(context: CSharpContext, id: SyntaxId, name: SyntaxId): number {
  const { syntax } = context;
  const list = syntax.childOfType(id, 'base_list');
  if (list < 0) return context.emptyList(name);
  const types: number[] = [];
  for (const kid of context.kids(list)) {
    const kind = syntax.type(kid);
    if (kind === 'argument_list') continue;
    const type = lowerType(context, kind === 'primary_constructor_base_type' ? syntax.field(kid, 'type') : kid);
    if (type !== 0) types.push(type);
  }
  return context.list(list, types);
}

function lowerMembers(context: CSharpContext, id: SyntaxId, container: Container): number {
  const { syntax } = context;
  const outer = context.container;
  context.container = container;
  const members = syntax.type(id) === 'enum_declaration' ? [] : primaryConstructorMembers(context, id);
  const body = syntax.field(id, 'body');
  for (const kid of body < 0 ? [] : context.kids(body)) {
    if (syntax.type(kid).endsWith('field_declaration')) members.push(...lowerFields(context, kid));
    else members.push(context.lower(kid));
  }
  context.container = outer;
  const present = members.filter((member) => member !== 0);
  return body < 0 ? context.listOf(present, id, id, id) : context.list(body, present);
}

/** A delegate is an alias of a function type. */
function lowerDelegate(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const header = readHeader(context, id);
  const name = syntax.field(id, 'name');
  const parameters = lowerParameters(context, syntax.field(id, 'parameters'), name);
  const signature = [parameters, lowerType(context, syntax.field(id, 'type'))];
  const children = [
    context.identifier(name),
    lowerTypeParameters(context, id, name),
    context.emptyList(name),
    lowerAttributes(context, header.attributes, id),
    context.emptyList(id),
    context.node(Kind.TypeRef, 0, id, '=>', signature),
  ];
  return context.node(Kind.Type, memberFlags(context, id, header) | Flag.Alias, id, context.name(name), children);
}

export const DECLARATION_HANDLERS: Readonly<Record<string, Handler>> = {
  namespace_declaration: lowerNamespace,
  using_directive: lowerUsing,
  extern_alias_directive: lowerNothing,
  global_attribute: lowerGlobalAttribute,
  attribute_argument: lowerArgument,
  class_declaration: lowerTypeDeclaration,
  struct_declaration: lowerTypeDeclaration,
  interface_declaration: lowerTypeDeclaration,
  record_declaration: lowerTypeDeclaration,
  enum_declaration: lowerTypeDeclaration,
  delegate_declaration: lowerDelegate,
};
