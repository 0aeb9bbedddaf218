import { Flag, Kind } from '../../lower/tree.ts';
import { type Linker, visitTree } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';
import { hubMethods } from './handlerClasses.ts';

/** `MapHub<ChatHub>("/chat")` and `MapGrpcService<Greeter>()`: a class served as a whole. */
export const hubs: Framework = {
  name: 'hubs',
  link(linker) {
    for (const file of linker.program.files) {
      if (!isCSharp(file)) continue;
      visitTree(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) visitCall(linker, { file, node });
      });
    }
  },
};

function visitCall(linker: Linker, at: Location): void {
  const { tree } = at.file;
  const name = tree.text(tree.child(at.node, 0));
  if (name !== 'MapHub' && name !== 'MapGrpcService') return;
  const call = linker.expressions.calls.resolve(at);
  if (call.functions.length > 0) return;
  const reference = { file: at.file, node: tree.children(tree.child(at.node, 2))[0] ?? 0 };
  const type = linker.program.typeFromReference(reference);
  if (type.kind !== 'project') return;
  const route = linker.texts.valuesOf({ file: at.file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 })[0]?.text;
  if (name === 'MapHub') serve(linker, at, joinRoute('', route ?? ''), hubMethods(type.symbol), 'SignalR');
  else serve(linker, at, type.symbol.name, serviceMethods(type.symbol), 'gRPC');
}

/** The methods of a gRPC service override those of its generated base. */
function serviceMethods(type: TypeSymbol): FunctionSymbol[] {
  return [...type.methods.values()].flat().filter((fn) => fn.file.tree.has(fn.node, Flag.Override));
}

function serve(
  linker: Linker,
  at: Location,
  target: string,
  handlers: readonly FunctionSymbol[],
  provider: string,
): void {
  const { graph } = linker;
  const rule = provider === 'gRPC' ? 'hubs.map_grpc_service' : 'hubs.map_hub';
  const within = linker.program.table.enclosingFunction(at.file, at.node);
  const node = graph.operation({
    kind: 'api_endpoint',
    at,
    name: `${provider} ${target}`,
    target,
    provider,
    rule,
    within,
  });
  for (const handler of handlers) {
    graph.edge({ source: node, target: graph.function(handler), kind: 'handles', rule, confidence: 'certain' });
  }
}
