import type { DraftNode } from '../graph/graphBuilder.ts';
import { Kind } from '../lower/tree.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import type { Linker } from './linker.ts';
import { registerRequest } from './routes.ts';
import type { Location, SourceFile } from './sourceFile.ts';
import { type FunctionSymbol, pushTo } from './symbols.ts';

const RULE = 'generated_client';
const PROVIDER = 'Generated client';
const VERB = /^(get|post|put|patch|delete|head|options)$/i;
/** Generated methods call each other at most this deep: a facade, a factory, the one that knows the path. */
const MAX_HOPS = 4;

/** What a generated method requests. */
interface GeneratedRoute {
  path: string;
  verb: string;
}

/**
 * Reads the methods of generated HTTP clients (NSwag, OpenAPI generators) as the link between their callers and the
 * endpoints: each call of one from the project's own code is an HTTP call; the calls inside the client are none.
 */
export function followGeneratedClients(linker: Linker): void {
  const files = linker.program.files.filter((file) => file.generated);
  if (files.length === 0) return;
  const inner = takeOut(linker, new Set(files));
  const routes = new Map<FunctionSymbol, GeneratedRoute>();
  for (const file of files) new ClientReader(linker, file, inner.get(file) ?? []).read(routes);
  for (const [fn, route] of routes) for (const site of sitesOf(linker, fn)) addCall(linker, site, route);
}

/** Removes the HTTP calls of generated files, and the mapping around them, from the graph; gives the calls by file. */
function takeOut(linker: Linker, files: ReadonlySet<SourceFile>): Map<SourceFile, DraftNode[]> {
  const { graph, facts } = linker;
  const inGenerated = graph.operations.filter(({ file }) => files.has(file));
  const calls = new Set(inGenerated.filter(({ kind }) => kind === 'api_call'));
  graph.remove(new Set(inGenerated.filter(({ kind }) => kind === 'api_call' || kind === 'data_transform')));
  facts.requests = facts.requests.filter(({ node }) => !calls.has(node));
  const byFile = new Map<SourceFile, DraftNode[]>();
  for (const node of calls) pushTo(byFile, node.file, node);
  return byFile;
}

class ClientReader {
  readonly #linker: Linker;
  readonly #file: SourceFile;
  readonly #inner: readonly DraftNode[];

  constructor(linker: Linker, file: SourceFile, inner: readonly DraftNode[]) {
    this.#linker = linker;
    this.#file = file;
    this.#inner = inner;
  }

  /** Adds what each function of the file requests, by itself or through another one. */
  read(routes: Map<FunctionSymbol, GeneratedRoute>): void {
    const functions = [...(this.#linker.program.table.functionsByNode.get(this.#file)?.values() ?? [])];
    for (const fn of functions) {
      const route = this.#ownRoute(fn);
      if (route) routes.set(fn, route);
    }
    for (let hop = 1; hop < MAX_HOPS; hop++) {
      const found = functions.flatMap((fn) => {
        const route = routes.has(fn) ? undefined : this.#routeThroughCalls(fn, routes);
        return route ? [{ fn, route }] : [];
      });
      for (const { fn, route } of found) routes.set(fn, route);
    }
  }

  /** The one path and the one verb that stand in a function. */
  #ownRoute(fn: FunctionSymbol): GeneratedRoute | undefined {
    const paths = new Set<string>();
    const verbs = new Set<string>();
    const appended: string[] = [];
    this.#visit(fn, (node) => {
      const { tree } = this.#file;
      const kind = tree.kind(node);
      if (kind === Kind.Call) appended.push(...this.#appendedText(node));
      if (kind === Kind.String && VERB.test(tree.text(node))) verbs.add(tree.text(node).toUpperCase());
      const path = kind === Kind.String || kind === Kind.Template ? this.#pathIn(node) : undefined;
      if (path !== undefined) paths.add(path);
    });
    const built = cutQuery(appended.join(''));
    if (/^\/?[\w{]+/.test(built)) {
      paths.clear();
      paths.add(built);
    }
    if (verbs.size === 0) for (const node of this.#callsIn(fn)) if (node.method) verbs.add(node.method);
    const [[path], [verb]] = [[...paths], [...verbs]];
    return paths.size === 1 && verbs.size === 1 && path && verb ? { path, verb } : undefined;
  }

  /** Visits what stands in a function; the texts of a template are part of it. */
  #visit(fn: FunctionSymbol, visit: (node: number) => void): void {
    const { tree } = this.#file;
    const pending = [fn.node];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      visit(node);
      if (tree.kind(node) !== Kind.Template) pending.push(...tree.children(node).toReversed());
    }
  }

  #callsIn(fn: FunctionSymbol): DraftNode[] {
    const { tree } = this.#file;
    return this.#inner.filter((node) => node.start >= tree.start(fn.node) && node.end <= tree.end(fn.node));
  }

  /** A text that is a path below a base URL: `/pets/{id}`, `{base}/pets`. */
  #pathIn(node: number): string | undefined {
    const text = this.#linker.texts.valuesOf({ file: this.#file, node })[0]?.text ?? '';
    const path = cutQuery(text.replace(/^\{[^}]*\}(?=\/)/, ''));
    return /^\/[\w{][^\s]*$/.test(path) ? path : undefined;
  }

  /** What `builder.Append(…)` adds to the URL a `StringBuilder` collects. */
  #appendedText(call: number): string[] {
    const { tree } = this.#file;
    const callee = tree.child(call, 0);
    if (tree.kind(callee) !== Kind.Member || tree.text(callee) !== 'Append') return [];
    const argument = tree.children(tree.child(call, 1))[0] ?? 0;
    if (tree.kind(argument) === Kind.String || tree.kind(argument) === Kind.Literal) {
      return [tree.text(argument).replaceAll("'", '')];
    }
    const isValue = tree.kind(argument) === Kind.Call && tree.text(tree.child(argument, 0)) === 'EscapeDataString';
    return isValue ? ['{value}'] : [];
  }

  /** The one route that the generated functions a function calls lead to. */
  #routeThroughCalls(
    fn: FunctionSymbol,
    routes: ReadonlyMap<FunctionSymbol, GeneratedRoute>,
  ): GeneratedRoute | undefined {
    const found = new Map<string, GeneratedRoute>();
    this.#visit(fn, (node) => {
      if (this.#file.tree.kind(node) !== Kind.Call) return;
      for (const callee of this.#linker.expressions.calls.resolve({ file: this.#file, node }).functions) {
        const route = callee === fn ? undefined : routes.get(callee);
        if (route) found.set(`${route.verb} ${route.path}`, route);
      }
    });
    return found.size === 1 ? [...found.values()][0] : undefined;
  }
}

function cutQuery(url: string): string {
  return url.split('?')[0] ?? '';
}

/** Calls of a generated method, or of the interface method it implements, from code that is not generated. */
function sitesOf(linker: Linker, fn: FunctionSymbol): ResolvedCall[] {
  const { program, callSites } = linker;
  const lineage = fn.owner ? program.lineage(program.selfType(fn.owner)) : [];
  const declared = lineage.flatMap((at) => (at.kind === 'project' ? (at.symbol.methods.get(fn.name) ?? []) : []));
  const fitting = declared.filter((other) => parametersOf(other).length === parametersOf(fn).length);
  return [...new Set([fn, ...fitting])]
    .flatMap((other) => callSites.callsOf(other))
    .filter(({ at }) => !at.file.generated);
}

function addCall(linker: Linker, site: ResolvedCall, { path, verb }: GeneratedRoute): void {
  const { graph, program } = linker;
  const at: Location = site.at;
  const within = program.table.enclosingFunction(at.file, site.callNode);
  const text = path.startsWith('/') ? path : `/${path}`;
  const node = graph.operation({
    kind: 'api_call',
    at,
    target: text,
    method: verb,
    provider: PROVIDER,
    rule: RULE,
    within,
  });
  registerRequest(linker, node, [{ text, exact: true, parts: [] }]);
  if (within)
    graph.edge({ source: graph.function(within), target: node, kind: 'performs', rule: RULE, confidence: 'certain' });
}
