import { Kind, type Tree } from '../lower/tree.ts';
import type { FunctionSymbol } from './symbols.ts';

/** The only expression a function returns, at its end; 0 when it may return another one. */
export function returnedExpression(fn: FunctionSymbol): number {
  const { tree } = fn.file;
  const body = tree.child(fn.node, 3);
  if (tree.kind(body) !== Kind.Block) return body;
  const last = tree.children(body).at(-1) ?? 0;
  return tree.kind(last) === Kind.Return && countReturns(tree, body) === 1 ? tree.child(last, 0) : 0;
}

function countReturns(tree: Tree, node: number): number {
  if (tree.kind(node) === Kind.Function) return 0;
  const own = tree.kind(node) === Kind.Return ? 1 : 0;
  return tree.children(node).reduce((sum, child) => sum + countReturns(tree, child), own);
}
