import type { DraftNode } from '../graph/graphBuilder.ts';
import { Flag, Kind } from '../lower/tree.ts';
import type { MemberModel } from '../rules/rulePack.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import { propertyIn } from './decorators.ts';
import { initializerOf } from './initializers.ts';
import type { Linker, UrlComposition } from './linker.ts';
import type { RuleMatch } from './operations.ts';
import { isCSharp, type Location } from './sourceFile.ts';
import type { FunctionSymbol } from './symbols.ts';
import type { TextValue } from './values.ts';

const MAX_DEPTH = 12;
const MAX_PREFIXES = 8;

/** Notes an HTTP call that is to be joined with an endpoint. */
export function registerRequest(
  linker: Linker,
  node: DraftNode,
  urls: readonly TextValue[],
  composition?: UrlComposition,
): void {
  node.name = `${node.method ?? ''} ${node.target ?? ''}`.trim();
  const methods = (node.method ?? '').split('|');
  const confidence = node.confidence === 'certain' ? {} : { confidence: 'likely' as const };
  for (const method of methods) {
    linker.facts.requests.push({
      node,
      method,
      urls: urls.map(({ text, parts }) => ({ text, parts })),
      composition,
      ...confidence,
    });
  }
}

/** Notes a route registered by a call, with the prefixes of the groups and routers it is registered on. */
export function registerEndpoint(linker: Linker, node: DraftNode, match: RuleMatch, paths: readonly string[]): void {
  const receiver = { file: match.at.file, node: match.call?.receiverNode ?? 0 };
  serveRoutes(linker, node, { receiver, paths, handlers: handlersOf(linker, match) });
}

/** What a registration of routes says. */
export interface Registration {
  /** The application, group or router the routes are registered on; node 0 for none. */
  receiver: Location;
  paths: readonly string[];
  handlers: FunctionSymbol[];
}

/** Gives an endpoint its routes and joins it with its handlers. */
export function serveRoutes(linker: Linker, node: DraftNode, { receiver, paths, handlers }: Registration): void {
  const found = new RoutePrefixes(linker);
  const prefixes = found.prefixesOf(receiver, 0);
  if (found.isUnknown) node.confidence = 'likely';
  const routes = new Set(
    prefixes.flatMap((prefix) => (paths.length === 0 ? [''] : paths).map((path) => joinRoute(prefix, path))),
  );
  const [shown = ''] = routes;
  node.target = shown === '' ? '/' : shown;
  node.method ??= 'GET';
  node.name = `${node.method} /${shown}`;
  joinHandlers(linker, node, handlers);
  for (const method of node.method.split('|')) {
    for (const route of routes) linker.facts.endpoints.push({ node, method, route, globalPrefix: '', handlers });
  }
}

/** Joins an entry point with the functions its registration names. */
export function registerHandlers(linker: Linker, node: DraftNode, match: RuleMatch): void {
  joinHandlers(linker, node, handlersOf(linker, match));
}

function joinHandlers(linker: Linker, node: DraftNode, handlers: readonly FunctionSymbol[]): void {
  for (const handler of handlers) {
    linker.graph.edge({
      source: node,
      target: linker.graph.function(handler),
      kind: 'handles',
      rule: node.rule,
      confidence: 'certain',
    });
  }
}

/** The functions a registration names as its handler; middleware before it too. */
function handlersOf(linker: Linker, match: RuleMatch): FunctionSymbol[] {
  return handlerPlaces(linker, match).flatMap((place) => functionsOf(linker, place));
}

/** The expressions a registration names as its handler. */
export function handlerPlaces(linker: Linker, match: RuleMatch): Location[] {
  const source = match.rule.rule.handler;
  if (source === undefined) return [];
  const { file } = match.at;
  const key = /^argument\.(\d)\.key\.(\w+)$/.exec(source);
  if (key) {
    const handler = propertyIn(linker.expressions, { file, node: match.args[Number(key[1])] ?? 0 }, key[2] as string);
    return handler.node === 0 ? [] : [handler];
  }
  if (source === 'argument.lambda') {
    const lambda = match.args.find((node) => file.tree.kind(node) === Kind.Function);
    return lambda === undefined ? [] : [{ file, node: lambda }];
  }
  const from =
    source === 'argument.last' ? match.args.length - 1 : Number(source.replace('argument.', '').replace('+', ''));
  const nodes = source.endsWith('+') ? match.args.slice(from) : match.args.slice(from, from + 1);
  return nodes.map((node) => ({ file, node }));
}

/** The functions an expression evaluates to: a lambda, a name, an array of them, the function a wrapper is given. */
export function functionsOf(linker: Linker, at: Location, depth = 0): FunctionSymbol[] {
  const { tree } = at.file;
  if (tree.kind(at.node) === Kind.Array)
    return tree.children(at.node).flatMap((node) => functionsOf(linker, { file: at.file, node }));
  if (tree.kind(at.node) === Kind.Call && tree.text(tree.child(at.node, 0)) !== 'bind') {
    const wrapped = tree
      .children(tree.child(at.node, 1))
      .flatMap((node) => functionsOf(linker, { file: at.file, node }));
    if (wrapped[0]) return [wrapped[0]];
  }
  // `const list = catchAsync(async (req, res) => …)`: the function that is wrapped does the work.
  const initial = initializerOf(linker.expressions, at);
  if (initial?.file.tree.kind(initial.node) === Kind.Call && depth < MAX_DEPTH) {
    const wrapped = functionsOf(linker, initial, depth + 1);
    if (wrapped.length > 0) return wrapped;
  }
  const type = linker.expressions.typeOf(at);
  return type.kind === 'function' ? type.functions.map((fn) => linker.program.functionOf(fn)) : [];
}

/** Computes the path in front of routes registered on a value. */
class RoutePrefixes {
  readonly #linker: Linker;
  /** Whether nothing scanned says what a group is that is handed to a function. */
  isUnknown = false;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** The prefixes of the group or router an expression evaluates to: one, or one for each place it is mounted at. */
  prefixesOf(at: Location, depth: number): string[] {
    if (at.node === 0 || depth > MAX_DEPTH) return [''];
    const type = this.#linker.expressions.typeOf(at);
    const found =
      type.kind === 'external' && type.origin
        ? this.#ofOrigin(type.origin, depth + 1)
        : (this.#ofOwnCall(at, depth + 1) ?? this.#ofParameter(at, depth + 1));
    return [...new Set(found)].slice(0, MAX_PREFIXES);
  }

  /** What the project's own function returns: `app.MapGroup(this)`; a library's that gives back its receiver too. */
  #ofOwnCall(at: Location, depth: number): string[] | undefined {
    if (at.file.tree.kind(at.node) !== Kind.Call || !isCSharp(at.file)) return undefined;
    const { expressions, texts } = this.#linker;
    const call = expressions.calls.resolve(at);
    const model = call.model?.model;
    if (model === 'self' || (typeof model === 'object' && model.returns === 'self'))
      return this.prefixesOf({ file: at.file, node: call.receiverNode }, depth);
    const [fn, other] = call.functions;
    const returned = fn && !other ? returnedBy(fn) : 0;
    if (!fn || returned === 0) return undefined;
    const args = parametersOf(fn).map((_, position) => ({ file: at.file, node: argumentFor(call, fn, position) }));
    const passed = parametersOf(fn).indexOf(parameterOf(fn.file, returned));
    if (passed >= 0) return this.prefixesOf(args[passed] as Location, depth);
    return texts.withArguments(fn, args, () => this.prefixesOf({ file: fn.file, node: returned }, depth));
  }

  #ofOrigin(origin: Location, depth: number): string[] {
    if (depth > MAX_DEPTH) return [''];
    const isCall = origin.file.tree.kind(origin.node) === Kind.Call;
    const own = isCall ? this.#ofGroup(origin, depth) : [this.#ofConstructor(origin)];
    const mounted = this.#ofMounts(origin, depth);
    return mounted.length === 0 ? own : mounted.flatMap((prefix) => own.map((path) => joinRoute(prefix, path)));
  }

  #ofMounts(origin: Location, depth: number): string[] {
    return this.#linker.callSites
      .mountsOf(origin)
      .flatMap((mount) => this.prefixesOf(mount.parent, depth + 1).map((prefix) => joinRoute(prefix, mount.path)));
  }

  /** `new Router({ prefix: '/users' })`. */
  #ofConstructor(origin: Location): string {
    const { expressions, program, texts } = this.#linker;
    const type = expressions.typeOf(origin);
    const key = type.kind === 'external' ? program.models(origin.file).model(type.name)?.prefix : undefined;
    if (key === undefined) return '';
    const options = {
      file: origin.file,
      node: origin.file.tree.children(origin.file.tree.child(origin.node, 1))[0] ?? 0,
    };
    return texts.valuesOf(propertyIn(expressions, options, key))[0]?.text ?? '';
  }

  /** `app.MapGroup("/api")`: the receiver's prefix and the argument. */
  #ofGroup(origin: Location, depth: number): string[] {
    const call = this.#linker.expressions.calls.resolve(origin);
    const index = call.model ? prefixArgument(call.model.model) : undefined;
    if (index === undefined) return [''];
    const { file } = origin;
    const argument = file.tree.children(file.tree.child(origin.node, 1))[index] ?? 0;
    const text = this.#linker.texts.valuesOf({ file, node: argument })[0]?.text ?? '';
    return this.prefixesOf({ file, node: call.receiverNode }, depth + 1).map((prefix) => joinRoute(prefix, text));
  }

  /** A group or router passed as a parameter has the prefix of what the callers pass. */
  #ofParameter(at: Location, depth: number): string[] {
    const { file } = at;
    if (file.tree.kind(at.node) !== Kind.Identifier) return [''];
    const local = file.findLocal(file.tree.text(at.node), at.node);
    if (file.tree.kind(local) === Kind.Variable)
      return this.prefixesOf({ file, node: file.tree.child(local, 2) }, depth);
    if (file.tree.kind(local) !== Kind.Param) return [''];
    const node = file.enclosing(local, Kind.Function);
    // A function that is itself registered below a path: a plugin.
    const registered = this.#ofMounts({ file, node }, depth);
    if (registered.length > 0) return registered;
    const fn = this.#linker.program.table.functionAt(file, node);
    const found = fn ? this.#ofArguments(fn, parametersOf(fn).indexOf(local), depth + 1) : [];
    if (fn && found.length === 0 && isCSharp(file) && !this.#isCalledByLibrary(fn)) this.isUnknown = true;
    const known = found.filter((prefix) => prefix !== '');
    return known.length === 0 ? [''] : known;
  }

  /** The prefixes of what is passed for a parameter: by calls of the function or of what it overrides, or by reflection. */
  #ofArguments(fn: FunctionSymbol, position: number, depth: number): string[] {
    const { callSites, texts } = this.#linker;
    const direct = [fn, ...this.#overridden(fn)].flatMap((called) => callSites.callsOf(called));
    if (direct.length > 0) {
      return direct.flatMap((call) =>
        this.prefixesOf({ file: call.at.file, node: argumentFor(call, fn, position) }, depth),
      );
    }
    return callSites
      .reflectedCallsOf(fn)
      .flatMap(({ file, args }) =>
        texts.withTypeName(fn.owner?.name ?? '', () => this.prefixesOf({ file, node: args[position] ?? 0 }, depth)),
      );
  }

  #isCalledByLibrary(fn: FunctionSymbol): boolean {
    const { program } = this.#linker;
    return fn.owner !== undefined && program.externalLineage(program.selfType(fn.owner)).length > 0;
  }

  /** The declarations in bases that a method overrides or implements. */
  #overridden(fn: FunctionSymbol): FunctionSymbol[] {
    const { program } = this.#linker;
    if (!fn.owner || fn.file.tree.has(fn.node, Flag.Extension)) return [];
    const count = parametersOf(fn).length;
    return program
      .lineage(program.selfType(fn.owner))
      .flatMap((at) => (at.kind === 'project' && at.symbol !== fn.owner ? (at.symbol.methods.get(fn.name) ?? []) : []))
      .filter((declared) => parametersOf(declared).length === count);
  }
}

/** The expression a function returns at its end, 0 when there is none. */
function returnedBy(fn: FunctionSymbol): number {
  const { tree } = fn.file;
  const body = tree.child(fn.node, 3);
  if (tree.kind(body) !== Kind.Block) return body;
  const last = tree.children(body).at(-1) ?? 0;
  return tree.kind(last) === Kind.Return ? tree.child(last, 0) : 0;
}

/** The Param node that a name means, 0 for anything else. */
export function parameterOf(file: Location['file'], node: number): number {
  if (file.tree.kind(node) !== Kind.Identifier) return 0;
  const local = file.findLocal(file.tree.text(node), node);
  return file.tree.kind(local) === Kind.Param ? local : 0;
}

/** The argument node passed for a parameter; the receiver for the first parameter of an extension method. */
export function argumentFor(call: ResolvedCall, fn: FunctionSymbol, position: number): number {
  const args = call.at.file.tree.children(call.at.file.tree.child(call.callNode, 1));
  const isExtension =
    fn.file.tree.has(fn.node, Flag.Extension) && call.receiverNode !== 0 && call.receiver.kind !== 'static';
  const shifted = isExtension ? position - 1 : position;
  return shifted < 0 ? call.receiverNode : (args[shifted] ?? 0);
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
