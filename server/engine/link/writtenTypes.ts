import { Kind, type Tree } from '../lower/tree.ts';

/** A written type with its arguments, without nullability: `IEnumerable<Order>`. Tells overloads apart. */
export function writtenType(tree: Tree, reference: number): string {
  const args = tree.children(reference).filter((child) => tree.kind(child) === Kind.TypeRef);
  const name = tree.text(reference);
  return args.length === 0 ? name : `${name}<${args.map((arg) => writtenType(tree, arg)).join()}>`;
}
