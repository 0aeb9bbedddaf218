import type { Confidence } from '#protocol/graph.ts';
import type { DraftNode } from '../graph/graphBuilder.ts';
import type { EndpointFact, Linker, RequestFact } from './linker.ts';

/** A URL or route cut into what is compared. */
interface Path {
  segments: Segment[];
  /** Literal host, '' when relative. */
  host: string;
}
interface Segment {
  /** Lower-case literal text, '' for a parameter. */
  text: string;
  /** Whether the whole segment is a parameter. */
  parameter: boolean;
  /** Literal text before a placeholder that may as well be a query string: `folders` in `folders{query}`. */
  stem: string;
  optional: boolean;
  catchAll: boolean;
  /** What a segment with parameters and literal text in it takes: `v1` for `v{version}`. */
  pattern: RegExp | undefined;
}

interface Match {
  endpoint: EndpointFact;
  /** Literal segments that agree, most significant first. */
  score: string;
  confidence: Confidence;
  how: string;
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

  constructor(linker: Linker) {
    this.#linker = linker;
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
    const matches = this.#matches(request, path);
    const best = matches.filter(
      (match) => match.score === matches[0]?.score && match.confidence === matches[0]?.confidence,
    );
    const first = best[0];
    if (!first) return false;
    const rejected = matches
      .slice(best.length, best.length + 5)
      .map((match) => candidate(match, 'less specific route'));
    if (best.length === 1) {
      this.#draw(
        request.node,
        first,
        first.confidence === 'certain' ? (request.confidence ?? 'certain') : first.confidence,
        url,
        rejected,
      );
      return true;
    }
    for (const match of best) {
      const others = best.filter((other) => other !== match).map((other) => candidate(other, 'equally specific route'));
      this.#draw(request.node, match, 'possible', url, others);
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
  #matches(request: RequestFact, path: Path): Match[] {
    const bases = [...(this.#linker.facts.basePaths.get(request.node.file.root) ?? [])];
    const variants: { path: Path; confidence: Confidence; how: string }[] = [
      { path, confidence: 'certain', how: '' },
      ...bases.map((base) => ({
        path: withBase(base, path),
        confidence: 'certain' as const,
        how: `, below the base path ${base}`,
      })),
    ];
    for (const variant of variants) {
      const found = this.#fitting(
        request.method,
        variant.path,
        (endpoint) => [this.#routeOf(endpoint), this.#prefixedRoute(endpoint)],
        variant,
      );
      if (found.length > 0) return found;
    }
    if (!path.segments.some((segment) => !segment.parameter && segment.text !== 'api')) return [];
    const trimmed = variants.flatMap((variant) =>
      variant.path.segments[0]?.text === 'api' ? [{ ...variant.path, segments: variant.path.segments.slice(1) }] : [],
    );
    for (const shorter of trimmed) {
      const variant = { confidence: 'likely' as const, how: ', without the prefix api' };
      const found = this.#fitting(request.method, shorter, (endpoint) => [this.#routeOf(endpoint)], variant);
      if (found.length > 0) return found;
    }
    const variant = { confidence: 'likely' as const, how: ', below the prefix api' };
    return this.#fitting(request.method, path, (endpoint) => [withoutApi(this.#routeOf(endpoint))], variant);
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
    return isLocalHost(host) || this.#linker.facts.servedHosts.has(host);
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

function candidate(match: Match, reason: string) {
  return { node: match.endpoint.node, reason: `${reason}: ${match.endpoint.method} /${match.endpoint.route}` };
}

/** A URL template of a call. A placeholder at the very beginning is a base URL that is not known. */
function parseUrl(text: string): Path {
  let rest = text.trim();
  let host = '';
  const absolute = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)/i.exec(rest);
  if (absolute) {
    host = (absolute[1] ?? '').toLowerCase();
    rest = rest.slice(absolute[0].length);
  } else {
    rest = withoutBase(rest);
  }
  return { host: host.includes('{') ? '' : host, segments: segmentsOf(rest.replace(/[?#].*$/s, '')) };
}

/** Leaves out a placeholder in front that stands for a base URL: by its name, or because `api` follows it. */
function withoutBase(text: string): string {
  const leading = /^\{([^}]*)\}/.exec(text);
  if (!leading) return text;
  const rest = text.slice(leading[0].length);
  const isBase =
    /url|uri|base|host|root|server|endpoint|api|origin|prefix|domain/i.test(leading[1] ?? '') ||
    /^\/?api\//i.test(rest);
  return isBase ? rest : text;
}

/** A route template: `{id:int}`, `:id`, `[id]`, `{id?}`, `{*path}`, `[...path]`. */
function parseRoute(text: string): Path {
  return { host: '', segments: segmentsOf(text) };
}

function segmentsOf(path: string): Segment[] {
  return path
    .split(/\/(?![^{]*\})/)
    .filter((part) => part !== '' && part !== '.')
    .map(toSegment);
}

function toSegment(part: string): Segment {
  const parameter = /^(\{[^}]*\}|:[^/]+|\[[^\]]+\]|<[^>]+>)$/.test(part);
  const catchAll = /^(\{\*|\[\.\.\.|\[\[\.\.\.|:.+\*$|\*$)/.test(part);
  const optional = /^(\{[^}]*\?\}|:[^/]+\?|\[\[)/.test(part) || /^\{[^}]*=[^}]*\}$/.test(part);
  const stem = /^([^{}]*\w)\{[^}]*\}$/.exec(part)?.[1]?.toLowerCase() ?? '';
  const pattern = parameter || !/\{[^{}]+\}/.test(part) ? undefined : mixedPattern(part);
  return {
    text: parameter || catchAll ? '' : part.toLowerCase(),
    parameter: parameter || catchAll,
    stem,
    optional,
    catchAll,
    pattern,
  };
}

/** `v{version:apiVersion}` as a pattern, an API version being a number. */
function mixedPattern(part: string): RegExp {
  const pieces = part.toLowerCase().split(/(\{[^{}]*\})/);
  const text = pieces.map((piece) => {
    if (!piece.startsWith('{')) return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return piece.endsWith(':apiversion}') ? '\\d+(?:\\.\\d+)?' : '.+';
  });
  return new RegExp(`^${text.join('')}$`);
}

/** How well a call's path fits a route: one letter a segment, `b` literal, `a` parameter; undefined when it does not. */
function scoreOf(path: Path, route: Path): string | undefined {
  let score = '';
  for (const [index, expected] of route.segments.entries()) {
    const actual = path.segments[index];
    if (expected.catchAll) return `${score}a`;
    if (!actual) {
      if (!expected.optional) return undefined;
      continue;
    }
    if (expected.pattern && !actual.parameter && (expected.pattern.test(actual.text) || actual.stem === expected.stem))
      score += 'b';
    else if (actual.stem !== '' && index === path.segments.length - 1) {
      if (expected.text !== actual.stem) return undefined;
      score += 'b';
    } else if (expected.parameter) score += actual.parameter ? 'a5' : 'a4';
    else if (!actual.parameter && actual.text === expected.text) score += 'b';
    else return undefined;
  }
  return path.segments.length > route.segments.length ? undefined : score;
}

function withBase(base: string, path: Path): Path {
  return { host: path.host, segments: [...parseUrl(base).segments, ...path.segments] };
}

function withoutApi(route: Path): Path | undefined {
  return route.segments[0]?.text === 'api' ? { host: '', segments: route.segments.slice(1) } : undefined;
}

function isLocalHost(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(:\d+)?$/.test(host);
}
