import { Flag, Kind } from '../lower/tree.ts';
import type { TypeSymbol } from './symbols.ts';

/** Names assigned to as members of `this`, or bare, in the methods of a class. */
export function writtenMembers(owner: TypeSymbol): Set<string> {
  const names = new Set<string>();
  for (const { file, node } of owner.declarations) {
    const { tree } = file;
    const visit = (at: number): void => {
      if (tree.has(at, Flag.Constructor) && tree.kind(at) === Kind.Function) return;
      const left = tree.kind(at) === Kind.Assign ? tree.child(at, 0) : 0;
      const isOwn = tree.kind(left) === Kind.Member && tree.kind(tree.child(left, 0)) === Kind.This;
      if (isOwn || tree.kind(left) === Kind.Identifier) names.add(tree.text(left));
      for (const child of tree.children(at)) visit(child);
    };
    visit(node);
  }
  return names;
}
