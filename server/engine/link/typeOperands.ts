import { Kind } from '../lower/tree.ts';
import type { Expressions } from './expressions.ts';
import type { Location } from './sourceFile.ts';
import { nameOf, type Type } from './types.ts';

/** The type that `typeof(X)` or `typeof(X<>)` names, undefined for any other expression. */
export function typeNamedBy(expressions: Expressions, at: Location): Type | undefined {
  const { tree } = at.file;
  const isTypeOf = tree.kind(at.node) === Kind.Call && tree.text(tree.child(at.node, 0)) === 'typeof';
  if (!isTypeOf) return undefined;
  const reference = { file: at.file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 };
  const type = expressions.program.typeFromReference(reference);
  if (type.kind === 'project') return type;
  const open = [1, 2, 3]
    .map((arity) => expressions.program.csharp.resolveType(nameOf(type), arity, reference))
    .find(Boolean);
  return open ? { kind: 'project', symbol: open, args: [] } : type;
}

/** The key of a keyed service as it can be compared: a text, or the member of an enumeration. */
export function keyText({ calls, program }: Expressions, at: Location): string | undefined {
  const { tree } = at.file;
  switch (tree.kind(at.node)) {
    case Kind.String:
      return `"${tree.text(at.node)}"`;
    case Kind.Member:
    case Kind.Identifier:
      return constantKey(program, at) ?? tree.text(at.node);
    case Kind.Literal:
      return tree.text(at.node);
    case Kind.Call:
      return tree.text(tree.child(calls.resolve(at).callNode, 0)) === 'typeof'
        ? tree.text(tree.children(tree.child(at.node, 1))[0] ?? 0)
        : undefined;
    default:
      return undefined;
  }
}

/** `Names.Small` where `const string Small = "small"` has the key "small". */
function constantKey(program: Expressions['program'], at: Location): string | undefined {
  const { tree } = at.file;
  const owner =
    tree.kind(at.node) === Kind.Member
      ? program.csharp.resolveType(tree.text(tree.child(at.node, 0)), 0, at)
      : program.table.enclosingType(at.file, at.node);
  const field = owner?.fields.get(tree.text(at.node));
  const initial = field ? field.file.tree.child(field.node, 2) : 0;
  return field && field.file.tree.kind(initial) === Kind.String ? `"${field.file.tree.text(initial)}"` : undefined;
}
