import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, visitTree } from '../linker.ts';
import { functionsOf } from '../routes.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';

const CONSUME = 'rabbitmq.consume';
const RECEIVED = /^Received(Async)?$/;

/** RabbitMQ: what is added to a consumer's `Received` event handles the queue the consumer is given. */
export const rabbitmq: Framework = {
  name: 'rabbitmq',
  link(linker) {
    const consumed = new Map<string, DraftNode>();
    for (const node of linker.graph.operations) {
      if (node.rule === CONSUME) consumed.set(`${node.file.index}:${node.start}:${node.end}`, node);
    }
    for (const file of new Set([...consumed.values()].map((node) => node.file))) {
      visitTree(file, (at) => {
        const { tree } = file;
        const node =
          tree.kind(at) === Kind.Call ? consumed.get(`${file.index}:${tree.start(at)}:${tree.end(at)}`) : undefined;
        if (node) for (const handler of handlersOf(linker, { file, node: at })) addHandler(linker, node, handler);
      });
    }
  },
};

function addHandler(linker: Linker, node: DraftNode, handler: FunctionSymbol): void {
  const target = linker.graph.function(handler);
  linker.graph.edge({ source: node, target, kind: 'handles', rule: 'rabbitmq.received', confidence: 'certain' });
}

/** The functions added to the event of a consumer among a call's arguments, in the function around the call. */
function handlersOf(linker: Linker, { file, node }: Location): FunctionSymbol[] {
  const { tree } = file;
  const locals = tree.children(tree.child(node, 1)).map((argument) => localOf({ file, node: argument }));
  const consumers = new Set(locals.filter((local) => local !== 0));
  const found: FunctionSymbol[] = [];
  const pending = [file.enclosing(node, Kind.Function) || tree.root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    pending.push(...tree.children(at).toReversed());
    const left = tree.kind(at) === Kind.Assign && tree.text(at) === '+=' ? tree.child(at, 0) : 0;
    if (tree.kind(left) !== Kind.Member || !RECEIVED.test(tree.text(left))) continue;
    if (!consumers.has(localOf({ file, node: tree.child(left, 0) }))) continue;
    found.push(...functionsOf(linker, { file, node: tree.child(at, 1) }));
  }
  return found;
}

/** The declaration of the local that an argument or an expression names; 0 for anything else. */
function localOf({ file, node }: Location): number {
  const { tree } = file;
  const value = tree.kind(node) === Kind.NamedArgument ? tree.child(node, 0) : node;
  return tree.kind(value) === Kind.Identifier ? file.findLocal(tree.text(value), value) : 0;
}
