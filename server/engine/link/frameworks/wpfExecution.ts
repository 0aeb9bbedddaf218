import { Kind } from '../../lower/tree.ts';
import { type Linker, visitTree } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Commands } from './wpfCommands.ts';

const EXECUTE = /^(?:Execute|ExecuteAsync)$/;

/** `ViewModel.LoadCommand.Execute(null)` calls what the command runs. */
export function findExecutions(linker: Linker, commands: Commands): void {
  const { program, graph } = linker;
  for (const file of program.files) {
    if (!isCSharp(file)) continue;
    visitTree(file, (node) => {
      const at = { file, node };
      const functions = executed(linker, commands, at);
      const caller = functions.length > 0 ? program.table.enclosingFunction(file, node) : undefined;
      if (!caller) return;
      const nodes = functions.map((fn) => graph.function(fn));
      for (const target of nodes) {
        if (target === graph.function(caller)) continue;
        const others = nodes.filter((other) => other !== target);
        const candidates = others.map((other) => ({ node: other, reason: 'equally possible command' }));
        const confidence = others.length > 0 ? 'possible' : 'certain';
        const source = graph.function(caller);
        graph.edge({ source, target, kind: 'calls', rule: 'xaml.execute', confidence, at, candidates });
      }
    });
  }
}

function executed(linker: Linker, commands: Commands, { file, node }: Location): readonly FunctionSymbol[] {
  const { tree } = file;
  const callee = tree.child(node, 0);
  const command = tree.child(callee, 0);
  if (tree.kind(node) !== Kind.Call || tree.kind(callee) !== Kind.Member || !EXECUTE.test(tree.text(callee))) return [];
  const name = tree.text(command);
  if (!name.endsWith('Command')) return [];
  const { program, expressions } = linker;
  if (tree.kind(command) === Kind.Member) {
    const on = expressions.typeOf({ file, node: tree.child(command, 0) });
    return on.kind === 'project' ? commands.handlersOf(on, name).functions : [];
  }
  const owner = program.table.enclosingType(file, node);
  if (tree.kind(command) !== Kind.Identifier || !owner || file.findLocal(name, command) !== 0) return [];
  return commands.handlersOf(program.selfType(owner), name).functions;
}
