import { Flag, Kind, type Tree } from '#engine/lower/tree.ts';

export const KINDS = new Map<number, string>(Object.entries(Kind).map(([name, value]) => [value, name]));
export const FLAGS = Object.entries(Flag);

/** One node as `Kind[text]{flags}(children)`, without positions; absent children are `-`. */
export function shape(tree: Tree, id: number): string {
  if (id === 0) return '-';
  const text = tree.text(id) === '' ? '' : `[${tree.text(id)}]`;
  const set = FLAGS.filter(([, bit]) => tree.has(id, bit)).map(([name]) => name);
  const flags = set.length > 0 ? `{${set.join(' ')}}` : '';
  const children: string[] = [];
  for (let i = 0; i < tree.count(id); i++) children.push(shape(tree, tree.child(id, i)));
  const inner = children.length > 0 ? `(${children.join(', ')})` : '';
  return `${KINDS.get(tree.kind(id))}${text}${flags}${inner}`;
}
