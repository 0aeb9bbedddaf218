import type { SyntaxId } from '../parse/syntax.ts';
import type { CSharpContext, Handler } from './csharpContext.ts';
import { lowerType } from './csharpTypeReferences.ts';
import { Kind } from './tree.ts';

/**
 * A query in LINQ syntax. Its first range variable is the atom; each further one is a Variable among the clauses, with
 * an initialiser of the type that it has: of `join d in ds` an Index on ds, of `into g` an Array of what is gathered.
 */
function lowerQuery(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const [first, ...clauses] = context.kids(id);
  if (first === undefined || syntax.type(first) !== 'from_clause') return 0;
  const name = context.name(syntax.field(first, 'name'));
  const children = [context.lower(sourceOf(context, first)), ...lowerClauses(context, clauses)];
  return context.node(Kind.LinqQuery, 0, id, name, children);
}

/** The expression behind `in`. */
function sourceOf(context: CSharpContext, from: SyntaxId): SyntaxId {
  return context.kids(from).at(-1) ?? -1;
}

function lowerClauses(context: CSharpContext, clauses: readonly SyntaxId[]): number[] {
  const { syntax } = context;
  const lowered: number[] = [];
  for (const [index, clause] of clauses.entries()) {
    const next = clauses[index + 1];
    const into = next !== undefined && syntax.type(next) === 'identifier' ? next : -1;
    if (syntax.type(clause) !== 'identifier') lowered.push(...lowerClause(context, clause, into));
  }
  return lowered.filter((node) => node !== 0);
}

/** @param into the name behind the clause's `into`, -1 when there is none */
function lowerClause(context: CSharpContext, id: SyntaxId, into: SyntaxId): number[] {
  const kids = context.kids(id);
  switch (context.syntax.type(id)) {
    case 'from_clause':
      return [elementVariable(context, context.syntax.field(id, 'name'), id, kids.at(-1) ?? -1)];
    case 'join_clause':
      return lowerJoin(context, id);
    case 'let_clause':
      return [variable(context, kids[0] ?? -1, 0, context.lower(kids[1] ?? -1))];
    case 'select_clause':
      return selected(context, kids, into, false);
    case 'group_clause':
      return selected(context, kids, into, true);
    default:
      return context.lowerAll(kids);
  }
}

/** `select x into y` and `group x by k into y` go on with y. */
function selected(context: CSharpContext, kids: readonly SyntaxId[], into: SyntaxId, isGroup: boolean): number[] {
  const [element, ...rest] = kids;
  if (into < 0 || element === undefined) return context.lowerAll(kids);
  const value = context.lower(element);
  const held = isGroup ? context.node(Kind.Array, 0, element, '', value === 0 ? [] : [value]) : value;
  return [variable(context, into, 0, held), ...context.lowerAll(rest)];
}

function lowerJoin(context: CSharpContext, id: SyntaxId): number[] {
  const { syntax } = context;
  const type = syntax.field(id, 'type');
  const into = syntax.childOfType(id, 'join_into_clause');
  const [name, source, ...keys] = context.kids(id).filter((kid) => kid !== type && kid !== into);
  const nodes = [elementVariable(context, name ?? -1, id, source ?? -1), ...context.lowerAll(keys)];
  const group = into < 0 ? -1 : (context.kids(into)[0] ?? -1);
  if (group >= 0) {
    const element = context.node(Kind.Identifier, 0, group, context.name(name ?? -1), []);
    nodes.push(variable(context, group, 0, context.node(Kind.Array, 0, group, '', [element])));
  }
  return nodes;
}

/** A range variable: an element of its source. */
function elementVariable(context: CSharpContext, name: SyntaxId, clause: SyntaxId, source: SyntaxId): number {
  if (name < 0 || source < 0) return 0;
  const type = lowerType(context, context.syntax.field(clause, 'type'));
  const index = context.node(Kind.Literal, 0, name, '0', []);
  return variable(context, name, type, context.node(Kind.Index, 0, source, '', [context.lower(source), index]));
}

function variable(context: CSharpContext, name: SyntaxId, type: number, value: number): number {
  if (name < 0) return 0;
  return context.node(Kind.Variable, 0, name, context.name(name), [context.identifier(name), type, value]);
}

export const QUERY_HANDLERS: Readonly<Record<string, Handler>> = {
  query_expression: lowerQuery,
};
