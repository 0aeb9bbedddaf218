/** A route as OpenAPI writes it. */
export interface PathTemplate {
  path: string;
  /** The path with its parameters' names left out. */
  shape: string;
  parameters: string[];
  /** JSON Schema of each parameter. */
  schemas: object[];
}

/** Types by route constraint of ASP.NET Core; https://learn.microsoft.com/aspnet/core/fundamentals/routing. */
const CONSTRAINTS: Readonly<Record<string, object>> = {
  int: { type: 'integer', format: 'int32' },
  long: { type: 'integer', format: 'int64' },
  bool: { type: 'boolean' },
  decimal: { type: 'number' },
  double: { type: 'number' },
  float: { type: 'number' },
  guid: { type: 'string', format: 'uuid' },
  datetime: { type: 'string', format: 'date-time' },
};

/** `{name}`, `{**name:constraint=default?}`, `:name(pattern)`, `[...name]` and `*`. */
const PARAMETER =
  /\{\*{0,2}(?<braced>[^{}:=?]*)(?::(?<constraint>[^{}=?(]*))?[^{}]*\}|:(?<colon>[A-Za-z_]\w*)(?:\([^)]*\))?[?*+]?|\[+(?:\.{3})?(?<bracket>\w+)\]+|(?<star>\*+\w*)/g;

/**
 * The route of an endpoint as a path template; undefined for what is no path, such as the name of a gRPC method.
 * Query and fragment are left out.
 */
export function openapiPath(route: string): PathTemplate | undefined {
  const text = route.split(/[?#](?![^{]*\})/, 1)[0] ?? '';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  const parameters: string[] = [];
  const schemas: object[] = [];
  const pieces = `/${text.replace(/^\/+/, '')}`.split(PARAMETER_SPLIT).filter((piece) => piece !== '');
  const path: string[] = [];
  const shape: string[] = [];
  for (const piece of pieces) {
    const groups = matchParameter(piece);
    if (!groups) {
      const literal = piece.split('/').map(encodeSegment).join('/');
      path.push(literal);
      shape.push(literal);
      continue;
    }
    const name = uniqueName(groups.name, parameters);
    parameters.push(name);
    schemas.push(groups.schema);
    path.push(`{${name}}`);
    shape.push('{}');
  }
  return { path: path.join(''), shape: shape.join(''), parameters, schemas };
}

/** The same pattern as one capturing group, so that `split` keeps the parameters. */
const PARAMETER_SPLIT = new RegExp(`(${PARAMETER.source.replaceAll(/\?<\w+>/g, '?:')})`, 'g');
const WHOLE_PARAMETER = new RegExp(`^(?:${PARAMETER.source})$`);

function matchParameter(piece: string): { name: string; schema: object } | undefined {
  const groups = WHOLE_PARAMETER.exec(piece)?.groups;
  if (!groups) return undefined;
  const name = groups['braced'] ?? groups['colon'] ?? groups['bracket'] ?? 'rest';
  return { name, schema: CONSTRAINTS[groups['constraint'] ?? ''] ?? { type: 'string' } };
}

function uniqueName(name: string, taken: readonly string[]): string {
  const base = name.replaceAll(/[^\w.-]+/g, '_').replaceAll(/^_+|_+$/g, '') || 'parameter';
  let unique = base;
  for (let number = 2; taken.includes(unique); number++) unique = `${base}_${number}`;
  return unique;
}

/** Braces stand for parameters only; everything else that a path may not hold is percent-encoded. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}
