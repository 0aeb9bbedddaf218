import { Kind } from '../lower/tree.ts';
import type { Location } from './sourceFile.ts';

/** The last name of an expression: what stands in braces for a part of a text that is not known. */
export function placeholder(at: Location): string {
  const { tree } = at.file;
  switch (tree.kind(at.node)) {
    case Kind.Identifier:
    case Kind.Member:
      return tree.text(at.node);
    case Kind.Call: {
      const callee = tree.child(at.node, 0);
      const args = tree.children(tree.child(at.node, 1));
      if (tree.kind(callee) === Kind.Identifier && args[0] !== undefined)
        return placeholder({ file: at.file, node: args[0] });
      return placeholder({ file: at.file, node: tree.child(callee, 0) }) || tree.text(callee);
    }
    case Kind.Index:
    case Kind.Await:
    case Kind.Cast:
    case Kind.Binary:
      return placeholder({ file: at.file, node: tree.child(at.node, 0) });
    default:
      return 'value';
  }
}
