import { Kind } from '../../lower/tree.ts';
import type { Location } from '../sourceFile.ts';

/** The expressions a function literal returns, not those of functions inside it; none for anything else. */
export function returnedExpressions(fn: Location): Location[] {
  const { file, node } = fn;
  const { tree } = file;
  if (tree.kind(node) !== Kind.Function) return [];
  const body = tree.child(node, 3);
  if (tree.kind(body) !== Kind.Block) return body === 0 ? [] : [{ file, node: body }];
  const found: Location[] = [];
  const visit = (at: number): void => {
    if (tree.kind(at) === Kind.Function) return;
    const value = tree.kind(at) === Kind.Return ? tree.child(at, 0) : 0;
    if (value !== 0) found.push({ file, node: value });
    for (const child of tree.children(at)) visit(child);
  };
  visit(body);
  return found;
}
