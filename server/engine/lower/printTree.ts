import { columnOf, Flag, Kind, lineOf, type Tree } from './tree.ts';

const KIND_NAMES = new Map<number, string>(Object.entries(Kind).map(([name, value]) => [value, name]));
const FLAG_NAMES = Object.entries(Flag);

/** The tree as indented text, one node a line: for golden tests and for looking at what a file was lowered to. */
export function printTree(tree: Tree, id = tree.root, depth = 0): string {
  const pad = '  '.repeat(depth);
  if (id === 0) return `${pad}-\n`;
  const flags = FLAG_NAMES.filter(([, bit]) => tree.has(id, bit)).map(([name]) => name);
  const at = `${lineOf(tree.start(id))}:${columnOf(tree.start(id))}-${lineOf(tree.end(id))}:${columnOf(tree.end(id))}`;
  const text = tree.text(id) === '' ? '' : ` ${JSON.stringify(tree.text(id))}`;
  let out = `${pad}${KIND_NAMES.get(tree.kind(id)) ?? '?'}${text}${flags.length > 0 ? ` (${flags.join(' ')})` : ''} @${at}\n`;
  for (let i = 0; i < tree.count(id); i++) out += printTree(tree, tree.child(id, i), depth + 1);
  return out;
}
