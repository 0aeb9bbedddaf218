import type { Syntax, SyntaxId } from '../parse/syntax.ts';

/** Symbols that a current .NET defines: `NET`, `NET5_0_OR_GREATER` …, `NETCOREAPP`, `NETCOREAPP3_1_OR_GREATER` … */
const RUNTIME_SYMBOL = /^(NET|NET\d+_\d+_OR_GREATER|NETCOREAPP|NETCOREAPP\d_\d_OR_GREATER)$/;

/** Symbols that `#define` lines of the file define. */
export function definedSymbols(syntax: Syntax): ReadonlySet<string> {
  const symbols = new Set<string>();
  if (!syntax.source.includes('#')) return symbols;
  for (const child of syntax.children(0)) {
    if (syntax.type(child) !== 'preproc_define') continue;
    const argument = syntax.childOfType(child, 'preproc_arg');
    if (argument >= 0) symbols.add(syntax.text(argument).trim());
  }
  return symbols;
}

/** The nodes of the branch of an `#if` that is compiled; none when no branch is. */
export function activeBranch(syntax: Syntax, id: SyntaxId, symbols: ReadonlySet<string>): SyntaxId[] {
  let at = id;
  while (at >= 0) {
    const condition = syntax.field(at, 'condition');
    const alternative = alternativeOf(syntax, at);
    if (condition < 0 || isTrue(syntax, condition, symbols)) {
      return syntax.children(at).filter((child) => child !== condition && child !== alternative);
    }
    at = alternative;
  }
  return [];
}

function alternativeOf(syntax: Syntax, id: SyntaxId): SyntaxId {
  for (let child = syntax.firstChild(id); child >= 0; child = syntax.next(child)) {
    const type = syntax.type(child);
    if (type.startsWith('preproc_el')) return child;
  }
  return -1;
}

function isTrue(syntax: Syntax, id: SyntaxId, symbols: ReadonlySet<string>, depth = 0): boolean {
  if (depth > 100) return false;
  const evaluate = (child: SyntaxId): boolean => isTrue(syntax, child, symbols, depth + 1);
  switch (syntax.type(id)) {
    case 'unary_expression':
      return !evaluate(syntax.field(id, 'argument'));
    case 'parenthesized_expression':
      return evaluate(syntax.firstChild(id));
    case 'binary_expression':
      return combine(
        syntax.text(syntax.field(id, 'operator')),
        evaluate(syntax.field(id, 'left')),
        evaluate(syntax.field(id, 'right')),
      );
    default:
      return isDefined(syntax.text(id), symbols);
  }
}

function combine(operator: string, left: boolean, right: boolean): boolean {
  if (operator === '&&') return left && right;
  if (operator === '||') return left || right;
  return (left === right) === (operator === '==');
}

function isDefined(symbol: string, symbols: ReadonlySet<string>): boolean {
  return symbol === 'true' || symbols.has(symbol) || RUNTIME_SYMBOL.test(symbol);
}
