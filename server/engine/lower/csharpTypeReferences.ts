import type { SyntaxId } from '../parse/syntax.ts';
import type { CSharpContext } from './csharpContext.ts';
import { Flag, Kind } from './tree.ts';

/** Lowers a type; `var` and what has no type give 0. */
export function lowerType(context: CSharpContext, id: SyntaxId, flags = 0): number {
  if (id < 0 || !context.enter()) return 0;
  const result = typeReference(context, id, flags);
  context.leave();
  return result;
}

function typeReference(context: CSharpContext, id: SyntaxId, flags: number): number {
  const { syntax } = context;
  switch (syntax.type(id)) {
    case 'implicit_type':
      return 0;
    case 'predefined_type':
      return context.node(Kind.TypeRef, flags, id, syntax.text(id), []);
    case 'nullable_type':
      return lowerType(context, syntax.field(id, 'type'), flags | Flag.Nullable);
    case 'ref_type':
    case 'scoped_type':
    case 'pointer_type':
      return lowerType(context, syntax.field(id, 'type'), flags);
    case 'array_type':
      return context.node(Kind.TypeRef, flags, id, '[]', present(lowerType(context, syntax.field(id, 'type'))));
    case 'tuple_type':
      return context.node(Kind.TypeRef, flags, id, '(,)', tupleElements(context, id));
    case 'function_pointer_type':
      return functionPointer(context, id, flags);
    default:
      return context.node(Kind.TypeRef, flags, id, dottedName(context, id), typeArguments(context, id));
  }
}

function present(id: number): number[] {
  return id === 0 ? [] : [id];
}

function tupleElements(context: CSharpContext, id: SyntaxId): number[] {
  const { syntax } = context;
  return context.kids(id).flatMap((element) => present(lowerType(context, syntax.field(element, 'type'))));
}

function functionPointer(context: CSharpContext, id: SyntaxId, flags: number): number {
  const { syntax } = context;
  const parameters = context
    .kids(id)
    .filter((kid) => syntax.type(kid) === 'function_pointer_parameter')
    .map((kid) => {
      const type = lowerType(context, syntax.field(kid, 'type'));
      return context.node(Kind.Param, 0, kid, '', [type, 0, context.emptyList(kid)]);
    });
  const list = context.list(id, parameters);
  return context.node(Kind.TypeRef, flags, id, '=>', [list, lowerType(context, syntax.field(id, 'returns'))]);
}

/** The lowered arguments of the last part of a name: `A<X>.B<Y>` gives Y. */
export function typeArguments(context: CSharpContext, id: SyntaxId): number[] {
  const list = typeArgumentList(context, id);
  if (list < 0) return [];
  return context.kids(list).flatMap((kid) => present(lowerType(context, kid)));
}

/** The `<…>` of the last part of a name, -1 when there is none. */
export function typeArgumentList(context: CSharpContext, id: SyntaxId): SyntaxId {
  const { syntax } = context;
  let at = id;
  for (;;) {
    const type = syntax.type(at);
    if (type === 'generic_name') return syntax.childOfType(at, 'type_argument_list');
    if (type === 'identifier') return -1;
    at = syntax.field(at, 'name');
    if (at < 0) return -1;
  }
}

/** A name with its dots, without type arguments, `@` and `global::`. */
export function dottedName(context: CSharpContext, id: SyntaxId): string {
  const { syntax } = context;
  if (syntax.type(id) === 'identifier') return context.name(id);
  const parts: string[] = [];
  let at = id;
  for (;;) {
    const qualifier = qualifierOf(context, at);
    if (qualifier < 0) break;
    parts.push(context.name(syntax.field(at, 'name')));
    at = qualifier;
  }
  const first = context.name(at);
  if (first !== 'global' || parts.length === 0) parts.push(first);
  return parts.length === 1 ? (parts[0] as string) : parts.toReversed().join('.');
}

function qualifierOf(context: CSharpContext, id: SyntaxId): SyntaxId {
  const { syntax } = context;
  switch (syntax.type(id)) {
    case 'qualified_name':
      return syntax.field(id, 'qualifier');
    case 'alias_qualified_name':
      return syntax.field(id, 'alias');
    case 'member_access_expression':
      return syntax.field(id, 'expression');
    default:
      return -1;
  }
}
