import type { SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import {
  type LoweringContext,
  NO_CHILDREN,
  partsOf,
  pushPresent,
  type StatementLowering,
} from './typescriptContext.ts';
import { attributesOf, functionNode, typeParameters } from './typescriptFunctions.ts';
import { classMembers, interfaceMembers } from './typescriptMembers.ts';
import { dottedName, memberName } from './typescriptNames.ts';
import { insideQuotes } from './typescriptStrings.ts';
import { heritage } from './typescriptTypes.ts';
import { pushVariables } from './typescriptVariables.ts';

/** What stands before a declaration and belongs to it: `export`, `default`, `declare`, decorators. */
export interface Prefix {
  flags: number;
  /** The node where the whole declaration starts; -1 for the declaration's own node. */
  from: SyntaxId;
  decorators: readonly SyntaxId[];
  /** The `default` word, which stands in for a missing name; -1 for none. */
  defaultWord: SyntaxId;
}

const NO_PREFIX: Prefix = { flags: 0, from: -1, decorators: [], defaultWord: -1 };

/** The slots of a Type node. */
interface TypeHead {
  name: string;
  nameId: SyntaxId;
  flags: number;
  bases: readonly number[];
  attributes: readonly number[];
  members: readonly number[];
  aliased: number;
}

function typeNode(context: LoweringContext, id: SyntaxId, prefix: Prefix, head: TypeHead): number {
  const { syntax } = context;
  const start = syntax.start(prefix.from >= 0 ? prefix.from : id);
  const children = [
    context.identifier(head.nameId, head.name),
    typeParameters(context, id, start),
    context.listAt(head.bases, start),
    context.listAt(head.attributes, start),
    context.listAt(head.members, start),
    head.aliased,
  ];
  return context.builder.node(Kind.Type, head.flags | prefix.flags, start, syntax.end(id), head.name, children);
}

/** The name of a declaration, or `default` where the word stands in for it. */
function nameOf(context: LoweringContext, id: SyntaxId, prefix: Prefix): { name: string; nameId: SyntaxId } {
  const own = context.syntax.field(id, 'name');
  if (own >= 0) return { name: context.syntax.text(own), nameId: own };
  return { name: prefix.defaultWord >= 0 ? 'default' : '', nameId: prefix.defaultWord };
}

/** A class declaration or class expression as a Type. */
export function classType(context: LoweringContext, id: SyntaxId, prefix: Prefix = NO_PREFIX): number {
  const { syntax } = context;
  const clause = syntax.childOfType(id, 'class_heritage');
  const bases: number[] = [];
  const members: number[] = [];
  if (clause >= 0) {
    heritage(context, clause, bases);
    heritageCalls(context, clause, members);
  }
  const attributes = attributesOf(context, [...prefix.decorators, ...syntax.fieldAll(id, 'decorator')]);
  const body = syntax.field(id, 'body');
  context.deeper(() => members.push(...classMembers(context, body)));
  const abstract = syntax.type(id) === 'abstract_class_declaration' ? Flag.Abstract : 0;
  const head = { ...nameOf(context, id, prefix), flags: Flag.Class | abstract, bases, attributes, members, aliased: 0 };
  return typeNode(context, id, prefix, head);
}

/** `extends mixin(Base)` has no slot for the call itself in the Type: it stands first among the members. */
function heritageCalls(context: LoweringContext, clause: SyntaxId, members: number[]): void {
  const { syntax } = context;
  for (const child of syntax.namedChildren(clause)) {
    const type = syntax.type(child);
    if (type === 'extends_clause') heritageCalls(context, child, members);
    else if (type !== 'implements_clause' && type !== 'type_arguments' && dottedName(syntax, child) === '') {
      pushPresent(members, context.expression(child));
    }
  }
}

function interfaceType(context: LoweringContext, id: SyntaxId, prefix: Prefix): number {
  const { syntax } = context;
  const bases: number[] = [];
  const clause = syntax.childOfType(id, 'extends_type_clause');
  if (clause >= 0) heritage(context, clause, bases);
  const members: number[] = [];
  context.deeper(() => members.push(...interfaceMembers(context, syntax.field(id, 'body'))));
  const flags = Flag.Interface;
  return typeNode(context, id, prefix, {
    ...nameOf(context, id, prefix),
    flags,
    bases,
    members,
    attributes: [],
    aliased: 0,
  });
}

function aliasType(context: LoweringContext, id: SyntaxId, prefix: Prefix): number {
  const aliased = context.type(context.syntax.field(id, 'value'));
  const name = nameOf(context, id, prefix);
  return typeNode(context, id, prefix, {
    ...name,
    flags: Flag.Alias,
    bases: [],
    members: [],
    attributes: [],
    aliased,
  });
}

function enumType(context: LoweringContext, id: SyntaxId, prefix: Prefix): number {
  const { syntax } = context;
  const members: number[] = [];
  for (const child of partsOf(syntax, syntax.field(id, 'body'))) members.push(enumMember(context, child));
  const name = nameOf(context, id, prefix);
  return typeNode(context, id, prefix, {
    ...name,
    flags: Flag.Enum,
    bases: [],
    members,
    attributes: [],
    aliased: 0,
  });
}

function enumMember(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const assigned = syntax.type(id) === 'enum_assignment';
  const nameId = assigned ? syntax.field(id, 'name') : id;
  const name = memberName(syntax, nameId);
  const value = assigned ? context.expression(syntax.field(id, 'value')) : 0;
  const start = syntax.start(id);
  const lists = [context.listAt([], start), context.listAt([], start)];
  const children = [context.identifier(nameId, name), 0, value, ...lists];
  return context.builder.node(Kind.Field, 0, start, syntax.end(id), name, children);
}

/** A function declaration, also one without a body or, after `export default`, without a name. */
function functionDeclaration(context: LoweringContext, id: SyntaxId, prefix: Prefix): number {
  const { syntax } = context;
  const type = syntax.type(id);
  const generator = type === 'generator_function_declaration' || type === 'generator_function' ? Flag.Generator : 0;
  const async = context.hasWord(id, 'async') ? Flag.Async : 0;
  return functionNode(context, id, {
    ...nameOf(context, id, prefix),
    flags: prefix.flags | generator | async,
    start: syntax.start(prefix.from >= 0 ? prefix.from : id),
    attributes: [],
  });
}

/** `namespace A.B {}` and `module 'x' {}`. */
function namespaceNode(context: LoweringContext, id: SyntaxId, prefix: Prefix): number {
  const { syntax } = context;
  const nameId = syntax.field(id, 'name');
  const name = syntax.type(nameId) === 'string' ? insideQuotes(syntax, nameId) : syntax.text(nameId);
  const members: number[] = [];
  const body = syntax.field(id, 'body');
  if (body >= 0) context.statementsIn(body, members);
  const start = syntax.start(prefix.from >= 0 ? prefix.from : id);
  return context.builder.node(Kind.Namespace, prefix.flags, start, syntax.end(id), name, members);
}

/** `declare …`: the declaration itself, or what `declare global` adds. */
function ambientDeclaration(context: LoweringContext, id: SyntaxId, out: number[], prefix: Prefix): void {
  const { syntax } = context;
  const from = prefix.from >= 0 ? prefix.from : id;
  for (const child of partsOf(syntax, id)) {
    const type = syntax.type(child);
    if (type === 'statement_block') {
      const members: number[] = [];
      context.statementsIn(child, members);
      out.push(context.node(Kind.Namespace, 0, id, 'global', members));
    } else if (type.endsWith('declaration') || type === 'function_signature' || type.includes('module')) {
      declaration(context, child, out, { ...prefix, from });
    }
  }
}

/** `import a = B.C;`, which only gives a name to something in reach. */
function importAlias(context: LoweringContext, id: SyntaxId, flags: number): number {
  const { syntax } = context;
  const [nameId = -1, target = -1] = syntax.namedChildren(id);
  const children = [context.identifier(nameId), 0, memberChain(context, target)];
  return context.node(Kind.Variable, flags | Flag.Const, id, syntax.text(nameId), children);
}

function memberChain(context: LoweringContext, target: SyntaxId): number {
  const [first = '', ...rest] = dottedName(context.syntax, target).split('.');
  let chain = context.node(Kind.Identifier, 0, target, first, NO_CHILDREN);
  for (const name of rest) chain = context.node(Kind.Member, 0, target, name, [chain]);
  return chain;
}

/** Lowers a declaration together with what stands before it. */
export function declaration(context: LoweringContext, id: SyntaxId, out: number[], prefix: Prefix): void {
  switch (context.syntax.type(id)) {
    case 'class':
    case 'class_declaration':
    case 'abstract_class_declaration':
      out.push(classType(context, id, prefix));
      return;
    case 'interface_declaration':
      out.push(interfaceType(context, id, prefix));
      return;
    case 'type_alias_declaration':
      out.push(aliasType(context, id, prefix));
      return;
    case 'enum_declaration':
      out.push(enumType(context, id, prefix));
      return;
    case 'internal_module':
    case 'module':
      out.push(namespaceNode(context, id, prefix));
      return;
    case 'ambient_declaration':
      ambientDeclaration(context, id, out, prefix);
      return;
    case 'import_alias':
      out.push(importAlias(context, id, prefix.flags));
      return;
    case 'lexical_declaration':
    case 'variable_declaration':
    case 'using_declaration':
      pushVariables(context, id, prefix.flags, out);
      return;
    default:
      out.push(functionDeclaration(context, id, prefix));
  }
}

const DECLARATIONS = [
  'class_declaration',
  'abstract_class_declaration',
  'interface_declaration',
  'type_alias_declaration',
  'enum_declaration',
  'internal_module',
  'module',
  'ambient_declaration',
  'import_alias',
  'lexical_declaration',
  'variable_declaration',
  'using_declaration',
  'function_declaration',
  'generator_function_declaration',
  'function_signature',
];

const plainDeclaration: StatementLowering = (context, id, out) => declaration(context, id, out, NO_PREFIX);

export const declarationLowerings: readonly (readonly [string, StatementLowering])[] = DECLARATIONS.map(
  (type) => [type, plainDeclaration] as const,
);
