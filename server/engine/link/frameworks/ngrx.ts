import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import { type FunctionSymbol, pushTo } from '../symbols.ts';
import type { Framework } from './framework.ts';

const STORE = '@ngrx/store#Store';
const CREATE_EFFECT = '@ngrx/effects#createEffect';
const OF_TYPE = '@ngrx/effects#ofType';

/** NgRx: a dispatched action runs the effects that wait for actions of its type. */
export const ngrx: Framework = {
  name: 'ngrx',
  finish(linker) {
    const files = linker.program.files.filter((file) => !isCSharp(file) && file.tree.mentions('ofType'));
    if (files.length === 0) return;
    const effects = new Map<string, FunctionSymbol[]>();
    for (const file of files) collectEffects(linker, file, effects);
    for (const file of linker.program.files) {
      if (!isCSharp(file) && file.tree.mentions('dispatch')) followDispatches(linker, file, effects);
    }
  },
};

/** Effects by the action creators they wait for. */
function collectEffects(linker: Linker, file: SourceFile, effects: Map<string, FunctionSymbol[]>): void {
  const { tree } = file;
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'ofType') return;
    if (linker.expressions.calls.resolve({ file, node }).externalFunction !== OF_TYPE) return;
    const effect = effectAround(linker, { file, node });
    if (!effect) return;
    for (const argument of tree.children(tree.child(node, 1))) {
      const creator = creatorOf(linker, { file, node: argument });
      if (creator !== undefined) pushTo(effects, creator, effect);
    }
  });
}

/** The function given to the `createEffect` around a place. */
function effectAround(linker: Linker, at: Location): FunctionSymbol | undefined {
  const { file } = at;
  const { tree } = file;
  for (let fn = file.enclosing(at.node, Kind.Function); fn !== 0; fn = file.enclosing(file.parent(fn), Kind.Function)) {
    const call = file.parent(file.parent(fn));
    if (tree.kind(call) !== Kind.Call) continue;
    if (linker.expressions.calls.resolve({ file, node: call }).externalFunction !== CREATE_EFFECT) continue;
    return linker.program.table.enclosingFunction(file, at.node);
  }
  return undefined;
}

/** `store.dispatch(load({ id }))`, also through a function that dispatches what it is given. */
function followDispatches(
  linker: Linker,
  file: SourceFile,
  effects: ReadonlyMap<string, readonly FunctionSymbol[]>,
): void {
  const { tree } = file;
  const { expressions, graph, program } = linker;
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'dispatch') return;
    const at = { file, node };
    const { receiver } = expressions.calls.resolve(at);
    const caller = program.table.enclosingFunction(file, node);
    if (!caller || !program.viewAsExternal(receiver, STORE, file)) return;
    const action = tree.children(tree.child(node, 1))[0] ?? 0;
    const creator =
      tree.kind(action) === Kind.Call ? creatorOf(linker, { file, node: tree.child(action, 0) }) : undefined;
    for (const effect of (creator === undefined ? undefined : effects.get(creator)) ?? []) {
      graph.edge({
        source: graph.function(caller),
        target: graph.function(effect),
        kind: 'calls',
        rule: 'ngrx.effect',
        confidence: 'certain',
        at,
        detail: `the effect waits for ${tree.text(tree.child(action, 0))}`,
      });
    }
  });
}

/** Where an action creator is declared: a constant, or a member of a group or of a module. */
function creatorOf(linker: Linker, at: Location): string | undefined {
  const { file, node } = at;
  const { tree } = file;
  const { typescript } = linker.program;
  const name = tree.text(node);
  if (tree.kind(node) === Kind.Identifier) {
    const binding = typescript.resolve(name, file);
    return binding?.kind === 'variable' ? keyOf(binding.at) : undefined;
  }
  if (tree.kind(node) !== Kind.Member) return undefined;
  const object = { file, node: tree.child(node, 0) };
  const on = linker.expressions.typeOf(object);
  if (on.kind === 'module') {
    const binding = typescript.resolveExport(on.file, name);
    return binding?.kind === 'variable' ? keyOf(binding.at) : undefined;
  }
  const group = creatorOf(linker, object);
  return group === undefined ? undefined : `${group}.${name}`;
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}
