import { Kind } from '../lower/tree.ts';
import type { ResolvedCall } from './callResolver.ts';
import { propertyIn } from './decorators.ts';
import { type Linker, visitNodes } from './linker.ts';
import { pathOf } from './paths.ts';
import { registerRequest } from './routes.ts';
import { mergeAlternatives } from './ruleValues.ts';
import { callKey, type Location } from './sourceFile.ts';
import type { ArgumentPlace, HttpWrapper, RootSettings } from './workspaceSettings.ts';

const RULE = 'settings.wrapper';

/**
 * Calls of the functions that `pinata.json` names as HTTP wrappers.
 * @returns the calls, as `callKey` writes them: what is found of wrappers otherwise does not count for them
 */
export function followNamedWrappers(linker: Linker, roots: readonly RootSettings[]): Set<string> {
  const done = new Set<string>();
  for (const { root, settings } of roots) {
    const byName = Map.groupBy(settings.wrappers ?? [], ({ name }) => name.slice(name.lastIndexOf('.') + 1));
    if (byName.size === 0) continue;
    for (const file of linker.program.files) {
      if (file.root !== root || ![...byName.keys()].some((name) => file.tree.mentions(name))) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) !== Kind.Call) return;
        const named = byName.get(file.tree.text(file.tree.child(node, 0)));
        if (!named) return;
        const call = linker.expressions.calls.resolve({ file, node });
        const wrapper = named.find((candidate) => isCallOf(candidate, call));
        if (wrapper && addCall(linker, call, wrapper)) done.add(callKey(call.at.file, call.callNode));
      });
    }
  }
  return done;
}

/** Whether a call is one of the function of that name: by what it resolves to, else by how it is written. */
function isCallOf({ name }: HttpWrapper, call: ResolvedCall): boolean {
  if (call.functions.length > 0)
    return call.functions.some(
      (fn) => (fn.owner ? `${fn.owner.name}.${fn.name}` : fn.name) === name || isWritten(name, call),
    );
  return isWritten(name, call);
}

function isWritten(name: string, { at, callNode }: ResolvedCall): boolean {
  return pathOf({ file: at.file, node: at.file.tree.child(callNode, 0) })?.replace(/^this\./, '') === name;
}

function addCall(linker: Linker, call: ResolvedCall, wrapper: HttpWrapper): boolean {
  const { graph, program, texts } = linker;
  const url = argumentAt(linker, call, wrapper.url);
  const urls = texts.valuesOf(url);
  if (url.node === 0) return false;
  const within = program.table.enclosingFunction(call.at.file, call.callNode);
  const target = urls.length === 0 ? `{${texts.describe(url)}}` : mergeAlternatives(urls.map(({ text }) => text));
  const node = graph.operation({
    kind: 'api_call',
    at: call.at,
    target,
    method: methodOf(linker, call, wrapper),
    provider: wrapper.name,
    rule: RULE,
    within,
  });
  registerRequest(linker, node, urls);
  if (within)
    graph.edge({ source: graph.function(within), target: node, kind: 'performs', rule: RULE, confidence: 'certain' });
  return true;
}

/** The verb of a call; without one in the settings POST where a body is passed, else GET. */
function methodOf(linker: Linker, call: ResolvedCall, { method, body }: HttpWrapper): string | undefined {
  if (typeof method === 'string') return method.toUpperCase();
  if (method !== undefined) {
    const place = argumentAt(linker, call, method);
    return place.node === 0 ? 'GET' : linker.texts.exactText(place)?.toUpperCase();
  }
  return body !== undefined && argumentAt(linker, call, body).node !== 0 ? 'POST' : 'GET';
}

function argumentAt({ expressions }: Linker, { at, callNode }: ResolvedCall, place: ArgumentPlace): Location {
  const { file } = at;
  const { argument, key } = typeof place === 'number' ? { argument: place, key: undefined } : place;
  const node = file.tree.children(file.tree.child(callNode, 1))[argument] ?? 0;
  return key === undefined ? { file, node } : propertyIn(expressions, { file, node }, key);
}
