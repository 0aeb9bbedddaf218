/** Rules of development proxies and gateways: which paths they take, where they send them, and as which path. */

/** A rule that sends requests on to another program. */
export interface Rewrite {
  /** Folder, `root/…`, of the front end whose development server, or the gateway, that applies the rule. */
  folder: string;
  /** The rule for people: `proxy.conf.json`, `the route orders of Gateway/appsettings.json`. */
  source: string;
  /** Verbs the rule is for, upper case; empty for all. */
  methods: readonly string[];
  /** URLs of the programs requests are sent to; empty where they are not known. */
  targets: readonly string[];
  /** The path a request is sent on with, undefined when the rule does not take it. */
  apply(path: string): string | undefined;
}

/** A piece of a template: literal text, or a parameter; a catch-all takes the rest of the path. */
type Piece = { literal: string } | { parameter: string; catchAll: boolean };

/**
 * What stands for the parameters of a template in a path, undefined when the path does not fit. Templates are those of
 * YARP (`/a/{id}/{**rest}`), Ocelot (`/a/{everything}`) and Next.js (`/a/:id/:path*`); letter case does not count.
 * @param lastTakesRest whether a parameter at the end takes the rest of the path, as it does for Ocelot
 */
export function matchTemplate(template: string, path: string, lastTakesRest = false): Map<string, string> | undefined {
  const pieces = piecesOf(template);
  const segments = segmentsOf(path);
  const found = new Map<string, string>();
  for (const [index, piece] of pieces.entries()) {
    if ('literal' in piece) {
      if (segments[index]?.toLowerCase() !== piece.literal.toLowerCase()) return undefined;
    } else if (piece.catchAll || (lastTakesRest && index === pieces.length - 1)) {
      found.set(piece.parameter, segments.slice(index).join('/'));
      return found;
    } else {
      const segment = segments[index];
      if (segment === undefined) return undefined;
      found.set(piece.parameter, segment);
    }
  }
  return segments.length === pieces.length ? found : undefined;
}

/** A template with its parameters replaced; those that are not known stay placeholders. */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): string {
  const pieces = piecesOf(template).map((piece) =>
    'literal' in piece ? piece.literal : (values.get(piece.parameter) ?? `{${piece.parameter}}`),
  );
  return `/${pieces.filter((piece) => piece !== '').join('/')}`;
}

/** Templates with more literal segments are tried first, as gateways do. */
export function literalCount(template: string): number {
  return piecesOf(template).filter((piece) => 'literal' in piece).length;
}

function piecesOf(template: string): Piece[] {
  return segmentsOf(template).map((segment) => {
    const braced = /^\{(\*{0,2})([^}:?]+)[^}]*\}$/.exec(segment);
    if (braced) return { parameter: braced[2] ?? '', catchAll: braced[1] !== '' };
    const colon = /^:(\w+)(?:\([^)]*\))?([*+]?)$/.exec(segment);
    if (colon) return { parameter: colon[1] ?? '', catchAll: colon[2] !== '' };
    return { literal: segment };
  });
}

function segmentsOf(path: string): string[] {
  return path
    .replace(/[?#].*$/s, '')
    .split(/\/(?![^{]*\})/)
    .filter((segment) => segment !== '');
}

/**
 * The rule of a development proxy for a context such as `/api`, `/api/**` or `^/api/.*`, undefined for one that cannot
 * be read.
 * @param rewrite the path sent on for a path that was taken
 */
export function prefixRule(context: string, rewrite: (path: string) => string): Rewrite['apply'] | undefined {
  const prefix = literalPrefix(context);
  if (prefix === undefined) return undefined;
  return (path) => (startsBelow(path, prefix) ? rewrite(path) : undefined);
}

/**
 * The literal text a context or simple regular expression begins with: `/api` of `/api/**`, `^/api/` and `^\/api/.*`.
 * Others are not read, so that no expression of a workspace is ever executed.
 */
export function literalPrefix(context: string): string | undefined {
  const text = context.replace(/^\^/, '').replaceAll('\\/', '/').replaceAll('\\.', '.');
  const literal = text.replace(/\/?(\*\*?|\(\.\*\)|\.\*|\(\.\*\)\$|\.\*\$)?\$?$/, '');
  return /^[\w\-./~@]*$/.test(literal) ? literal : undefined;
}

function startsBelow(path: string, prefix: string): boolean {
  const bare = prefix.replace(/\/+$/, '').toLowerCase();
  const lower = path.toLowerCase();
  return bare === '' || lower === bare || lower.startsWith(`${bare}/`);
}

/** A path with the literal text it begins with replaced, as `path.replace(/^\/api/, '')` does. */
export function replacePrefix(path: string, pattern: string, replacement: string): string {
  const prefix = literalPrefix(pattern);
  const bare = prefix?.replace(/\/+$/, '');
  if (prefix === undefined || bare === undefined || !startsBelow(path, bare)) return path;
  const rest = path.slice(bare.length);
  return `/${`${replacement.replace(/\$\d/g, '')}/${rest}`
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;
}
