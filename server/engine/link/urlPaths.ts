/** URLs of calls and routes of endpoints, cut into segments and compared. */

/** A URL or route cut into what is compared. */
export interface Path {
  segments: Segment[];
  /** Literal host with its port, lower case; '' when relative or not known. */
  host: string;
}

interface Segment {
  /** As it is written. */
  source: string;
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

/** A URL template of a call. A placeholder at the very beginning is a base URL that is not known. */
export function parseUrl(text: string): Path {
  const { host, path } = splitUrl(text);
  return { host, segments: segmentsOf(path) };
}

/** The host of a URL, '' when it is relative or not known, and its path without base, query and fragment. */
export function splitUrl(text: string): { host: string; path: string } {
  const trimmed = text.trim();
  const absolute = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)/i.exec(trimmed);
  const host = (absolute?.[1] ?? '').toLowerCase();
  const rest = absolute ? trimmed.slice(absolute[0].length) : withoutBase(trimmed);
  return { host: host.includes('{') ? '' : host, path: rest.replace(/[?#].*$/s, '') };
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
export function parseRoute(text: string): Path {
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
    source: part,
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
export function scoreOf(path: Path, route: Path): string | undefined {
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

export function withoutApi(route: Path): Path | undefined {
  return route.segments[0]?.text === 'api' ? { host: '', segments: route.segments.slice(1) } : undefined;
}

export function isLocalHost(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(:\d+)?$/.test(host);
}
