import type { FastifyInstance } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import * as compare from '#protocol/compare.ts';
import * as exports from '#protocol/exports.ts';
import * as graph from '#protocol/graph.ts';
import * as http from '#protocol/http.ts';
import * as marks from '#protocol/marks.ts';
import * as scan from '#protocol/scan.ts';
import * as views from '#protocol/views.ts';
import { ValidationError } from './httpErrors.ts';

export const ScanParams = Type.Object({ scanId: Type.String({ minLength: 1, maxLength: 100 }) });
export const NodeParams = Type.Object({
  scanId: Type.String({ minLength: 1, maxLength: 100 }),
  nodeId: Type.String({ minLength: 1, maxLength: 500 }),
});

/** Schemas of answers that OpenAPI shows under their own names. */
const NAMED: object[] = [graph, scan, http, views, marks, compare, exports]
  .flatMap((module): unknown[] => Object.values(module))
  .filter((value): value is object => typeof value === 'object' && value !== null && '$id' in value);

/** Refers to a named schema of the protocol by its `$id`, typed as that schema. */
export function named<T extends TSchema>(schema: T) {
  const id = '$id' in schema ? String(schema.$id) : '';
  if (!id) throw new Error('only a schema with $id can be referred to');
  return Type.Unsafe<Static<T>>({ $ref: `${id}#` });
}

/** The answers that any route may give besides its own. */
export function answers<T extends Record<number, TSchema>>(own: T): T & { '4xx': TSchema; '5xx': TSchema } {
  return { ...own, '4xx': named(http.ErrorBody), '5xx': named(http.ErrorBody) };
}

/** Registers the protocol's schemas and validates requests with TypeBox, so that nothing is coerced in a body. */
export function useProtocolSchemas(app: FastifyInstance): void {
  for (const schema of NAMED) app.addSchema(withReferences(schema, true));
  // Answers are typed where they are made. Compiling a serializer for each takes two thirds of the server's start.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  // A compiled serialiser for each answer of each route would be two thirds of the time until the server is ready.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const check = Compile(schema);
    return (value: unknown) => {
      const converted = httpPart === 'body' ? value : Value.Convert(schema, value);
      if (check.Check(converted)) return { value: converted };
      return { error: validationError(httpPart ?? 'request', check.Errors(converted)) };
    };
  });
}

interface SchemaError {
  keyword: string;
  instancePath: string;
  message: string;
  params: object;
}

function validationError(part: string, errors: Iterable<SchemaError>): ValidationError {
  const [first] = errors;
  if (!first) return new ValidationError(part, '', 'does not fit the schema');
  const path = first.instancePath.split('/').filter((name) => name !== '');
  const missing = firstName(first.params, 'requiredProperties');
  const unknown = firstName(first.params, 'additionalProperties');
  const property = missing ?? unknown;
  // A property that the schema does not know has the schema `false`.
  const isUnknown = unknown !== undefined || first.keyword === 'boolean';
  const message = missing ? 'is missing' : isUnknown ? 'is not known' : (allowedValues(first.params) ?? first.message);
  return new ValidationError(part, [...path, ...(property ? [property] : [])].join('.').slice(0, 100), message);
}

/** What a value with a fixed choice may be. */
function allowedValues(params: object): string | undefined {
  const values: unknown = 'allowedValues' in params ? params.allowedValues : undefined;
  return Array.isArray(values) ? `use one of ${values.map(String).join(', ')}` : undefined;
}

/** The property that an error is about when its path names the object around it. */
function firstName(params: object, key: string): string | undefined {
  const names: unknown = Object.entries(params).find(([name]) => name === key)?.[1];
  return Array.isArray(names) && typeof names[0] === 'string' ? names[0] : undefined;
}

/** A copy of a schema in which each named schema inside is a reference, since an id may be declared only once. */
function withReferences(value: unknown, outermost = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item));
  if (typeof value !== 'object' || value === null) return value;
  if (!outermost && '$id' in value) return { $ref: `${String(value.$id)}#` };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withReferences(item)]));
}
