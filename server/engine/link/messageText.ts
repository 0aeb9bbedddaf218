import { Kind } from '../lower/tree.ts';
import type { Expressions } from './expressions.ts';
import type { Location } from './sourceFile.ts';
import type { Texts } from './values.ts';

/**
 * What names a queue, topic or message pattern, as one text: a literal, or the properties of an object literal by
 * key (`{ cmd: 'sum' }` becomes `cmd:sum`). Undefined when nothing of it is known.
 */
export function messageText(
  { expressions, texts }: { expressions: Expressions; texts: Texts },
  at: Location,
): string | undefined {
  if (at.node === 0) return undefined;
  const type = expressions.typeOf(at);
  if (type.kind !== 'object') return texts.valuesOf(at)[0]?.text;
  const { file, node } = type.at;
  const { tree } = file;
  const parts = tree
    .children(node)
    .filter((child) => tree.kind(child) === Kind.Property)
    .map((child) => `${tree.text(child)}:${texts.valuesOf({ file, node: tree.child(child, 0) })[0]?.text ?? '{}'}`);
  return parts.length === 0 ? undefined : parts.sort().join(',');
}
