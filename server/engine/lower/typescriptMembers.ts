import type { Syntax, SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import { firstNamedChild, type LoweringContext, partsOf, pushPresent } from './typescriptContext.ts';
import { attributesOf, block, functionNode, parameterProperty } from './typescriptFunctions.ts';
import { isComputedName, memberName } from './typescriptNames.ts';

/** A member of a class with the decorators that stand before it. */
interface DecoratedMember {
  id: SyntaxId;
  decorators: SyntaxId[];
}

const WORD_FLAGS: ReadonlyMap<string, number> = new Map([
  ['static', Flag.Static],
  ['readonly', Flag.Readonly],
  ['abstract', Flag.Abstract],
  ['async', Flag.Async],
  ['get', Flag.Getter],
  ['set', Flag.Setter],
  ['override_modifier', Flag.Override],
]);

/** Flags from the words before a member's or parameter's name, and from the `*` and `?` beside it. */
export function modifierFlags(syntax: Syntax, id: SyntaxId, nameId: SyntaxId): number {
  let flags = 0;
  let lastWordEnd = syntax.startIndex(id);
  for (let child = syntax.firstChild(id); child >= 0 && child !== nameId; child = syntax.next(child)) {
    const type = syntax.type(child);
    flags |= WORD_FLAGS.get(type) ?? 0;
    if (type === 'accessibility_modifier' && syntax.text(child) === 'private') flags |= Flag.Private;
    lastWordEnd = syntax.endIndex(child);
  }
  if (nameId < 0) return flags;
  const before = syntax.source.slice(lastWordEnd, syntax.startIndex(nameId));
  if (before.includes('*')) flags |= Flag.Generator;
  if (syntax.source[syntax.endIndex(nameId)] === '?') flags |= Flag.Optional;
  if (syntax.type(nameId) === 'private_property_identifier') flags |= Flag.Private;
  return flags;
}

/** Lowers what stands in a class body. */
export function classMembers(context: LoweringContext, body: SyntaxId): number[] {
  const { syntax } = context;
  const out: number[] = [];
  const members = decoratedMembers(syntax, body);
  const accessors = accessorGroups(syntax, members);
  for (const member of members) {
    const group = accessors.get(member.id);
    if (group) pushAccessors(context, group, out);
    else if (!isAccessor(syntax, member.id)) classMember(context, member, out);
  }
  return out;
}

/** In TypeScript a method's decorators are siblings before it, all others are children. */
function decoratedMembers(syntax: Syntax, body: SyntaxId): DecoratedMember[] {
  const members: DecoratedMember[] = [];
  let before: SyntaxId[] = [];
  for (const id of partsOf(syntax, body)) {
    if (syntax.type(id) === 'decorator') {
      before.push(id);
      continue;
    }
    members.push({ id, decorators: [...before, ...syntax.fieldAll(id, 'decorator')] });
    before = [];
  }
  return members;
}

function isAccessor(syntax: Syntax, id: SyntaxId): boolean {
  switch (syntax.type(id)) {
    case 'method_definition':
    case 'method_signature':
    case 'abstract_method_signature':
      return syntax.childOfType(id, 'get') >= 0 || syntax.childOfType(id, 'set') >= 0;
    default:
      return false;
  }
}

/** The accessors of each property, under the first of them. */
function accessorGroups(syntax: Syntax, members: DecoratedMember[]): Map<SyntaxId, DecoratedMember[]> {
  const firstOf = new Map<string, SyntaxId>();
  const groups = new Map<SyntaxId, DecoratedMember[]>();
  for (const member of members) {
    if (!isAccessor(syntax, member.id)) continue;
    const name = memberName(syntax, syntax.field(member.id, 'name'));
    const key = `${syntax.childOfType(member.id, 'static') >= 0 ? 'static ' : ''}${name}`;
    const first = firstOf.get(key) ?? member.id;
    firstOf.set(key, first);
    const group = groups.get(first);
    if (group) group.push(member);
    else groups.set(first, [member]);
  }
  return groups;
}

/**
 * `get x()` and `set x()` become one Field with two accessors; its type is what the getter returns. Decorators of
 * either belong to the property, so they are the Field's.
 */
function pushAccessors(context: LoweringContext, group: DecoratedMember[], out: number[]): void {
  const { syntax } = context;
  const first = group[0] as DecoratedMember;
  const nameId = syntax.field(first.id, 'name');
  const name = memberName(syntax, nameId);
  const accessors: number[] = [];
  const attributes: number[] = [];
  let type = 0;
  for (const { id, decorators } of group) {
    const accessorName = syntax.field(id, 'name');
    const flags = modifierFlags(syntax, id, accessorName);
    attributes.push(...attributesOf(context, decorators));
    const head = { name, nameId: accessorName, flags, start: syntax.start(id), attributes: [] };
    accessors.push(functionNode(context, id, head));
    if (type === 0) type = accessorType(context, id);
    pushComputedName(context, accessorName, out);
  }
  const fieldFlags = (modifierFlags(syntax, first.id, nameId) & ~(Flag.Getter | Flag.Setter)) | Flag.Property;
  const start = syntax.start(first.decorators[0] ?? first.id);
  const lists = [context.listAt(attributes, start), context.listAt(accessors, start)];
  const children = [context.identifier(nameId, name), type, 0, ...lists];
  out.push(context.builder.node(Kind.Field, fieldFlags, start, syntax.end(first.id), name, children));
}

function accessorType(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const returned = syntax.field(id, 'return_type');
  if (returned >= 0) return context.type(returned);
  const only = syntax.namedChildren(syntax.field(id, 'parameters'))[0] ?? -1;
  return context.type(syntax.field(only, 'type'));
}

function classMember(context: LoweringContext, member: DecoratedMember, out: number[]): void {
  const { syntax } = context;
  const { id, decorators } = member;
  switch (syntax.type(id)) {
    case 'method_definition':
    case 'method_signature':
    case 'abstract_method_signature':
      pushMethod(context, id, decorators, out);
      return;
    case 'public_field_definition':
    case 'field_definition':
      pushField(context, id, decorators, out);
      return;
    case 'class_static_block':
      out.push(block(context, syntax.field(id, 'body')));
      return;
    case 'index_signature':
      return;
    default:
      context.statement(id, out);
  }
}

function pushMethod(context: LoweringContext, id: SyntaxId, decorators: SyntaxId[], out: number[]): void {
  const { syntax } = context;
  const nameId = syntax.field(id, 'name');
  const name = memberName(syntax, nameId);
  const isConstructor = name === 'constructor' && !context.hasWord(id, 'static');
  const flags = modifierFlags(syntax, id, nameId) | (isConstructor ? Flag.Constructor : 0);
  if (isConstructor) pushParameterProperties(context, id, out);
  const attributes = attributesOf(context, decorators);
  const start = syntax.start(decorators[0] ?? id);
  out.push(functionNode(context, id, { name, nameId, flags, start, attributes }));
  pushComputedName(context, nameId, out);
}

function pushParameterProperties(context: LoweringContext, id: SyntaxId, out: number[]): void {
  const { syntax } = context;
  for (const parameter of syntax.namedChildren(syntax.field(id, 'parameters'))) {
    const pattern = syntax.field(parameter, 'pattern');
    if (syntax.type(pattern) !== 'identifier') continue;
    const isProperty = ['accessibility_modifier', 'readonly', 'override_modifier'].some((word) => {
      return context.hasWord(parameter, word);
    });
    if (isProperty) out.push(parameterProperty(context, parameter, modifierFlags(syntax, parameter, pattern)));
  }
}

function pushField(context: LoweringContext, id: SyntaxId, decorators: SyntaxId[], out: number[]): void {
  const { syntax } = context;
  const inTypeScript = syntax.field(id, 'name');
  const nameId = inTypeScript >= 0 ? inTypeScript : syntax.field(id, 'property');
  const name = memberName(syntax, nameId);
  const start = syntax.start(decorators[0] ?? id);
  const children = [
    context.identifier(nameId, name),
    context.type(syntax.field(id, 'type')),
    context.expression(syntax.field(id, 'value')),
    context.listAt(attributesOf(context, decorators), start),
    context.listAt([], start),
  ];
  const flags = modifierFlags(syntax, id, nameId);
  out.push(context.builder.node(Kind.Field, flags, start, syntax.end(id), name, children));
  pushComputedName(context, nameId, out);
}

/** The expression in `[expression]() {}` has no slot in the member: it stands beside it. */
function pushComputedName(context: LoweringContext, nameId: SyntaxId, out: number[]): void {
  if (isComputedName(context.syntax, nameId)) {
    pushPresent(out, context.expression(firstNamedChild(context.syntax, nameId)));
  }
}

/** Lowers what stands in an interface body or an object type. */
export function interfaceMembers(context: LoweringContext, body: SyntaxId): number[] {
  const { syntax } = context;
  const out: number[] = [];
  const members = decoratedMembers(syntax, body);
  const accessors = accessorGroups(syntax, members);
  for (const { id } of members) {
    const group = accessors.get(id);
    if (group) pushAccessors(context, group, out);
    else if (!isAccessor(syntax, id)) interfaceMember(context, id, out);
  }
  return out;
}

function interfaceMember(context: LoweringContext, id: SyntaxId, out: number[]): void {
  const { syntax } = context;
  switch (syntax.type(id)) {
    case 'property_signature':
      pushField(context, id, [], out);
      return;
    case 'method_signature':
      pushMethod(context, id, [], out);
      return;
    case 'call_signature':
    case 'construct_signature': {
      const isConstructor = syntax.type(id) === 'construct_signature';
      const head = { name: '', nameId: -1, flags: isConstructor ? Flag.Constructor : 0, start: syntax.start(id) };
      out.push(functionNode(context, id, { ...head, attributes: [] }));
      return;
    }
    default:
  }
}
