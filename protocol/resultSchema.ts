import { RESULT_FORMAT, ScanResult } from './graph.ts';

/**
 * The JSON Schema (2020-12) of the result file, for readers in any language. Schemas that have a name are definitions
 * of their own.
 */
export function resultJsonSchema(): object {
  const definitions: Record<string, unknown> = {};
  const { $id: _name, ...schema } = withDefinitions(ScanResult, definitions, true);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:pinata:${RESULT_FORMAT}`,
    title: 'Result of a Pinata scan',
    ...schema,
    $defs: Object.fromEntries(Object.entries(definitions).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function withDefinitions(
  value: object,
  definitions: Record<string, unknown>,
  outermost = false,
): Record<string, unknown> {
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, definedIn(item, definitions)]);
  const schema = Object.fromEntries(entries);
  const { $id: name, ...rest } = schema;
  if (outermost || typeof name !== 'string') return schema;
  definitions[name] = rest;
  return { $ref: `#/$defs/${name}` };
}

function definedIn(value: unknown, definitions: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => definedIn(item, definitions));
  return typeof value === 'object' && value !== null ? withDefinitions(value, definitions) : value;
}
