import type { GraphNode } from '#protocol/graph.ts';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import type { ListedEndpoint } from '../store/resultIndex.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { oneLine } from './escape.ts';
import { placeOf } from './labels.ts';
import { openapiPath, type PathTemplate } from './openapiPath.ts';

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** An endpoint of the code where an operation of the document stands for several. */
interface Source {
  place: string;
  callers: number;
  reads: string[];
  writes: string[];
  confidence: GraphNode['confidence'];
}
interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters: object[];
  responses: object;
  'x-pinata': { sources: Source[] };
}
interface PathItem {
  path: string;
  operations: Map<string, Operation>;
}

/**
 * OpenAPI 3.1 of the endpoints: paths, verbs and path parameters are what static reading knows of them. Endpoints that
 * OpenAPI has no words for, such as hubs and gRPC methods, are listed in `x-pinata-other-endpoints`.
 */
export async function* openapiExport(result: ResultReader): AsyncIterable<string> {
  const items = new Map<string, PathItem>();
  const others: { name: string; place: string }[] = [];
  const ids = new Set<string>();
  for await (const endpoints of result.items('endpoints')) {
    for (const endpoint of endpoints) {
      const node = result.node(endpoint.node);
      if (!node) continue;
      const method = node.method?.toLowerCase() ?? '';
      const template = METHODS.has(method) ? openapiPath(node.target ?? '') : undefined;
      if (!template) others.push({ name: oneLine(node.name), place: oneLine(placeOf(node)) });
      else add(items, ids, method, template, node, endpoint);
    }
  }
  const info = {
    title: result.head.roots.map((root) => oneLine(root.name)).join(', ') || 'Endpoints',
    version: '0',
    description: `Endpoints found in the source by Pinata ${PRODUCT_VERSION}.`,
  };
  yield `{"openapi":"3.1.0",\n"info":${JSON.stringify(info)},\n"paths":{`;
  let separator = '\n';
  for (const { path, operations } of items.values()) {
    yield `${separator}${JSON.stringify(path)}:${JSON.stringify(Object.fromEntries(operations))}`;
    separator = ',\n';
  }
  yield `},\n"x-pinata-other-endpoints":${JSON.stringify(others)}}\n`;
}

function add(
  items: Map<string, PathItem>,
  ids: Set<string>,
  method: string,
  template: PathTemplate,
  node: GraphNode,
  endpoint: ListedEndpoint,
): void {
  // Paths that differ only in the names of parameters are the same path.
  const item = items.get(template.shape) ?? { path: template.path, operations: new Map<string, Operation>() };
  items.set(template.shape, item);
  const source: Source = {
    place: oneLine(placeOf(node)),
    callers: endpoint.callers.length,
    reads: endpoint.reads,
    writes: endpoint.writes,
    confidence: node.confidence,
  };
  const known = item.operations.get(method);
  if (known) {
    known['x-pinata'].sources.push(source);
    return;
  }
  // Parameters are named as in the path that is written, which another endpoint may have given.
  const parameters = (openapiPath(item.path) ?? template).parameters;
  item.operations.set(method, {
    operationId: uniqueId(node, method, template, ids),
    summary: oneLine(node.name),
    tags: [oneLine(node.symbol?.split('.').at(-2) ?? node.file)],
    parameters: parameters.map((name, index) => ({
      name,
      in: 'path',
      required: true,
      schema: template.schemas[index] ?? { type: 'string' },
    })),
    responses: { default: { description: 'Not known from the source' } },
    'x-pinata': { sources: [source] },
  });
}

function uniqueId(node: GraphNode, method: string, template: PathTemplate, ids: Set<string>): string {
  const symbol = node.symbol?.split('.').slice(-2).join('_') ?? `${method}_${template.path}`;
  const base = symbol.replaceAll(/\W+/g, '_').replaceAll(/^_+|_+$/g, '') || method;
  let id = base;
  for (let number = 2; ids.has(id); number++) id = `${base}_${number}`;
  ids.add(id);
  return id;
}
