import { CHAIN_HANDLERS } from './csharpChains.ts';
import { CSharpContext, type Handler } from './csharpContext.ts';
import { DECLARATION_HANDLERS, lowerDeclarations } from './csharpDeclarations.ts';
import { EXPRESSION_HANDLERS } from './csharpExpressions.ts';
import { FUNCTION_HANDLERS } from './csharpFunctions.ts';
import { LITERAL_HANDLERS } from './csharpLiterals.ts';
import { MEMBER_HANDLERS } from './csharpMembers.ts';
import { PATTERN_HANDLERS } from './csharpPatterns.ts';
import { QUERY_HANDLERS } from './csharpQueries.ts';
import { STATEMENT_HANDLERS } from './csharpStatements.ts';
import { TUPLE_HANDLERS } from './csharpTuples.ts';
import type { Lowering } from './lower.ts';
import { Kind } from './tree.ts';

/** What is done with each type of node of the tree-sitter grammar for C#. */
const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  [
    DECLARATION_HANDLERS,
    MEMBER_HANDLERS,
    FUNCTION_HANDLERS,
    STATEMENT_HANDLERS,
    EXPRESSION_HANDLERS,
    CHAIN_HANDLERS,
    LITERAL_HANDLERS,
    PATTERN_HANDLERS,
    TUPLE_HANDLERS,
    QUERY_HANDLERS,
  ].flatMap((handlers) => Object.entries(handlers)),
);

/** Lowers a C# file. */
export const lowerCSharp: Lowering = (syntax, builder) => {
  const context = new CSharpContext(syntax, builder, HANDLERS);
  const children = lowerDeclarations(context, context.kids(0), 0);
  return context.node(Kind.File, 0, 0, '', children);
};
