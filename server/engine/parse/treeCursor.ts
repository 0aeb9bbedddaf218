import type { TreeSink } from './treeMemory.ts';

/** The part of the parser's cursor that is used. */
interface Cursor {
  readonly nodeTypeId: number;
  readonly currentFieldId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete(): void;
}

/** Hands all nodes of a tree to a sink by the parser's own cursor: slow, and right whatever the parser's version. */
export function walkTree(tree: { walk(): Cursor }, sink: TreeSink): void {
  const cursor = tree.walk();
  const parents: number[] = [-1];
  try {
    for (;;) {
      const type = cursor.nodeTypeId;
      const parent = parents.at(-1) as number;
      const id = sink.node(type, cursor.currentFieldId, cursor.startIndex, cursor.endIndex, parent);
      if (id >= 0 && sink.descends(type) && cursor.gotoFirstChild()) {
        parents.push(id);
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return;
        parents.pop();
      }
    }
  } finally {
    cursor.delete();
  }
}
