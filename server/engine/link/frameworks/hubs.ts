import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';
import { hubMethods } from './handlerClasses.ts';

const TYPED_SEND = 'hubs.typed_send';
const PROXIES: ReadonlySet<string> = new Set(
  'All AllExcept Caller Client Clients Group GroupExcept Groups Others OthersInGroup User Users'.split(' '),
);

/** `MapHub<ChatHub>("/chat")`: a class served as a whole. */
export const hubs: Framework = {
  name: 'hubs',
  link(linker) {
    for (const file of linker.program.files) {
      if (!isCSharp(file)) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) visitCall(linker, { file, node });
      });
    }
  },
};

function visitCall(linker: Linker, at: Location): void {
  const { tree } = at.file;
  const name = tree.text(tree.child(at.node, 0));
  if (name !== 'MapHub') {
    sendByInterface(linker, at);
    return;
  }
  const call = linker.expressions.calls.resolve(at);
  if (call.functions.length > 0) return;
  const reference = { file: at.file, node: tree.children(tree.child(at.node, 2))[0] ?? 0 };
  const type = linker.program.typeFromReference(reference);
  if (type.kind !== 'project') return;
  const route = linker.texts.valuesOf({ file: at.file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 })[0]?.text;
  serve(linker, at, joinRoute('', route ?? ''), hubMethods(type.symbol));
}

/** `Clients.All.OrderPlaced(order)` of a hub whose clients are an interface: a message of the method's name. */
function sendByInterface(linker: Linker, at: Location): void {
  const { file } = at;
  const { tree } = file;
  const callee = tree.child(at.node, 0);
  if (tree.kind(callee) !== Kind.Member) return;
  const clients = clientsBefore(at);
  if (clients === undefined) return;
  const contract = clientInterface(linker, clients);
  const name = tree.text(callee);
  if (!contract?.methods.has(name)) return;
  const { graph, program } = linker;
  const within = program.table.enclosingFunction(file, at.node);
  const node = graph.operation({
    kind: 'message_send',
    at,
    name,
    target: name,
    provider: 'SignalR',
    rule: TYPED_SEND,
    within,
  });
  if (within)
    graph.edge({
      source: graph.function(within),
      target: node,
      kind: 'performs',
      rule: TYPED_SEND,
      confidence: 'certain',
    });
}

/** What stands before `.Clients.All` or `.Clients.Group("a")` of a call's receiver; node 0 for a bare `Clients`. */
function clientsBefore({ file, node }: Location): Location | undefined {
  const { tree } = file;
  let at = tree.child(tree.child(node, 0), 0);
  if (tree.kind(at) === Kind.Identifier) {
    const local = file.findLocal(tree.text(at), at);
    if (tree.kind(local) === Kind.Variable) at = tree.child(local, 2);
  }
  if (tree.kind(at) === Kind.Call) at = tree.child(at, 0);
  if (tree.kind(at) !== Kind.Member || !PROXIES.has(tree.text(at))) return undefined;
  const clients = tree.child(at, 0);
  if (tree.text(clients) !== 'Clients') return undefined;
  return { file, node: tree.kind(clients) === Kind.Member ? tree.child(clients, 0) : clients };
}

/** The interface that the clients of a hub, or of the context of one, implement. */
function clientInterface(linker: Linker, on: Location): TypeSymbol | undefined {
  const { expressions, program } = linker;
  const isBare = on.file.tree.kind(on.node) === Kind.Identifier && on.file.tree.text(on.node) === 'Clients';
  const type = isBare ? expressions.typeOfThis(on) : expressions.typeOf(on);
  const contract =
    program.viewAsExternal(type, 'IHubContext', on.file)?.args[1] ??
    program.viewAsExternal(type, 'Hub', on.file)?.args[0];
  return contract?.kind === 'project' ? contract.symbol : undefined;
}

function serve(linker: Linker, at: Location, target: string, handlers: readonly FunctionSymbol[]): void {
  const { graph } = linker;
  const rule = 'hubs.map_hub';
  const within = linker.program.table.enclosingFunction(at.file, at.node);
  const node = graph.operation({
    kind: 'api_endpoint',
    at,
    name: `SignalR ${target}`,
    target,
    provider: 'SignalR',
    rule,
    within,
  });
  for (const handler of handlers) {
    graph.edge({ source: node, target: graph.function(handler), kind: 'handles', rule, confidence: 'certain' });
  }
}
