import type { DraftNode } from '../graph/graphBuilder.ts';
import { Kind } from '../lower/tree.ts';
import type { MemberModel } from '../rules/rulePack.ts';
import { parametersOf } from './callResolver.ts';
import type { Linker } from './linker.ts';
import type { RuleMatch } from './operations.ts';
import type { Location } from './sourceFile.ts';
import type { FunctionSymbol } from './symbols.ts';
import type { TextValue } from './values.ts';

const MAX_DEPTH = 12;

/** Notes an HTTP call that is to be joined with an endpoint. */
export function registerRequest(linker: Linker, node: DraftNode, urls: readonly TextValue[]): void {
  node.name = `${node.method ?? ''} ${node.target ?? ''}`.trim();
  const methods = (node.method ?? '').split('|');
  for (const method of methods) linker.facts.requests.push({ node, method, urls: urls.map(({ text, parts }) => ({ text, parts })) });
}

/** Notes a route registered by a call, with the prefixes of the groups and routers it is registered on. */
export function registerEndpoint(linker: Linker, node: DraftNode, match: RuleMatch): void {
  const receiver = { file: match.at.file, node: match.call?.receiverNode ?? 0 };
  const route = joinRoute(new RoutePrefixes(linker).prefixOf(receiver, 0), node.target ?? '');
  node.target = route;
  node.method ??= 'GET';
  node.name = `${node.method} /${route}`;
  const handlers = registerHandlers(linker, node, match);
  linker.facts.endpoints.push({ node, method: node.method, route, globalPrefix: '', handlers });
}

/** Joins an entry point with the functions its registration names. */
export function registerHandlers(linker: Linker, node: DraftNode, match: RuleMatch): FunctionSymbol[] {
  const handlers = handlersOf(linker, match);
  for (const handler of handlers) {
    linker.graph.edge({ source: node, target: linker.graph.function(handler), kind: 'handles', rule: match.rule.id, confidence: 'certain' });
  }
  return handlers;
}

/** The functions a registration names as its handler; middleware before it too. */
function handlersOf(linker: Linker, match: RuleMatch): FunctionSymbol[] {
  const source = match.rule.rule.handler;
  if (source === undefined) return [];
  const from = source === 'argument.last' ? match.args.length - 1 : Number(source.replace('argument.', '').replace('+', ''));
  const nodes = source.endsWith('+') ? match.args.slice(from) : match.args.slice(from, from + 1);
  return nodes.flatMap((node) => functionsOf(linker, { file: match.at.file, node }));
}

/** The functions an expression evaluates to: a lambda, a name, an array of them, the function a wrapper is given. */
export function functionsOf(linker: Linker, at: Location): FunctionSymbol[] {
  const { tree } = at.file;
  if (tree.kind(at.node) === Kind.Array) return tree.children(at.node).flatMap((node) => functionsOf(linker, { file: at.file, node }));
  const type = linker.expressions.typeOf(at);
  if (type.kind === 'function') return type.functions.map((fn) => linker.program.functionOf(fn));
  if (tree.kind(at.node) !== Kind.Call) return [];
  const wrapped = tree.children(tree.child(at.node, 1)).flatMap((node) => functionsOf(linker, { file: at.file, node }));
  return wrapped.slice(0, 1);
}

/** Computes the path in front of routes registered on a value. */
class RoutePrefixes {
  readonly #linker: Linker;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** The prefix of the group or router an expression evaluates to. */
  prefixOf(at: Location, depth: number): string {
    if (at.node === 0 || depth > MAX_DEPTH) return '';
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind === 'external' && type.origin) return this.#ofOrigin(type.origin, depth + 1);
    return this.#ofParameter(at, depth + 1);
  }

  #ofOrigin(origin: Location, depth: number): string {
    if (depth > MAX_DEPTH) return '';
    const own = origin.file.tree.kind(origin.node) === Kind.Call ? this.#ofGroup(origin, depth) : '';
    const mount = this.#linker.callSites.mountsOf(origin)[0];
    return mount ? joinRoute(joinRoute(this.prefixOf(mount.parent, depth + 1), mount.path), own) : own;
  }

  /** `app.MapGroup("/api")`: the receiver's prefix and the argument. */
  #ofGroup(origin: Location, depth: number): string {
    const call = this.#linker.expressions.calls.resolve(origin);
    const index = call.model ? prefixArgument(call.model.model) : undefined;
    if (index === undefined) return '';
    const { file } = origin;
    const argument = file.tree.children(file.tree.child(origin.node, 1))[index] ?? 0;
    const text = this.#linker.texts.valuesOf({ file, node: argument })[0]?.text ?? '';
    return joinRoute(this.prefixOf({ file, node: call.receiverNode }, depth + 1), text);
  }

  /** A group or router passed as a parameter has the prefix of what the callers pass. */
  #ofParameter(at: Location, depth: number): string {
    const { file } = at;
    if (file.tree.kind(at.node) !== Kind.Identifier) return '';
    const local = file.findLocal(file.tree.text(at.node), at.node);
    if (file.tree.kind(local) === Kind.Variable) return this.prefixOf({ file, node: file.tree.child(local, 2) }, depth);
    if (file.tree.kind(local) !== Kind.Param) return '';
    const fn = this.#linker.program.table.functionAt(file, file.enclosing(local, Kind.Function));
    if (!fn) return '';
    const position = parametersOf(fn).indexOf(local);
    for (const call of this.#linker.callSites.callsOf(fn)) {
      const args = call.at.file.tree.children(call.at.file.tree.child(call.callNode, 1));
      const shifted = args.length < parametersOf(fn).length && call.receiverNode !== 0 && call.receiver.kind !== 'static' ? position - 1 : position;
      const node = shifted < 0 ? call.receiverNode : (args[shifted] ?? 0);
      const prefix = this.prefixOf({ file: call.at.file, node }, depth + 1);
      if (prefix !== '') return prefix;
    }
    return '';
  }
}

function prefixArgument(model: MemberModel): number | undefined {
  return typeof model === 'string' ? undefined : model.prefix;
}

/** Joins two parts of a route with one slash, without slashes at the ends. */
export function joinRoute(prefix: string, route: string): string {
  return [prefix, route]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
}
