import { Kind } from '../lower/tree.ts';
import type { Location } from './sourceFile.ts';
import type { Texts, TextValue } from './values.ts';

const PROPERTY = 'CommandText';

/**
 * The SQL a .NET command object holds when it is executed: what its constructor or initialiser was given, or what the
 * function has last assigned to its `CommandText` before.
 * @param command the expression that is executed
 */
export function commandTexts(texts: Texts, command: Location): TextValue[] {
  const { file, node } = command;
  const { tree } = file;
  if (tree.kind(node) === Kind.New) return createdWith(texts, command);
  if (tree.kind(node) !== Kind.Identifier) return [];
  const assigned = lastAssigned(command);
  if (assigned !== 0) return texts.valuesOf({ file, node: assigned });
  const local = file.findLocal(tree.text(node), node);
  return tree.kind(local) === Kind.Variable ? createdWith(texts, { file, node: tree.child(local, 2) }) : [];
}

function createdWith(texts: Texts, { file, node }: Location): TextValue[] {
  const { tree } = file;
  if (tree.kind(node) === Kind.Await || tree.kind(node) === Kind.Cast)
    return createdWith(texts, { file, node: tree.child(node, 0) });
  const isCreation = tree.kind(node) === Kind.New;
  const property = tree
    .children(isCreation ? tree.child(node, 2) : 0)
    .find((child) => tree.kind(child) === Kind.Property && tree.text(child) === PROPERTY);
  if (property !== undefined) return texts.valuesOf({ file, node: tree.child(property, 0) });
  if (!isCreation && tree.kind(node) !== Kind.Call) return [];
  return texts.valuesOf({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 });
}

/** The value of the last `command.CommandText = …` before the execution, 0 when there is none. */
function lastAssigned({ file, node }: Location): number {
  const { tree } = file;
  const name = tree.text(node);
  let found = 0;
  const pending = [file.enclosing(node, Kind.Function) || tree.root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    pending.push(...tree.children(at));
    if (tree.kind(at) !== Kind.Assign || tree.start(at) > tree.start(node)) continue;
    const left = tree.child(at, 0);
    const isText =
      tree.text(left) === PROPERTY && tree.kind(left) === Kind.Member && tree.text(tree.child(left, 0)) === name;
    if (isText && (found === 0 || tree.start(at) > tree.start(found))) found = at;
  }
  return tree.child(found, 1);
}
