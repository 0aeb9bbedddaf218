import { Kind } from '../../lower/tree.ts';
import { propertyIn } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { functionsOf } from '../routes.ts';
import type { Location } from '../sourceFile.ts';
import type { Framework } from './framework.ts';

const CONSUMER = 'kafkajs#Consumer';

/** kafkajs: what a consumer runs handles the topics the same consumer subscribes to. */
export const kafkajs: Framework = {
  name: 'kafkajs',
  link(linker) {
    const { graph } = linker;
    const subscriptions = graph.operations.filter(
      (node) => node.kind === 'message_receive' && node.rule === 'kafkajs.subscribe',
    );
    if (subscriptions.length === 0) return;
    const consumers = consumersIn(linker, 'subscribe');
    for (const { at, consumer } of consumersIn(linker, 'run')) {
      const options = { file: at.file, node: at.file.tree.children(at.file.tree.child(at.node, 1))[0] ?? 0 };
      const handlers = ['eachMessage', 'eachBatch'].flatMap((key) =>
        handlersAt(linker, propertyIn(linker.expressions, options, key)),
      );
      for (const other of consumers) {
        if (other.consumer !== consumer) continue;
        const { tree } = other.at.file;
        const source = subscriptions.find(
          (node) => node.file === other.at.file && node.start === tree.start(other.at.node),
        );
        for (const target of source ? handlers : []) {
          if (source)
            graph.edge({
              source,
              target: graph.function(target),
              kind: 'handles',
              rule: 'kafkajs.run',
              confidence: 'certain',
            });
        }
      }
    }
  },
};

function handlersAt(linker: Linker, at: Location) {
  return at.node === 0 ? [] : functionsOf(linker, at);
}

/** Calls of a method on consumers, with where the consumer was made. */
function consumersIn(linker: Linker, method: string): { at: Location; consumer: string }[] {
  const found: { at: Location; consumer: string }[] = [];
  for (const [file] of linker.program.table.modules) {
    const { tree } = file;
    visitNodes(file, (node) => {
      const callee = tree.child(node, 0);
      if (tree.kind(node) !== Kind.Call || tree.kind(callee) !== Kind.Member || tree.text(callee) !== method) return;
      const { receiver } = linker.expressions.calls.resolve({ file, node });
      if (receiver.kind !== 'external' || receiver.name !== CONSUMER || !receiver.origin) return;
      found.push({ at: { file, node }, consumer: `${receiver.origin.file.index}:${receiver.origin.node}` });
    });
  }
  return found;
}
