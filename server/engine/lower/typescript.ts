import { jsxLowerings } from './jsx.ts';
import type { Lowering } from './lower.ts';
import { Kind } from './tree.ts';
import { LoweringContext, type LoweringTables } from './typescriptContext.ts';
import { declarationLowerings } from './typescriptDeclarations.ts';
import { expressionLowerings } from './typescriptExpressions.ts';
import { moduleLowerings } from './typescriptModules.ts';
import { statementLowerings } from './typescriptStatements.ts';
import { typeLowerings } from './typescriptTypes.ts';

const TABLES: LoweringTables = {
  expressions: new Map([...expressionLowerings, ...jsxLowerings]),
  statements: new Map([...statementLowerings, ...declarationLowerings, ...moduleLowerings]),
  types: new Map(typeLowerings),
};

/** Lowers TypeScript, TSX and JavaScript; the three grammars share their node types. */
export const lowerTypeScript: Lowering = (syntax, builder) => {
  const context = new LoweringContext(syntax, builder, TABLES);
  const statements: number[] = [];
  context.statementsIn(0, statements);
  return context.node(Kind.File, 0, 0, '', statements);
};
