import type { EngineResult } from '#engine/scan.ts';
import type { EntitySchema, GraphEdge, GraphNode, NodeKind, Workflow } from '#protocol/graph.ts';

const TABLES = 500;
const COLUMNS = 12;
const AREAS = ['orders', 'invoices', 'customers', 'products', 'shipments', 'payments', 'reviews', 'stocks'];

interface Place {
  file: string;
  line: number;
}

/**
 * A result as large as a large company's: five operations a workflow (button, call, endpoint, database operation,
 * cache), two functions between them, 500 tables.
 */
export function generatedResult(workflows: number): EngineResult {
  const graph = new GeneratedGraph();
  const tables = Array.from({ length: TABLES }, (_, index) => graph.table(index));
  for (let index = 0; index < workflows; index += 1) graph.workflow(index, tables);
  const scannedFiles = [...new Set(graph.nodes.map((node) => `bench/${node.file}`))].toSorted();
  return {
    cancelled: false,
    phases: { discovering: 900, scanning: 31_000, linking: 12_000 },
    files: { found: scannedFiles.length, scanned: scannedFiles.length, skipped: [], failed: [] },
    scannedFiles,
    nodes: graph.nodes,
    edges: graph.edges,
    workflows: graph.workflows,
    schemas: Array.from({ length: TABLES }, (_, index) => schema(index)),
    unresolved: graph.nodes
      .filter((node, index) => node.kind === 'api_call' && index % 20 === 0)
      .map((node) => ({ node: node.id, reason: 'external_host', detail: 'api.example.com is none of the folders' })),
    suppressed: [],
    notices: [],
  };
}

class GeneratedGraph {
  readonly nodes: GraphNode[] = [];
  readonly edges: GraphEdge[] = [];
  readonly workflows: Workflow[] = [];

  table(index: number): GraphNode {
    return this.#node('table', tableName(index), { file: `api/Entities/${entityName(index)}.cs`, line: 5 });
  }

  workflow(index: number, tables: readonly GraphNode[]): void {
    const area = AREAS[index % AREAS.length] ?? 'orders';
    const page = Math.floor(index / 12);
    const template = { file: `web/src/${area}/page${page}.component.html`, line: 3 + (index % 12) * 7 };
    const service = { file: `web/src/${area}/page${page}.service.ts`, line: 10 + (index % 12) * 9 };
    const controller = { file: `api/Controllers/${area}${page}Controller.cs`, line: 20 + (index % 12) * 11 };
    const repository = { file: `api/Data/${area}${page}Repository.cs`, line: 15 + (index % 12) * 8 };
    const writes = index % 3 === 0;
    const route = `/api/${area}/${page}/action${index}`;
    const entry = this.#node('ui_action', `(click) save${index}`, template, { target: `save${index}` });
    const save = this.#node('function', `Page${page}.save${index}`, service);
    const call = this.#node('api_call', `POST ${route}`, service, { target: route, method: 'POST' });
    const endpoint = this.#node('api_endpoint', `POST ${route}`, controller, { target: route, method: 'POST' });
    const handler = this.#node('function', `${area}${page}Controller.Save${index}`, controller);
    const cache = this.#node('cache_read', `${area}:${index % 400}`, repository, { target: `${area}:${index % 400}` });
    const table = tables[index % tables.length];
    const data = this.#node(writes ? 'database_write' : 'database_read', table?.name ?? '', repository, {
      target: table?.name ?? '',
    });
    const chain = [entry, save, call, endpoint, handler, cache];
    const steps: Workflow['steps'] = [{ node: entry.id }];
    for (const [place, node] of chain.entries()) {
      const above = chain[place - 1];
      if (above) steps.push({ node: node.id, edge: this.#edge(above, node) });
    }
    steps.push({ node: data.id, edge: this.#edge(handler, data) });
    if (table) steps.push({ node: table.id, edge: this.#edge(data, table) });
    this.workflows.push({
      id: entry.id,
      name: `Save ${area} ${index} on page ${page}`,
      entry: entry.id,
      steps,
      reads: writes ? [] : [table?.name ?? ''],
      writes: writes ? [table?.name ?? ''] : [],
      confidence: index % 10 === 0 ? 'likely' : 'certain',
      story: `The user saves. It sends POST ${route}. The server answers. It ${writes ? 'writes' : 'reads'} ${table?.name}.`,
    });
  }

  #node(kind: NodeKind, name: string, { file, line }: Place, more: Partial<GraphNode> = {}): GraphNode {
    const node: GraphNode = {
      id: `n${this.nodes.length.toString(16).padStart(15, '0')}`,
      kind,
      name,
      root: 'bench',
      file,
      start_line: line,
      start_column: 5,
      end_line: line,
      end_column: 60,
      rule: `bench.${kind}`,
      confidence: 'certain',
      symbol: `Bench.${name.replaceAll(/\W+/g, '_')}`,
      provider: 'Bench',
      snippet: `await this.repository.${name.replaceAll(/\W+/g, '')}(request, cancellationToken);`,
      ...more,
    };
    this.nodes.push(node);
    return node;
  }

  /** @returns the place of the edge in the result */
  #edge(from: GraphNode, to: GraphNode): number {
    this.edges.push({
      source: from.id,
      target: to.id,
      kind: EDGE_KINDS[to.kind] ?? 'calls',
      rule: `bench.${to.kind}`,
      confidence: 'certain',
      evidence: {
        from: { root: 'bench', file: from.file, line: from.start_line },
        to: { root: 'bench', file: to.file, line: to.start_line },
        detail: `${from.name} leads to ${to.name} (apiUrl = /api)`,
      },
    });
    return this.edges.length - 1;
  }
}

const EDGE_KINDS: Readonly<Partial<Record<NodeKind, GraphEdge['kind']>>> = {
  api_call: 'performs',
  api_endpoint: 'requests',
  cache_read: 'performs',
  database_read: 'performs',
  database_write: 'performs',
  table: 'accesses',
};

function tableName(index: number): string {
  return `${AREAS[index % AREAS.length]}_${index}`;
}

function entityName(index: number): string {
  return `Entity${index}`;
}

function schema(index: number): EntitySchema {
  return {
    entity: entityName(index),
    table: tableName(index),
    root: 'bench',
    file: `api/Entities/${entityName(index)}.cs`,
    line: 5,
    columns: Array.from({ length: COLUMNS }, (_, column) => ({
      name: column === 0 ? 'Id' : `Column${column}`,
      type: column % 2 === 0 ? 'int' : 'string',
      key: column === 0,
      nullable: column > 6,
    })),
    relations: [{ kind: 'many_to_one', entity: entityName(Math.floor(index / 4)), via: 'ParentId' }],
    migrations: [{ file: `api/Migrations/${index}_Create.cs`, line: 12, change: 'CreateTable' }],
  };
}
