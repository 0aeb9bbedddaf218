import { Kind } from '../lower/tree.ts';
import type { Location } from './sourceFile.ts';

/** `a.b.c` as text, undefined when it is no plain path. */
export function pathOf(at: Location): string | undefined {
  const { tree } = at.file;
  const kind = tree.kind(at.node);
  if (kind === Kind.Identifier) return tree.text(at.node);
  if (kind === Kind.This) return 'this';
  if (kind !== Kind.Member) return undefined;
  const object = pathOf({ file: at.file, node: tree.child(at.node, 0) });
  return object === undefined ? undefined : `${object}.${tree.text(at.node)}`;
}
