import { Kind } from '../../lower/tree.ts';
import { type Linker, visitTree } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';
import { hubMethods } from './handlerClasses.ts';

/** `MapHub<ChatHub>("/chat")`: a class served as a whole. */
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
  if (name !== 'MapHub') return;
  const call = linker.expressions.calls.resolve(at);
  if (call.functions.length > 0) return;
  const reference = { file: at.file, node: tree.children(tree.child(at.node, 2))[0] ?? 0 };
  const type = linker.program.typeFromReference(reference);
  if (type.kind !== 'project') return;
  const route = linker.texts.valuesOf({ file: at.file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 })[0]?.text;
  serve(linker, at, joinRoute('', route ?? ''), hubMethods(type.symbol));
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
