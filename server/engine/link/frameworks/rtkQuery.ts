import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { propertyIn } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { registerRequest } from '../routes.ts';
import { mergeAlternatives } from '../ruleValues.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import { type FunctionSymbol, pushTo } from '../symbols.ts';
import type { TextValue } from '../values.ts';
import type { Framework } from './framework.ts';
import { returnedExpressions } from './returned.ts';

const PROVIDER = 'RTK Query';
const CREATE = /^@reduxjs\/toolkit\/query(\/react)?#createApi$/;
const BASE_QUERY = /^@reduxjs\/toolkit\/query(\/react)?#fetchBaseQuery$/;
const BUILD = /^(query|mutation|infiniteQuery)$/;
const HOOK = /^use(Lazy)?([A-Z]\w*?)(Query|Mutation|InfiniteQuery|QueryState)$/;

/** One endpoint of an API: the function that describes its request. */
interface ApiEndpoint {
  name: string;
  fn: FunctionSymbol;
}

/** Redux Toolkit Query: endpoints of `createApi` are HTTP calls; the hooks named after them make the calls. */
export const rtkQuery: Framework = {
  name: 'rtkQuery',
  finish(linker) {
    const files = linker.program.files.filter(
      (file) => !isCSharp(file) && (file.tree.mentions('createApi') || file.tree.mentions('injectEndpoints')),
    );
    if (files.length === 0) return;
    const reader = new ApiReader(linker);
    for (const file of files) reader.read(file);
    for (const file of linker.program.files) if (!isCSharp(file)) followHooks(linker, file, reader.endpoints);
  },
};

class ApiReader {
  /** Endpoints by name; of one name in several APIs all. */
  readonly endpoints = new Map<string, ApiEndpoint[]>();
  readonly #linker: Linker;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(file: SourceFile): void {
    const { tree } = file;
    visitNodes(file, (node) => {
      if (tree.kind(node) !== Kind.Call) return;
      const at = { file, node };
      const options = { file, node: tree.children(tree.child(node, 1))[0] ?? 0 };
      const api = this.#apiOf(at);
      if (api) this.#readEndpoints(options, this.#baseUrls(api));
    });
  }

  /** The options of the `createApi` that a call is, or adds endpoints to. */
  #apiOf(at: Location): Location | undefined {
    const { file, node } = at;
    const { tree } = file;
    const call = this.#linker.expressions.calls.resolve(at);
    if (CREATE.test(call.externalFunction)) return { file, node: tree.children(tree.child(node, 1))[0] ?? 0 };
    if (call.name !== 'injectEndpoints' || tree.kind(call.receiverNode) !== Kind.Identifier) return undefined;
    const binding = this.#linker.program.typescript.resolve(tree.text(call.receiverNode), file);
    if (binding?.kind !== 'variable') return undefined;
    const created = { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) };
    return created.file.tree.kind(created.node) === Kind.Call ? this.#apiOf(created) : undefined;
  }

  #baseUrls(options: Location): TextValue[] {
    const { expressions, texts } = this.#linker;
    const query = propertyIn(expressions, options, 'baseQuery');
    const { tree } = query.file;
    if (tree.kind(query.node) !== Kind.Call) return [];
    if (!BASE_QUERY.test(expressions.calls.resolve(query).externalFunction)) return [];
    const argument = { file: query.file, node: tree.children(tree.child(query.node, 1))[0] ?? 0 };
    return texts.valuesOf(propertyIn(expressions, argument, 'baseUrl'));
  }

  #readEndpoints(options: Location, bases: readonly TextValue[]): void {
    const endpoints = propertyIn(this.#linker.expressions, options, 'endpoints');
    for (const table of returnedExpressions(endpoints)) {
      const { tree } = table.file;
      if (tree.kind(table.node) !== Kind.Object) continue;
      for (const property of tree.children(table.node)) {
        const built = { file: table.file, node: tree.child(property, 0) };
        if (tree.kind(built.node) === Kind.Call && BUILD.test(tree.text(tree.child(built.node, 0))))
          this.#readEndpoint({ file: table.file, node: property }, built, bases);
      }
    }
  }

  #readEndpoint(property: Location, built: Location, bases: readonly TextValue[]): void {
    const { expressions, graph, program, texts } = this.#linker;
    const { tree } = built.file;
    const options = { file: built.file, node: tree.children(tree.child(built.node, 1))[0] ?? 0 };
    const query = propertyIn(expressions, options, 'query');
    if (tree.kind(query.node) !== Kind.Function) return;
    const name = property.file.tree.text(property.node);
    // The function that describes the request is known by the name of its endpoint.
    const fn = program.functionOf(query, name);
    Object.assign(fn, { name, nameNode: property.node });
    const [returned] = returnedExpressions(query);
    if (!returned) return;
    const isObject = expressions.typeOf(returned).kind === 'object';
    const url = isObject ? propertyIn(expressions, returned, 'url') : returned;
    const method = isObject ? propertyIn(expressions, returned, 'method') : { file: url.file, node: 0 };
    const urls = texts.valuesOf(url).flatMap((value) => below(bases, value));
    const node = graph.operation({
      kind: 'api_call',
      at: built,
      target: urls.length === 0 ? `{${texts.describe(url)}}` : mergeAlternatives(urls.map(({ text }) => text)),
      method: method.node === 0 ? 'GET' : texts.exactText(method)?.toUpperCase(),
      provider: PROVIDER,
      rule: 'rtk_query.endpoint',
      within: fn,
    });
    registerRequest(this.#linker, node, urls);
    this.#perform(fn, node);
    pushTo(this.endpoints, name.charAt(0).toUpperCase() + name.slice(1), { name, fn });
  }

  #perform(fn: FunctionSymbol, node: DraftNode): void {
    const { graph } = this.#linker;
    graph.edge({ source: graph.function(fn), target: node, kind: 'performs', rule: node.rule, confidence: 'certain' });
  }
}

function below(bases: readonly TextValue[], url: TextValue): TextValue[] {
  if (bases.length === 0 || /^([a-z]+:)?\/\//i.test(url.text)) return [url];
  return bases.map((base) => ({
    text: `${base.text.replace(/\/+$/, '')}/${url.text.replace(/^\/+/, '')}`,
    exact: base.exact && url.exact,
    parts: [`baseUrl = ${base.text}`, ...base.parts, ...url.parts],
  }));
}

/** `useGetPostsQuery()` loads at once; what `useAddPostMutation()` and lazy queries return loads when it is called. */
function followHooks(linker: Linker, file: SourceFile, endpoints: ReadonlyMap<string, readonly ApiEndpoint[]>): void {
  const { tree } = file;
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.Call) return;
    const callee = tree.child(node, 0);
    const [, lazy, name = '', kind] = HOOK.exec(tree.text(callee)) ?? [];
    const found = endpoints.get(name) ?? [];
    const [endpoint] = found;
    const caller = endpoint && linker.program.table.enclosingFunction(file, node);
    if (!endpoint || !caller || found.length > 1 || !isImportedOrMember(linker, { file, node: callee })) return;
    const isImmediate = lazy === undefined && kind !== 'Mutation';
    const callers = isImmediate ? [{ fn: caller, at: node }] : triggerCalls(linker, { file, node });
    for (const { fn, at } of callers) {
      linker.graph.edge({
        source: linker.graph.function(fn),
        target: linker.graph.function(endpoint.fn),
        kind: 'calls',
        rule: 'rtk_query.hook',
        confidence: 'likely',
        at: { file, node: at },
        detail: `the hook of the endpoint ${endpoint.name}`,
      });
    }
  });
}

/** A hook is a constant that is taken from the API, not a function of the project's own. */
function isImportedOrMember(linker: Linker, callee: Location): boolean {
  const { tree } = callee.file;
  if (tree.kind(callee.node) === Kind.Member) return true;
  return linker.program.typescript.resolve(tree.text(callee.node), callee.file)?.kind !== 'function';
}

/** Calls of the first of the values that a hook returns: `const [save] = useSaveMutation()`. */
function triggerCalls(linker: Linker, hook: Location): { fn: FunctionSymbol; at: number }[] {
  const { file } = hook;
  const { tree } = file;
  const whole = file.parent(hook.node);
  const block = file.parent(whole);
  if (tree.kind(whole) !== Kind.Variable) return [];
  const taken = tree
    .children(block)
    .find(
      (node) =>
        tree.kind(node) === Kind.Variable &&
        tree.kind(tree.child(node, 2)) === Kind.Index &&
        tree.text(tree.child(tree.child(node, 2), 0)) === tree.text(whole) &&
        tree.text(tree.child(tree.child(node, 2), 1)) === '0',
    );
  if (taken === undefined) return [];
  const found: { fn: FunctionSymbol; at: number }[] = [];
  const visit = (node: number): void => {
    const callee = tree.kind(node) === Kind.Call ? tree.child(node, 0) : 0;
    if (tree.kind(callee) === Kind.Identifier && tree.text(callee) === tree.text(taken)) {
      const fn =
        file.findLocal(tree.text(callee), callee) === taken
          ? linker.program.table.enclosingFunction(file, node)
          : undefined;
      if (fn) found.push({ fn, at: node });
    }
    for (const child of tree.children(node)) visit(child);
  };
  visit(block);
  return found;
}
