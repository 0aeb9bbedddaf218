import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import type { ConfigFile } from '../discover/discover.ts';
import { readJsonFile, readTextFile } from './jsonFiles.ts';

const Operation = Type.Object({
  operationId: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
});
const Document = Type.Object({
  servers: Type.Optional(Type.Array(Type.Object({ url: Type.String() }))),
  basePath: Type.Optional(Type.String()),
  paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
});
const document = Compile(Document);
const operation = Compile(Operation);

const FILE = /(openapi|swagger).*\.(json|ya?ml)$/i;
const VERB = /^(get|put|post|delete|options|head|patch|trace)$/;

/** One operation that an OpenAPI document describes. */
export interface OpenApiOperation {
  /** As the document writes it. */
  operationId: string;
  tags: readonly string[];
  /** Verb, upper case. */
  method: string;
  /** Path template below the path of the document's first server. */
  path: string;
  /** The document: root and file. */
  source: string;
}

/** The operations of the OpenAPI and Swagger documents of a workspace that have an id. */
export function readOpenApiFiles(configs: readonly ConfigFile[]): OpenApiOperation[] {
  return configs.flatMap((config) => {
    if (!FILE.test(posix.basename(config.file))) return [];
    const value = /\.json$/i.test(config.file) ? readJsonFile(config) : readYaml(config);
    return document.Check(value) ? operationsOf(value, `${config.root}/${config.file}`) : [];
  });
}

function operationsOf(value: Static<typeof Document>, source: string): OpenApiOperation[] {
  const server = value.basePath ?? value.servers?.[0]?.url ?? '';
  const base = server.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\/+$/, '');
  return Object.entries(value.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([verb, described]) => {
      if (!VERB.test(verb) || !operation.Check(described) || described.operationId === undefined) return [];
      const { operationId, tags = [] } = described;
      return [{ operationId, tags, method: verb.toUpperCase(), path: `${base}${path}`, source }];
    }),
  );
}

function readYaml(config: ConfigFile): unknown {
  try {
    return parse(readTextFile(config));
  } catch {
    return undefined;
  }
}
