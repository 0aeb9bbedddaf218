import { CONFIDENCES, type Confidence } from '#protocol/graph.ts';
import type { DraftNode } from '../graph/graphBuilder.ts';
import type { EndpointFact, Linker, RequestFact } from './linker.ts';
import { type Destination, Routing, type Ways } from './routing.ts';
import { mayBeSame, serves } from './services.ts';
import { isCSharp } from './sourceFile.ts';
import { isLocalHost, parseRoute, parseUrl, type Path, scoreOf, withoutApi } from './urlPaths.ts';

/** Providers whose relative URLs are sent to the server that the page came from. */
const BROWSER_ONLY = /^(fetch|XMLHttpRequest|jQuery|Angular)/i;

/** Candidates kept on an edge. */
const MAX_CANDIDATES = 5;

interface Match {
  endpoint: EndpointFact;
  /** Literal segments that agree, most significant first. */
  score: string;
  confidence: Confidence;
  how: string;
  /** Why it is not taken although the route fits; it stays a candidate. */
  rejected?: string;
}

/** Joins HTTP calls with the endpoints that serve them. */
export function joinRequests(linker: Linker): void {
  const joiner = new RequestJoiner(linker);
  for (const request of linker.facts.requests) joiner.join(request);
}

class RequestJoiner {
  readonly #linker: Linker;
  readonly #byMethod = new Map<string, EndpointFact[]>();
  readonly #routes = new Map<EndpointFact, Path>();
  readonly #routing: Routing;

  constructor(linker: Linker) {
    this.#linker = linker;
    this.#routing = new Routing(linker);
    for (const endpoint of linker.facts.endpoints) {
      const known = this.#byMethod.get(endpoint.method);
      if (known) known.push(endpoint);
      else this.#byMethod.set(endpoint.method, [endpoint]);
      this.#routes.set(endpoint, parseRoute(endpoint.route));
    }
  }

  join(request: RequestFact): void {
    const { graph } = this.#linker;
    const paths = request.urls.map((url) => ({ url, path: parseUrl(url.text) }));
    const usable = paths.filter(
      ({ url, path }) => url.text === '/' || path.segments.some((segment) => !segment.parameter),
    );
    if (request.method === '') {
      graph.unresolved(request.node, 'dynamic_url', 'the HTTP method is not known');
      return;
    }
    if (usable.length === 0) {
      graph.unresolved(
        request.node,
        'dynamic_url',
        `no literal part of the URL is known: ${request.node.target ?? ''}`,
      );
      return;
    }
    let joined = false;
    for (const { url, path } of usable) joined = this.#joinUrl(request, url, path) || joined;
    if (!joined)
      this.#explain(
        request,
        usable.map(({ path }) => path),
      );
  }

  #joinUrl(request: RequestFact, url: RequestFact['urls'][number], path: Path): boolean {
    if (path.host !== '' && !this.#isServed(path.host) && url.parts.length === 0) return false;
    const matches = this.#matches(request, url.text, path);
    const [first] = matches;
    if (!first || first.rejected !== undefined) return false;
    const best = matches.filter(
      (match) => match.rejected === undefined && match.score === first.score && match.confidence === first.confidence,
    );
    const rejected = matches
      .filter((match) => !best.includes(match))
      .slice(0, MAX_CANDIDATES)
      .map((match) => candidate(match, match.rejected ?? 'less specific route'));
    if (best.length === 1) {
      const most = request.confidence ?? (this.#isForeign(path.host) ? 'likely' : 'certain');
      const confidence = weaker(weaker(first.confidence, most), first.endpoint.node.confidence);
      this.#draw(request.node, first, confidence, url, rejected);
      return true;
    }
    for (const match of best) {
      const others = best.filter((other) => other !== match).map((other) => candidate(other, 'equally specific route'));
      this.#draw(request.node, match, 'possible', url, [...others, ...rejected].slice(0, MAX_CANDIDATES));
    }
    this.#linker.graph.unresolved(
      request.node,
      'ambiguous',
      `${best.length} endpoints fit ${request.method} ${url.text}`,
    );
    return true;
  }

  #draw(
    source: DraftNode,
    match: Match,
    confidence: Confidence,
    url: RequestFact['urls'][number],
    candidates: ReturnType<typeof candidate>[],
  ): void {
    const composed = url.parts.length === 0 ? '' : ` (${url.parts.join('; ')})`;
    this.#linker.graph.edge({
      source,
      target: match.endpoint.node,
      kind: 'requests',
      rule: 'http_route',
      confidence,
      detail: `${match.endpoint.method} ${url.text} is served by /${match.endpoint.route}${match.how}${composed}`,
      candidates,
    });
  }

  /** Endpoints that fit, best first: with known prefixes first, then without `api` on one side. */
  #matches(request: RequestFact, url: string, path: Path): Match[] {
    const bases = [...(this.#linker.facts.basePaths.get(request.node.file.root) ?? [])];
    const variants = [
      { url, how: '' },
      ...bases.map((base) => ({ url: belowBase(base, path), how: `, below the base path ${base}` })),
    ];
    for (const variant of variants) {
      const found = this.#reached(request, this.#routing.waysOf(request, variant.url), variant.how);
      if (found.length > 0) return found;
    }
    return this.#withoutPrefix(
      request,
      path,
      variants.map((variant) => parseUrl(variant.url)),
    );
  }

  /** What a URL reaches: through a proxy of the caller's package, through a gateway, or directly. */
  #reached(request: RequestFact, ways: Ways, how: string): Match[] {
    const arrive = (destination: Destination) => this.#arriving(request, destination, how);
    for (const destination of ways.proxied) {
      const found = arrive(destination);
      if (found.length > 0) return found;
    }
    const direct = arrive(ways.direct);
    const behind = ways.throughGateway.flatMap(arrive);
    const [first] = behind;
    if (!first) return direct;
    if (ways.isGatewayCertain) return behind;
    // Nothing says whether the call goes to the gateway.
    const contradicts = direct[0] !== undefined && !behind.some((match) => match.endpoint === direct[0]?.endpoint);
    if (!contradicts) return behind.map((match) => ({ ...match, confidence: weaker(match.confidence, 'likely') }));
    return [...behind, ...direct].map((match) => ({ ...match, score: first.score, confidence: 'possible' }));
  }

  #arriving(request: RequestFact, { path, programs, how }: Destination, below: string): Match[] {
    const found = this.#fitting(
      request.method,
      path,
      (endpoint) => [this.#routeOf(endpoint), this.#prefixedRoute(endpoint)],
      { confidence: 'certain', how: `${below}${how}` },
    );
    return this.#ofPrograms(request, found, programs);
  }

  /** Without `api` in the URL, or in the route. */
  #withoutPrefix(request: RequestFact, path: Path, variants: readonly Path[]): Match[] {
    if (!path.segments.some((segment) => !segment.parameter && segment.text !== 'api')) return [];
    const programs = this.#routing.services.at(path.host);
    const trimmed = variants.flatMap((variant) =>
      variant.segments[0]?.text === 'api' ? [{ ...variant, segments: variant.segments.slice(1) }] : [],
    );
    for (const shorter of trimmed) {
      const variant = { confidence: 'likely' as const, how: ', without the prefix api' };
      const found = this.#fitting(request.method, shorter, (endpoint) => [this.#routeOf(endpoint)], variant);
      if (found.length > 0) return this.#ofPrograms(request, found, programs);
    }
    const variant = { confidence: 'likely' as const, how: ', below the prefix api' };
    const found = this.#fitting(request.method, path, (endpoint) => [withoutApi(this.#routeOf(endpoint))], variant);
    return this.#ofPrograms(request, found, programs);
  }

  /**
   * Prefers the endpoints of the programs that a URL's host names; of the caller's own program where it names none.
   * Where several programs serve the URL, the best route is no more than likely.
   */
  #ofPrograms(request: RequestFact, matches: Match[], programs: ReadonlySet<string> | undefined): Match[] {
    const { services } = this.#routing;
    const ownersOf = (match: Match) => services.of(match.endpoint.node.file);
    if (programs) {
      const inside = matches.filter((match) => ownersOf(match)?.some((folder) => programs.has(folder)) ?? true);
      const outside = matches.filter((match) => !inside.includes(match));
      if (inside.length === 0) return outside.map((match) => ({ ...match, confidence: 'possible' }));
      return [...inside, ...outside.map((match) => ({ ...match, rejected: 'served at another base address' }))];
    }
    const own = this.#isFromPage(request) ? this.#ownMatches(request, matches) : [];
    const chosen = own.length > 0 ? own : matches;
    const others = matches.filter((match) => !chosen.includes(match));
    const isSameOrigin = own.length > 0 && BROWSER_ONLY.test(request.node.provider ?? '');
    const first = chosen[0];
    const isShared =
      first !== undefined &&
      matches.some((match) => !mayBeSame(ownersOf(first), ownersOf(match)) && literals(match) >= literals(first));
    const most = isShared && !isSameOrigin ? 'likely' : 'certain';
    return [
      ...chosen.map((match) => ({ ...match, confidence: weaker(match.confidence, most) })),
      ...others.map((match) => ({ ...match, rejected: 'served by another program' })),
    ];
  }

  /** A relative URL that a page sends goes to the program the page came from; server code has no such origin. */
  #isFromPage({ node, urls }: RequestFact): boolean {
    return !isCSharp(node.file) && urls.every(({ text }) => text.startsWith('/'));
  }

  /** The endpoints of the program around the caller, where no other program serves the URL by a more literal route. */
  #ownMatches(request: RequestFact, matches: readonly Match[]): Match[] {
    const { services } = this.#routing;
    const folder = services.folderOf(request.node.file);
    const most = Math.max(...matches.map(literals));
    const own = matches.filter((match) => serves(services.of(match.endpoint.node.file), folder));
    return own.some((match) => literals(match) >= most) ? own : [];
  }

  #routeOf(endpoint: EndpointFact): Path {
    return this.#routes.get(endpoint) ?? parseRoute(endpoint.route);
  }

  #prefixedRoute(endpoint: EndpointFact): Path | undefined {
    if (endpoint.globalPrefix === '') return undefined;
    return parseRoute(`${endpoint.globalPrefix}/${endpoint.route}`);
  }

  #fitting(
    method: string,
    path: Path,
    routesOf: (endpoint: EndpointFact) => (Path | undefined)[],
    variant: { confidence: Confidence; how: string },
  ): Match[] {
    const endpoints = [...(this.#byMethod.get(method) ?? []), ...(this.#byMethod.get('ANY') ?? [])];
    const found: Match[] = [];
    for (const endpoint of endpoints) {
      const scores = routesOf(endpoint).flatMap((route) => (route ? (scoreOf(path, route) ?? []) : []));
      if (scores.length === 0) continue;
      const score = scores.sort().at(-1) as string;
      // A route of parameters alone takes any path: that it takes this one says little.
      const isAnyPath = score !== '' && !score.includes('b');
      found.push({ endpoint, score, ...variant, confidence: isAnyPath ? 'possible' : variant.confidence });
    }
    return found.sort((a, b) => (a.score < b.score ? 1 : a.score > b.score ? -1 : 0));
  }

  #isServed(host: string): boolean {
    return (
      isLocalHost(host) || this.#linker.facts.servedHosts.has(host) || this.#routing.services.at(host) !== undefined
    );
  }

  /** A host that nothing says is the workspace's own. */
  #isForeign(host: string): boolean {
    return host !== '' && !this.#isServed(host);
  }

  #explain(request: RequestFact, paths: readonly Path[]): void {
    const { graph } = this.#linker;
    const foreign = paths.find((path) => path.host !== '' && !this.#isServed(path.host));
    if (foreign)
      graph.unresolved(request.node, 'external_host', `the host ${foreign.host} is not served by the scanned code`);
    else
      graph.unresolved(
        request.node,
        'no_endpoint_matches',
        `no endpoint serves ${request.method} ${request.node.target ?? ''}`,
      );
  }
}

/** Number of literal segments that agree. */
function literals({ score }: Match): number {
  return score.split('b').length - 1;
}

function candidate(match: Match, reason: string) {
  return { node: match.endpoint.node, reason: `${reason}: ${match.endpoint.method} /${match.endpoint.route}` };
}

function weaker(a: Confidence, b: Confidence): Confidence {
  return CONFIDENCES.indexOf(a) > CONFIDENCES.indexOf(b) ? a : b;
}

/** The URL of a path below a base path or base URL. */
function belowBase(base: string, path: Path): string {
  const rest = path.segments.map((segment) => segment.source).join('/');
  return `${base.replace(/\/+$/, '')}/${rest}`;
}
