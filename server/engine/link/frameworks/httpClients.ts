import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, type RequestFact, visitNodes } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';
import type { TextValue } from '../values.ts';
import type { Framework } from './framework.ts';

const REGISTRATION = /^Add(HttpClient|RefitClient|RestEaseClient)$/;
const CONFIGURATION = /^(Add(HttpClient|RefitClient|RestEaseClient)|ConfigureHttpClient)$/;

/**
 * Base addresses of HTTP clients: given where a typed or named client is registered (`AddHttpClient("catalog", c =>
 * c.BaseAddress = …)`), where the client is made, or in the class that sends. They are put before the relative URLs of
 * the calls, as `new Uri(base, relative)` does.
 */
export const httpClients: Framework = {
  name: 'httpClients',
  finish(linker) {
    const requests = linker.facts.requests.filter(({ node }) => /^(httpclient|refit|restsharp)\./.test(node.rule));
    if (requests.length === 0) return;
    const addresses = new BaseAddresses(linker);
    const calls = callsOf(requests);
    const shown = new Set<DraftNode>();
    for (const request of requests) {
      const call = calls.get(request.node);
      const bases = (call && addresses.of(call, request.node)) ?? [];
      if (bases.length > 0) applyBases(request, bases, shown);
    }
  },
};

class BaseAddresses {
  readonly #linker: Linker;
  /** By the class or interface that is registered, or that sets the address of its own client. */
  readonly #byType = new Map<TypeSymbol, TextValue[]>();
  readonly #byName = new Map<string, TextValue[]>();
  /** By the expression that makes the client. */
  readonly #byOrigin = new Map<string, TextValue[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
    for (const file of linker.program.files) {
      if (!isCSharp(file)) continue;
      visitNodes(file, (node) => {
        const kind = file.tree.kind(node);
        if (kind === Kind.Assign) this.#visitAssignment({ file, node });
        else if (kind === Kind.New) this.#visitNew({ file, node });
        else if (kind === Kind.Call) this.#visitRefit({ file, node });
      });
    }
  }

  /** The base addresses of the client that a call is sent by. */
  of(call: Location, node: DraftNode): readonly TextValue[] | undefined {
    const { expressions, program } = this.#linker;
    const { receiver } = expressions.calls.resolve(call);
    if (node.rule.startsWith('refit.'))
      return receiver.kind === 'project' ? this.#byType.get(receiver.symbol) : undefined;
    const origin = receiver.kind === 'external' ? receiver.origin : undefined;
    const name = origin && this.#clientName(origin);
    if (name !== undefined) return this.#byName.get(name);
    const own = origin && this.#byOrigin.get(keyOf(origin));
    if (own) return own;
    // One that is made without an address has none.
    if (origin && origin.file.tree.kind(origin.node) === Kind.New) return undefined;
    for (let type = program.table.enclosingType(call.file, call.node); type; type = type.container) {
      const found = this.#byType.get(type);
      if (found) return found;
    }
    return undefined;
  }

  /** The name given to `factory.CreateClient("catalog")`. */
  #clientName({ file, node }: Location): string | undefined {
    const { tree } = file;
    if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'CreateClient') return undefined;
    return this.#linker.texts.exactText({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 });
  }

  #visitAssignment(at: Location): void {
    const { file, node } = at;
    const { tree } = file;
    const left = tree.child(node, 0);
    if (tree.text(left) !== 'BaseAddress') return;
    const values = this.#linker.texts.valuesOf({ file, node: tree.child(node, 1) });
    if (values.length === 0) return;
    const registration = registrationAround(at);
    if (registration !== undefined) {
      this.#register({ file, node: registration }, values);
      return;
    }
    const client = this.#linker.expressions.typeOf({ file, node: tree.child(left, 0) });
    const origin = client.kind === 'external' ? client.origin : undefined;
    if (origin) setOnce(this.#byOrigin, keyOf(origin), values);
    const own = this.#linker.program.table.enclosingType(file, node);
    if (own) setOnce(this.#byType, own, values);
  }

  /** The types and the name that a registration is for: a typed client is named like its type. */
  #register({ file, node }: Location, found: readonly TextValue[]): void {
    const values = found.map(preferred);
    const { tree } = file;
    const written = tree.children(tree.child(node, 2)).map((type) => ({ file, node: type }));
    for (const [index, at] of written.entries()) {
      const type = this.#linker.program.typeFromReference(at);
      if (type.kind === 'project') setOnce(this.#byType, type.symbol, values);
      if (index === 0 && type.kind === 'project') setOnce(this.#byName, type.symbol.name, values);
    }
    const first = tree.children(tree.child(node, 1))[0] ?? 0;
    const name = tree.kind(first) === Kind.Function ? undefined : this.#linker.texts.exactText({ file, node: first });
    if (name !== undefined) setOnce(this.#byName, name, values);
  }

  /** `new HttpClient { BaseAddress = … }`, `new RestClient("https://…")`, `new RestClient(new RestClientOptions(…))`. */
  #visitNew(at: Location): void {
    const { file, node } = at;
    const { tree } = file;
    const created = tree.child(node, 0);
    if (created !== 0 && !/(^|\.)(HttpClient|RestClient)$/.test(tree.text(created))) return;
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind !== 'external' || !/^(HttpClient|RestClient)$/.test(type.name)) return;
    const set = propertyOf(file, tree.child(node, 2), 'BaseAddress');
    const values = this.#linker.texts.valuesOf({ file, node: set === 0 ? this.#restUrl(at) : set });
    if (values.length === 0) return;
    const registration = registrationAround(at);
    if (registration !== undefined) this.#register({ file, node: registration }, values);
    this.#byOrigin.set(keyOf(at), values);
  }

  #restUrl({ file, node }: Location): number {
    const { tree } = file;
    const type = this.#linker.expressions.typeOf({ file, node });
    if (type.kind !== 'external' || type.name !== 'RestClient') return 0;
    let first = tree.children(tree.child(node, 1))[0] ?? 0;
    if (tree.kind(first) === Kind.Identifier) {
      const local = file.findLocal(tree.text(first), first);
      if (tree.kind(local) === Kind.Variable) first = tree.child(local, 2);
    }
    const isOptions = tree.kind(first) === Kind.New && tree.text(tree.child(first, 0)) === 'RestClientOptions';
    if (!isOptions) return first;
    return tree.children(tree.child(first, 1))[0] ?? propertyOf(file, tree.child(first, 2), 'BaseUrl');
  }

  /** `RestService.For<ICatalog>("https://…")`, `RestClient.For<ICatalog>(…)`. */
  #visitRefit({ file, node }: Location): void {
    const { tree } = file;
    const callee = tree.child(node, 0);
    if (tree.text(callee) !== 'For' || !/^Rest(Service|Client)$/.test(tree.text(tree.child(callee, 0)))) return;
    const values = this.#linker.texts.valuesOf({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 });
    if (values.length > 0) this.#register({ file, node }, values);
  }
}

/** The registration of a client that a node stands in the configuration of, undefined for none. */
function registrationAround({ file, node }: Location): number | undefined {
  const { tree } = file;
  for (let call = file.enclosing(node, Kind.Call); call !== 0; call = file.enclosing(file.parent(call), Kind.Call)) {
    if (!CONFIGURATION.test(tree.text(tree.child(call, 0)))) continue;
    // `AddHttpClient<T>().ConfigureHttpClient(c => …)`: the call that names the type.
    let registered = call;
    while (tree.kind(registered) === Kind.Call && !REGISTRATION.test(tree.text(tree.child(registered, 0))))
      registered = tree.child(tree.child(registered, 0), 0);
    return registered;
  }
  return undefined;
}

/** The value an object initialiser gives a property, 0 for none. */
function propertyOf(file: SourceFile, object: number, name: string): number {
  const { tree } = file;
  const found = tree.children(object).find((node) => tree.kind(node) === Kind.Property && tree.text(node) === name);
  return found === undefined ? 0 : tree.child(found, 0);
}

/** The calls that requests stand for, by their operations. */
function callsOf(requests: readonly RequestFact[]): Map<DraftNode, Location> {
  const wanted = new Map(requests.map(({ node }) => [`${node.file.index}:${node.start}:${node.end}`, node]));
  const found = new Map<DraftNode, Location>();
  for (const file of new Set(requests.map(({ node }) => node.file))) {
    visitNodes(file, (node) => {
      if (file.tree.kind(node) !== Kind.Call) return;
      const request = wanted.get(`${file.index}:${file.tree.start(node)}:${file.tree.end(node)}`);
      if (request && !found.has(request)) found.set(request, { file, node });
    });
  }
  return found;
}

/** @param shown nodes whose target has its base already: a call with several verbs is several requests */
function applyBases(request: RequestFact, bases: readonly TextValue[], shown: Set<DraftNode>): void {
  const { node } = request;
  const below = node.rule.startsWith('httpclient.') ? resolved : appended;
  request.urls = request.urls.flatMap(({ text, parts }) =>
    isAbsolute(text)
      ? [{ text, parts }]
      : bases.map((base) => ({ text: below(base.text, text), parts: [...parts, `base address = ${base.text}`] })),
  );
  const [base] = bases;
  if (base && node.target !== undefined && !isAbsolute(node.target) && !shown.has(node)) {
    shown.add(node);
    node.target = below(base.text, node.target);
    node.name = `${node.method ?? ''} ${node.target}`.trim();
  }
}

/** Service discovery's `https+http://catalog`: the first scheme is tried first. */
function preferred(value: TextValue): TextValue {
  return { ...value, text: value.text.replace(/^(https?)\+https?:/i, '$1:') };
}

function isAbsolute(url: string): boolean {
  return /^([a-z][a-z0-9+.-]*:)?\/\//i.test(url);
}

/** As `new Uri(base, url)`: a leading slash replaces the base's path, else its part behind the last slash is replaced. */
function resolved(base: string, url: string): string {
  const host = /^([a-z][a-z0-9+.-]*:)?\/\/[^/]*/i.exec(base)?.[0];
  if (host === undefined) return appended(base, url);
  if (url.startsWith('/')) return `${host}${url}`;
  const path = base.slice(host.length);
  return `${host}${path.slice(0, path.lastIndexOf('/') + 1) || '/'}${url}`;
}

function appended(base: string, url: string): string {
  return `${base.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}

function keyOf({ file, node }: Location): string {
  return `${file.index}:${node}`;
}

function setOnce<K>(map: Map<K, TextValue[]>, key: K, values: TextValue[]): void {
  if (!map.has(key)) map.set(key, values);
}
