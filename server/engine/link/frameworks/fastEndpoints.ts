import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { plainParameters } from './aspnetRoutes.ts';
import type { Framework } from './framework.ts';

const BASES: ReadonlySet<string> = new Set([
  'Endpoint',
  'EndpointWithoutRequest',
  'EndpointWithMapping',
  'EndpointWithMapper',
]);
const VERBS: ReadonlySet<string> = new Set(['Get', 'Post', 'Put', 'Delete', 'Patch', 'Head']);
const RULE = 'fastendpoints.configure';

/** FastEndpoints: a class an endpoint, its routes given in `Configure`. */
export const fastEndpoints: Framework = {
  name: 'fastEndpoints',
  link(linker) {
    const prefixes = new Map<string, string>();
    for (const type of linker.program.table.types) {
      const file = type.declarations[0]?.file;
      if (!file || !isCSharp(file) || type.isAbstract || !isEndpoint(linker, type)) continue;
      if (!prefixes.has(file.root)) prefixes.set(file.root, globalPrefix(linker, file.root));
      for (const configure of type.methods.get('Configure') ?? [])
        linkEndpoint(linker, type, configure, prefixes.get(file.root) ?? '');
    }
  },
};

function isEndpoint(linker: Linker, type: TypeSymbol): boolean {
  const { program } = linker;
  if (!type.methods.has('Configure') || program.bases(type).length === 0) return false;
  return program.externalLineage(program.selfType(type)).some(({ name }) => BASES.has(name));
}

/** `app.UseFastEndpoints(c => c.Endpoints.RoutePrefix = "api")`. */
function globalPrefix(linker: Linker, root: string): string {
  let prefix = '';
  for (const file of linker.program.files) {
    if (file.root !== root || !isCSharp(file)) continue;
    visitNodes(file, (node) => {
      const { tree } = file;
      if (tree.kind(node) !== Kind.Assign || tree.text(tree.child(node, 0)) !== 'RoutePrefix') return;
      prefix = linker.texts.exactText({ file, node: tree.child(node, 1) }) ?? prefix;
    });
  }
  return prefix;
}

function linkEndpoint(linker: Linker, type: TypeSymbol, configure: FunctionSymbol, prefix: string): void {
  const handler = (type.methods.get('HandleAsync') ?? type.methods.get('ExecuteAsync'))?.[0];
  const calls = ownCalls(configure);
  const verbs = calls.filter(({ name }) => name === 'Verbs').flatMap(({ at }) => argumentNames(linker, at));
  const group = calls.find(({ name }) => name === 'Group');
  const base = joinRoute(prefix, group ? groupPrefix(linker, group.at) : '');
  for (const { at, name } of calls) {
    const methods = VERBS.has(name) ? [name.toUpperCase()] : name === 'Routes' ? verbs : [];
    for (const text of methods.length === 0 ? [] : argumentTexts(linker, at)) {
      for (const method of methods)
        addEndpoint(linker, at, { method, route: plainParameters(joinRoute(base, text)), handler, within: configure });
    }
  }
}

function addEndpoint(
  linker: Linker,
  at: Location,
  endpoint: { method: string; route: string; handler: FunctionSymbol | undefined; within: FunctionSymbol },
): void {
  const { graph, facts } = linker;
  const { method, route, handler, within } = endpoint;
  const node = graph.operation({
    kind: 'api_endpoint',
    at,
    name: `${method} /${route}`,
    target: route,
    method,
    provider: 'FastEndpoints',
    rule: RULE,
    within,
  });
  if (handler)
    graph.edge({ source: node, target: graph.function(handler), kind: 'handles', rule: RULE, confidence: 'certain' });
  facts.endpoints.push({ node, method, route, globalPrefix: '', handlers: handler ? [handler] : [] });
}

/** Calls without a receiver in a method's body. */
function ownCalls(fn: FunctionSymbol): { at: Location; name: string }[] {
  const { file } = fn;
  const { tree } = file;
  const calls: { at: Location; name: string }[] = [];
  const pending = [tree.child(fn.node, 3)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    pending.push(...tree.children(node).toReversed());
    const callee = tree.child(node, 0);
    if (tree.kind(node) === Kind.Call && tree.kind(callee) === Kind.Identifier)
      calls.push({ at: { file, node }, name: tree.text(callee) });
  }
  return calls;
}

function argumentTexts(linker: Linker, { file, node }: Location): string[] {
  return file.tree
    .children(file.tree.child(node, 1))
    .flatMap((arg) => linker.texts.valuesOf({ file, node: arg })[0]?.text ?? []);
}

/** `Verbs(Http.GET, Http.POST)`. */
function argumentNames(linker: Linker, { file, node }: Location): string[] {
  return file.tree
    .children(file.tree.child(node, 1))
    .map((arg) => linker.texts.describe({ file, node: arg }).toUpperCase());
}

/** The prefix a group's constructor hands to its `Configure`. */
function groupPrefix(linker: Linker, { file, node }: Location): string {
  const reference = file.tree.children(file.tree.child(node, 2))[0] ?? 0;
  const type = linker.program.typeFromReference({ file, node: reference });
  if (type.kind !== 'project') return '';
  for (const constructor of type.symbol.constructors) {
    const call = ownCalls(constructor).find(({ name }) => name === 'Configure');
    const [text] = call ? argumentTexts(linker, call.at) : [];
    if (text !== undefined) return text;
  }
  return '';
}
