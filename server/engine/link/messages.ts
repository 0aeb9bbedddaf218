import type { DraftNode } from '../graph/graphBuilder.ts';
import type { Linker } from './linker.ts';

/**
 * Joins what sends a message with what receives it: the same provider, and the same queue, topic or message type.
 * One message may have many receivers; each of them gets it.
 */
export function joinMessages(linker: Linker): void {
  const receivers = new Map<string, DraftNode[]>();
  for (const node of linker.graph.operations) {
    const key = node.kind === 'message_receive' ? channelOf(node) : undefined;
    if (key === undefined) continue;
    const known = receivers.get(key);
    if (known) known.push(node);
    else receivers.set(key, [node]);
  }
  for (const node of linker.graph.operations) {
    if (node.kind !== 'message_send') continue;
    const key = channelOf(node);
    const found = (key === undefined ? [] : (receivers.get(key) ?? [])).filter(
      (receiver) => takes(receiver, node) && isSameType(linker, receiver, node),
    );
    for (const target of found) {
      const detail = `both name ${node.target ?? ''}`;
      linker.graph.edge({
        source: node,
        target,
        kind: 'delivers',
        rule: 'message_channel',
        confidence: 'certain',
        detail,
      });
    }
    if (found.length === 0)
      linker.graph.unresolved(node, 'no_receiver_found', `nothing scanned receives ${node.target ?? 'it'}`);
  }
}

/** Of the handlers of one queue, those for a named job take only jobs of that name. */
function takes(receiver: DraftNode, sent: DraftNode): boolean {
  return receiver.method === undefined || sent.method === undefined || receiver.method === sent.method;
}

/** Types of one name in two namespaces are two messages. */
function isSameType({ facts }: Linker, receiver: DraftNode, sent: DraftNode): boolean {
  const [taken, given] = [facts.messageTypes.get(receiver), facts.messageTypes.get(sent)];
  return !taken || !given || (taken.file === given.file && taken.node === given.node);
}

/** Undefined where a part of the name is not known. */
function channelOf(node: DraftNode): string | undefined {
  if (node.target === undefined || node.target === '' || node.target.includes('{')) return undefined;
  return `${node.provider ?? ''}\0${node.target.toLowerCase()}`;
}
