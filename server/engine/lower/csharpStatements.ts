import type { SyntaxId } from '../parse/syntax.ts';
import { lowerNothing, lowerTransparent, type CSharpContext, type Handler } from './csharpContext.ts';
import { lowerDeconstruction, readTuple } from './csharpTuples.ts';
import { lowerType } from './csharpTypeReferences.ts';
import { Flag, Kind } from './tree.ts';

function lowerBlock(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Block, 0, id, '', context.lowerAll(context.kids(id)));
}

function lowerLocalDeclaration(context: CSharpContext, id: SyntaxId): number {
  const flags = context.hasWord(id, 'modifier') && hasConst(context, id) ? Flag.Const : 0;
  return lowerVariables(context, context.syntax.childOfType(id, 'variable_declaration'), flags);
}

function hasConst(context: CSharpContext, id: SyntaxId): boolean {
  const { syntax } = context;
  return context.kids(id).some((kid) => syntax.type(kid) === 'modifier' && syntax.text(kid) === 'const');
}

/** One Variable a declarator; a List when there are several. */
function lowerVariables(context: CSharpContext, id: SyntaxId, flags = 0): number {
  if (id < 0) return 0;
  const { syntax } = context;
  const variables: number[] = [];
  for (const declarator of context.kids(id)) {
    if (syntax.type(declarator) !== 'variable_declarator') continue;
    variables.push(lowerVariable(context, declarator, syntax.field(id, 'type'), flags));
  }
  return variables.length === 1 ? (variables[0] ?? 0) : context.list(id, variables);
}

function lowerVariable(context: CSharpContext, id: SyntaxId, type: SyntaxId, flags: number): number {
  const { syntax } = context;
  const pattern = syntax.childOfType(id, 'tuple_pattern');
  const name = syntax.field(id, 'name');
  const value = context.kids(id).findLast((kid) => kid !== name && kid !== pattern) ?? -1;
  if (pattern >= 0) return context.list(id, lowerDeconstruction(context, pattern, context.lower(value)));
  const children = [context.identifier(name), lowerType(context, type), context.lower(value)];
  return context.node(Kind.Variable, flags, id, context.name(name), children);
}

/** Statements that open a scope around what they declare: `for`, `using`, `fixed`, a `case`. */
function lowerScope(context: CSharpContext, id: SyntaxId): number {
  const children = context.lowerAll(context.kids(id));
  return children.length === 0 ? 0 : context.node(Kind.Block, 0, id, '', children);
}

function lowerForEach(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const left = syntax.field(id, 'left');
  const iterated = context.lower(syntax.field(id, 'right'));
  const body = syntax.field(id, 'body');
  if (readTuple(context, left) !== undefined) return lowerForEachTuple(context, id, iterated);
  const type = lowerType(context, syntax.field(id, 'type'));
  const name = context.name(left);
  return context.node(Kind.ForEach, 0, id, name, [context.identifier(left), type, iterated, context.lower(body)]);
}

/** `foreach (var (a, b) in x)`: the body begins with the variables. */
function lowerForEachTuple(context: CSharpContext, id: SyntaxId, iterated: number): number {
  const { syntax } = context;
  const left = syntax.field(id, 'left');
  const body = syntax.field(id, 'body');
  const name = context.temporary();
  const variables = lowerDeconstruction(context, left, 0, name);
  const children = [...variables, ...context.lowerAll([body])];
  const block = context.builder.node(Kind.Block, 0, syntax.start(left), syntax.end(body), '', children);
  const ident = context.node(Kind.Identifier, 0, left, name, []);
  return context.node(Kind.ForEach, 0, id, name, [ident, 0, iterated, block]);
}

function lowerCatchDeclaration(context: CSharpContext, id: SyntaxId): number {
  const { syntax } = context;
  const name = syntax.field(id, 'name');
  if (name < 0) return 0;
  const children = [context.identifier(name), lowerType(context, syntax.field(id, 'type')), 0];
  return context.node(Kind.Variable, 0, id, context.name(name), children);
}

function lowerReturn(context: CSharpContext, id: SyntaxId): number {
  return context.node(Kind.Return, 0, id, '', [context.lower(context.lastKid(id))]);
}

function lowerYield(context: CSharpContext, id: SyntaxId): number {
  context.sawYield = true;
  const values = context.lowerAll(context.kids(id));
  return values.length === 0 ? 0 : context.list(id, values);
}

/** `label: statement` */
function lowerLabeled(context: CSharpContext, id: SyntaxId): number {
  return context.lower(context.lastKid(id));
}

/** `goto label` means nothing; the value of `goto case value` is a constant. */
export const STATEMENT_HANDLERS: Readonly<Record<string, Handler>> = {
  global_statement: lowerTransparent,
  expression_statement: lowerTransparent,
  checked_statement: lowerTransparent,
  unsafe_statement: lowerTransparent,
  block: lowerBlock,
  local_declaration_statement: lowerLocalDeclaration,
  variable_declaration: lowerVariables,
  for_statement: lowerScope,
  using_statement: lowerScope,
  fixed_statement: lowerScope,
  switch_section: lowerScope,
  catch_clause: lowerScope,
  foreach_statement: lowerForEach,
  catch_declaration: lowerCatchDeclaration,
  return_statement: lowerReturn,
  yield_statement: lowerYield,
  labeled_statement: lowerLabeled,
  goto_statement: lowerNothing,
  break_statement: lowerNothing,
  continue_statement: lowerNothing,
  empty_statement: lowerNothing,
};
