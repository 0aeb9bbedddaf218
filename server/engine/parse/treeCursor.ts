import type { Tree } from 'web-tree-sitter';
import type { TreeSink } from './treeMemory.ts';

/** Hands all nodes of a tree to a sink by the parser's own cursor: slow, and right whatever the parser's version. */
export function walkTree(tree: Tree, sink: TreeSink): void {
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
