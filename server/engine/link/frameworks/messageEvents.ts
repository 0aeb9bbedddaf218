import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, visitTree } from '../linker.ts';
import { functionsOf } from '../routes.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';

/** An event of a consumer that hands over the messages, and where the consumer stands in the call that starts it. */
interface MessageEvent {
  event: RegExp;
  consumer: 'argument' | 'receiver';
}

const EVENTS: Readonly<Record<string, MessageEvent>> = {
  'rabbitmq.consume': { event: /^Received(Async)?$/, consumer: 'argument' },
  'servicebus.process': { event: /^Process(Session)?MessageAsync$/, consumer: 'receiver' },
};
/** Calls that fetch messages: what they give is handled where they stand. */
const PULLS: ReadonlySet<string> = new Set(['servicebus.receive', 'rabbitmq.get', 'aws.receive']);
const KAFKA = 'kafka.subscribe';

/**
 * Who handles the messages of a queue where no argument says it: what is added to an event of the consumer, else the
 * function that fetches them.
 */
export const messageEvents: Framework = {
  name: 'messageEvents',
  link(linker) {
    const received = new Map<string, DraftNode>();
    for (const node of linker.graph.operations) {
      if (isCSharp(node.file) && (Object.hasOwn(EVENTS, node.rule) || PULLS.has(node.rule) || node.rule === KAFKA))
        received.set(`${node.file.index}:${node.start}:${node.end}`, node);
    }
    for (const file of new Set([...received.values()].map((node) => node.file))) {
      visitTree(file, (at) => {
        const { tree } = file;
        const node =
          tree.kind(at) === Kind.Call ? received.get(`${file.index}:${tree.start(at)}:${tree.end(at)}`) : undefined;
        if (node) for (const handler of handlersOf(linker, node, { file, node: at })) addHandler(linker, node, handler);
      });
    }
  },
};

function addHandler(linker: Linker, node: DraftNode, handler: FunctionSymbol): void {
  const target = linker.graph.function(handler);
  linker.graph.edge({ source: node, target, kind: 'handles', rule: `${node.rule}_handler`, confidence: 'certain' });
}

function handlersOf(linker: Linker, node: DraftNode, call: Location): FunctionSymbol[] {
  const event = EVENTS[node.rule];
  if (event) return addedTo(linker, event, call);
  if (node.rule === KAFKA) return consuming(linker, call);
  const within = linker.program.table.enclosingFunction(call.file, call.node);
  return within ? [within] : [];
}

/** The functions added to the event of the consumer that a call starts. */
function addedTo(linker: Linker, { event, consumer }: MessageEvent, call: Location): FunctionSymbol[] {
  const { file, node } = call;
  const { tree } = file;
  const candidates =
    consumer === 'receiver' ? [tree.child(tree.child(node, 0), 0)] : tree.children(tree.child(node, 1));
  const consumers = new Set(candidates.flatMap((at) => identityOf({ file, node: at }) ?? []));
  const found: FunctionSymbol[] = [];
  visitWithin(scopeOf(linker, call, consumers), (at) => {
    const left = tree.kind(at) === Kind.Assign && tree.text(at) === '+=' ? tree.child(at, 0) : 0;
    if (tree.kind(left) !== Kind.Member || !event.test(tree.text(left))) return;
    const identity = identityOf({ file, node: tree.child(left, 0) });
    if (identity !== undefined && consumers.has(identity))
      found.push(...functionsOf(linker, { file, node: tree.child(at, 1) }));
  });
  return found;
}

/** The functions that take messages from the consumer: `consumer.Consume(…)`. */
function consuming(linker: Linker, call: Location): FunctionSymbol[] {
  const { file, node } = call;
  const { tree } = file;
  const consumer = identityOf({ file, node: tree.child(tree.child(node, 0), 0) });
  const found = new Set<FunctionSymbol>();
  if (consumer === undefined) return [];
  visitWithin(scopeOf(linker, call, new Set([consumer])), (at) => {
    const callee = tree.kind(at) === Kind.Call ? tree.child(at, 0) : 0;
    if (tree.text(callee) !== 'Consume' || identityOf({ file, node: tree.child(callee, 0) }) !== consumer) return;
    const within = linker.program.table.enclosingFunction(file, at);
    if (within) found.add(within);
  });
  return [...found];
}

/** What a local is seen in is its function; a field is seen in its class. */
function scopeOf(linker: Linker, { file, node }: Location, identities: ReadonlySet<string>): Location {
  const isField = [...identities].some((identity) => identity.startsWith('.'));
  const owner = isField ? linker.program.table.enclosingType(file, node) : undefined;
  const declaration = owner?.declarations.find((part) => part.file === file);
  return declaration ?? { file, node: file.enclosing(node, Kind.Function) || file.tree.root };
}

function visitWithin({ file, node }: Location, visit: (node: number) => void): void {
  const pending = [node];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    visit(at);
    pending.push(...file.tree.children(at).toReversed());
  }
}

/** Tells one consumer from another within a class: the declaration of a local, or the name of a field. */
function identityOf({ file, node }: Location): string | undefined {
  const { tree } = file;
  const value = tree.kind(node) === Kind.NamedArgument ? tree.child(node, 0) : node;
  if (tree.kind(value) === Kind.Member && tree.kind(tree.child(value, 0)) === Kind.This) return `.${tree.text(value)}`;
  if (tree.kind(value) !== Kind.Identifier) return undefined;
  const local = file.findLocal(tree.text(value), value);
  return local === 0 ? `.${tree.text(value)}` : `${local}`;
}
