import type { DraftNode } from '../graph/graphBuilder.ts';
import { Flag, Kind } from '../lower/tree.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import { propertyIn } from './decorators.ts';
import type { Linker, RequestFact, UrlComposition } from './linker.ts';
import { registerRequest } from './routes.ts';
import { mergeAlternatives } from './ruleValues.ts';
import { callKey, type Location } from './sourceFile.ts';
import { type FunctionSymbol, pushTo } from './symbols.ts';
import type { TextValue } from './values.ts';

const RULE = 'wrapper';
/** Stands for the parameter while the place it takes in the URL is looked for. */
const MARK = '\u0001';
const MAX_SITES = 500;
/** Functions that only pass a path on, between the call that names it and the wrapper. */
const MAX_PASSES = 3;
/** URLs that one HTTP call is joined by as likely, however they reach it. */
const MAX_ALTERNATIVES = 8;
/** Path segments that many URLs of one server begin with. */
const COMMON_PREFIX = /^(api|rest|services|gateway|v\d+(\.\d+)?)$/i;

/** A function whose parameter is the path of an HTTP call inside it. */
interface Wrapper {
  fn: FunctionSymbol;
  /** Position of the parameter. */
  position: number;
}

/** What a call that names a path leads to. */
interface OuterCall {
  urls: TextValue[];
  methods: string[];
  /** Whether more than one function passes the path on. */
  isFar?: boolean;
}

/**
 * Follows the project's own functions around HTTP calls: `get: (url) => http.get(root + url)`. A call of one with a
 * literal path is an HTTP call itself, with the URL it leads to; where one such function calls another, the URLs of
 * the outer calls are those of the HTTP call.
 * @param done calls, as `callKey` writes them, that are known to be HTTP calls
 */
export function followWrappers(linker: Linker, done: ReadonlySet<string>): void {
  const follower = new WrapperFollower(linker, done);
  const { requests } = linker.facts;
  const followed = new Set<RequestFact>();
  for (const request of requests.slice()) if (follower.follow(request)) followed.add(request);
  linker.facts.requests = requests.filter((request) => !followed.has(request));
}

class WrapperFollower {
  readonly #linker: Linker;
  /** Calls that already are HTTP calls, by place. */
  readonly #done: Set<string>;

  constructor(linker: Linker, done: ReadonlySet<string>) {
    this.#linker = linker;
    this.#done = new Set(done);
  }

  /** Adds the calls of the wrapper a request stands in; false when the request is to be joined by itself. */
  follow(request: RequestFact): boolean {
    const { composition } = request;
    const wrapper = composition ? this.#wrapperOf(composition) : undefined;
    if (!composition || !wrapper) return false;
    let found = false;
    const outer: OuterCall[] = [];
    for (const site of this.#linker.callSites.callsOf(wrapper.fn).slice(0, MAX_SITES)) {
      const args = argumentsOf(site, wrapper.fn);
      if (this.#isLiteral(args[wrapper.position])) {
        this.#addCall(
          request.node,
          site,
          this.#linker.texts.withArguments(wrapper.fn, args, () => composition.evaluate()),
        );
        found = true;
      } else outer.push(...this.#outerCalls(wrapper, args, composition));
    }
    if (outer.length > 0) this.#joinOuter(request, outer);
    return found || outer.length > 0;
  }

  #wrapperOf(composition: UrlComposition): Wrapper | undefined {
    const { texts } = this.#linker;
    for (const parameter of composition.url.flatMap((at) => texts.parametersIn(at))) {
      const wrapper = this.#ownerOf(parameter);
      if (!wrapper) continue;
      const urls = texts.withText(parameter, MARK, () => composition.evaluate().urls);
      const marked = urls.find(({ text }) => text.includes(MARK));
      if (marked && this.#takesPath(marked.text, wrapper)) return wrapper;
    }
    return undefined;
  }

  #ownerOf(parameter: Location): Wrapper | undefined {
    const { file, node } = parameter;
    const fn = this.#linker.program.table.functionAt(file, file.parent(file.parent(node)));
    const position = fn ? parametersOf(fn).indexOf(node) : -1;
    return fn && position >= 0 ? { fn, position } : undefined;
  }

  /** Whether the parameter is the path itself, not one segment of a path that the function knows. */
  #takesPath(url: string, wrapper: Wrapper): boolean {
    const [before = '', after = ''] = url.split(MARK);
    if (/\/[^/?{]/.test(after)) return false;
    const path = before.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, '').replace(/\{[^}]*\}/g, '');
    const segments = path.split('/').filter((segment) => segment !== '');
    if (segments.every((segment) => COMMON_PREFIX.test(segment))) return true;
    if (!path.endsWith('/')) return this.#sites(wrapper).some((text) => text.startsWith('/'));
    return this.#sites(wrapper).some((text) => text.includes('/'));
  }

  #sites({ fn, position }: Wrapper): string[] {
    const calls = this.#linker.callSites.callsOf(fn).slice(0, MAX_SITES);
    return calls.flatMap((site) => {
      const argument = argumentsOf(site, fn)[position];
      return argument ? this.#pathsOf(argument) : [];
    });
  }

  /** The texts of an argument: of itself, or of its properties that may be a URL. */
  #pathsOf(argument: Location): string[] {
    const { texts, expressions } = this.#linker;
    const own = texts.valuesOf(argument).map(({ text }) => text);
    const type = own.length > 0 || argument.node === 0 ? undefined : expressions.typeOf(argument);
    if (type?.kind !== 'object') return own;
    const { tree } = type.at.file;
    const urls = tree.children(type.at.node).filter((node) => /^(url|uri|path|endpoint)$/i.test(tree.text(node)));
    return urls.flatMap((node) =>
      texts.valuesOf({ file: type.at.file, node: tree.child(node, 0) }).map(({ text }) => text),
    );
  }

  #isLiteral(argument: Location | undefined): boolean {
    const found = argument ? this.#pathsOf(argument) : [];
    const known = found.map((text) => text.replace(/\{[^}]*\}/g, '')).filter((text) => /[\w/]/.test(text));
    if (!argument || known.length === 0) return false;
    // `${base}/api${path}` only passes a parameter of the function around it on.
    const isPrefix = known.every((text) => text.split('/').every((part) => part === '' || COMMON_PREFIX.test(part)));
    return !isPrefix || !this.#linker.texts.parametersIn(argument).some((parameter) => this.#ownerOf(parameter));
  }

  #addCall(inner: DraftNode, site: ResolvedCall, call: { urls: TextValue[]; methods: string[] }): void {
    const { graph, program } = this.#linker;
    const key = callKey(site.at.file, site.callNode);
    if (this.#done.has(key)) return;
    this.#done.add(key);
    const within = program.table.enclosingFunction(site.at.file, site.callNode);
    const passed = call.methods.length === 0 ? this.#methodPassed(site) : undefined;
    const method = passed ?? (call.methods.length === 0 ? undefined : call.methods.join('|'));
    const target = mergeAlternatives(call.urls.map(({ text }) => text));
    const { provider } = inner;
    const confidence = passed !== undefined && inner.confidence === 'certain' ? 'likely' : inner.confidence;
    const node = graph.operation({
      kind: 'api_call',
      at: site.at,
      target,
      method,
      provider,
      rule: RULE,
      confidence,
      within,
    });
    registerRequest(this.#linker, node, call.urls);
    if (within) graph.edge({ source: graph.function(within), target: node, kind: 'performs', rule: RULE, confidence });
  }

  /**
   * The verb in the options given to a wrapper that rearranges them before they reach the HTTP call: as it is written
   * in the call, GET where no options are given, undefined where they cannot be seen.
   */
  #methodPassed(site: ResolvedCall): string | undefined {
    const { expressions, texts } = this.#linker;
    const { file } = site.at;
    const [, ...options] = file.tree.children(file.tree.child(site.callNode, 1)).map((node) => ({ file, node }));
    const types = options.map((option) => expressions.typeOf(option));
    for (const option of options) {
      const method = propertyIn(expressions, option, 'method');
      if (method.node !== 0) return texts.exactText(method)?.toUpperCase();
    }
    const isPlain = types.every((type) => type.kind === 'object' && !hasSpread(type.at));
    return isPlain ? 'GET' : undefined;
  }

  /** What the calls of the function around a call of a wrapper, which passes its own parameter on, lead to. */
  #outerCalls(wrapper: Wrapper, args: readonly Location[], composition: UrlComposition, passes = 1): OuterCall[] {
    const { texts, callSites } = this.#linker;
    const evaluate = () => texts.withArguments(wrapper.fn, args, () => composition.evaluate());
    const argument = args[wrapper.position];
    const passedOn = argument
      ? texts.parametersIn(argument).flatMap((parameter) => this.#ownerOf(parameter) ?? [])[0]
      : undefined;
    if (!passedOn || passedOn.fn === wrapper.fn) return [];
    return callSites
      .callsOf(passedOn.fn)
      .slice(0, MAX_SITES)
      .flatMap((site) => {
        const outer = argumentsOf(site, passedOn.fn);
        if (this.#isLiteral(outer[passedOn.position])) return [texts.withArguments(passedOn.fn, outer, evaluate)];
        if (passes >= MAX_PASSES) return [];
        const further = this.#outerCalls(passedOn, outer, { url: [], evaluate }, passes + 1);
        return further.map((call) => ({ ...call, isFar: true }));
      });
  }

  #joinOuter(request: RequestFact, outer: readonly OuterCall[]): void {
    // One call that all of a front end goes through does not say which of its URLs a path leads to.
    const isHub = outer.length > MAX_ALTERNATIVES && outer.some(({ isFar }) => isFar === true);
    const confidence = isHub ? 'possible' : 'likely';
    const urlsOf = new Map<string, TextValue[]>();
    for (const { urls, methods } of outer) {
      for (const method of methods.length === 0 ? [request.method] : methods)
        for (const url of urls) pushTo(urlsOf, method, url);
    }
    for (const [method, urls] of urlsOf)
      this.#linker.facts.requests.push({ node: request.node, method, urls, confidence });
  }
}

function hasSpread({ file, node }: Location): boolean {
  return file.tree.children(node).some((child) => file.tree.kind(child) === Kind.Spread);
}

/** The arguments of a call by the position of the parameter; node 0 for those that are not passed. */
function argumentsOf(call: ResolvedCall, fn: FunctionSymbol): Location[] {
  const { file } = call.at;
  const nodes = file.tree.children(file.tree.child(call.callNode, 1));
  const isExtension = fn.file.tree.has(fn.node, Flag.Extension) && call.receiver.kind !== 'static';
  if (isExtension) nodes.unshift(call.receiverNode);
  return parametersOf(fn).map((_, index) => ({ file, node: nodes[index] ?? 0 }));
}
