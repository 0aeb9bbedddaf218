import type { SyntaxId } from '../parse/syntax.ts';
import { Kind } from './tree.ts';
import { pushCommonJsExport, requiredModule } from './typescriptCommonJs.ts';
import {
  firstNamedChild,
  type LoweringContext,
  NO_CHILDREN,
  partsOf,
  pushPresent,
  type StatementLowering,
} from './typescriptContext.ts';
import { block } from './typescriptFunctions.ts';
import { bindVariables, holder, isPattern } from './typescriptPatterns.ts';

const expressionStatement: StatementLowering = (context, id, out) => {
  const { syntax } = context;
  const inner = firstNamedChild(syntax, id);
  if (syntax.type(inner) === 'assignment_expression' && pushCommonJsExport(context, inner, out)) return;
  const module = requiredModule(syntax, inner);
  if (module !== undefined) out.push(context.node(Kind.Import, 0, id, module, NO_CHILDREN));
  else for (const part of partsOf(syntax, id)) context.statement(part, out);
};

const blockStatement: StatementLowering = (context, id, out) => {
  out.push(block(context, id));
};

const returnStatement: StatementLowering = (context, id, out) => {
  out.push(context.node(Kind.Return, 0, id, '', [context.expression(firstNamedChild(context.syntax, id))]));
};

/** Control flow that only matters for what happens inside. */
const insides: StatementLowering = (context, id, out) => {
  const inner: number[] = [];
  context.statementsIn(id, inner);
  if (inner.length === 1) out.push(inner[0] as number);
  else if (inner.length > 1) out.push(context.list(inner, id));
};

/** A chain of `else if` becomes one flat List, so that its length is not depth. */
const ifStatement: StatementLowering = (context, id, out) => {
  const { syntax } = context;
  const inner: number[] = [];
  let at = id;
  while (syntax.type(at) === 'if_statement') {
    pushPresent(inner, context.expression(syntax.field(at, 'condition')));
    context.statement(syntax.field(at, 'consequence'), inner);
    at = firstNamedChild(syntax, syntax.field(at, 'alternative'));
  }
  context.statement(at, inner);
  out.push(context.list(inner, id));
};

/** Its variables live in a scope of their own. */
const scoped: StatementLowering = (context, id, out) => {
  const inner: number[] = [];
  context.statementsIn(id, inner);
  out.push(context.node(Kind.Block, 0, id, '', inner));
};

const forInStatement: StatementLowering = (context, id, out) => {
  const { syntax } = context;
  const left = syntax.field(id, 'left');
  const body = syntax.field(id, 'body');
  const iterated = context.expression(syntax.field(id, 'right'));
  if (isPattern(syntax, left)) {
    const name = context.nextPatternName();
    const first: number[] = [];
    bindVariables(context, left, name, 0, first);
    const children = [context.identifier(left, name), 0, iterated, bodyBlock(context, body, first)];
    out.push(context.node(Kind.ForEach, 0, id, name, children));
    return;
  }
  const isName = syntax.type(left) === 'identifier';
  const first: number[] = [];
  if (!isName) pushPresent(first, context.expression(left));
  const children = [isName ? context.identifier(left) : 0, 0, iterated, bodyBlock(context, body, first)];
  out.push(context.node(Kind.ForEach, 0, id, isName ? syntax.text(left) : '', children));
};

function bodyBlock(context: LoweringContext, body: SyntaxId, first: number[]): number {
  if (context.syntax.type(body) === 'statement_block') return block(context, body, first);
  context.statement(body, first);
  return context.node(Kind.Block, 0, body, '', first);
}

const catchClause: StatementLowering = (context, id, out) => {
  const { syntax } = context;
  const parameter = syntax.field(id, 'parameter');
  const first: number[] = [];
  if (isPattern(syntax, parameter)) {
    const name = context.nextPatternName();
    first.push(holder(context, parameter, name, 0, 0));
    bindVariables(context, parameter, name, 0, first);
  } else if (parameter >= 0) {
    const children = [context.identifier(parameter), context.type(syntax.field(id, 'type')), 0];
    first.push(context.node(Kind.Variable, 0, parameter, syntax.text(parameter), children));
  }
  out.push(block(context, syntax.field(id, 'body'), first));
};

const nothing: StatementLowering = () => {};

export const statementLowerings: readonly (readonly [string, StatementLowering])[] = [
  ['expression_statement', expressionStatement],
  ['statement_block', blockStatement],
  ['return_statement', returnStatement],
  ['if_statement', ifStatement],
  ['else_clause', insides],
  ['for_statement', scoped],
  ['for_in_statement', forInStatement],
  ['while_statement', insides],
  ['do_statement', insides],
  ['with_statement', insides],
  ['switch_statement', insides],
  ['switch_body', scoped],
  ['switch_case', insides],
  ['switch_default', insides],
  ['try_statement', insides],
  ['catch_clause', catchClause],
  ['finally_clause', insides],
  ['labeled_statement', insides],
  ['throw_statement', insides],
  ['import_attribute', nothing],
  ['hash_bang_line', nothing],
  ['html_comment', nothing],
  ['comment', nothing],
];
