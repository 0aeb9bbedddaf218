import { type GraphEdge, type GraphNode, RESULT_FORMAT, type ScanResult } from '#protocol/graph.ts';

/** A node with an id and a kind; everything else has a default. */
export function node(id: string, kind: GraphNode['kind'], more: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    kind,
    name: id,
    root: 'app',
    file: 'src/app.ts',
    start_line: 1,
    start_column: 1,
    end_line: 1,
    end_column: 2,
    rule: 'test.rule',
    confidence: 'certain',
    ...more,
  };
}

export function edge(
  source: string,
  target: string,
  kind: GraphEdge['kind'],
  more: Partial<GraphEdge> = {},
): GraphEdge {
  return { source, target, kind, rule: 'test.rule', confidence: 'certain', ...more };
}

/** A result with these parts; the others are empty. */
export function graphResult(parts: Partial<ScanResult>): ScanResult {
  return {
    format: RESULT_FORMAT,
    tool: { name: 'pinata', version: '0.0.0' },
    scan: {
      scan_id: 'test',
      status: 'completed',
      started_at: '2026-01-01T00:00:00.000Z',
      finished_at: '2026-01-01T00:00:01.000Z',
      duration_ms: 1000,
    },
    roots: [{ name: 'app', path: '/home/somebody/app' }],
    files: { found: 0, scanned: 0, skipped: [], failed: [] },
    nodes: [],
    edges: [],
    workflows: [],
    schemas: [],
    unresolved: [],
    ...parts,
  };
}

/**
 * A result of one workflow, from a click over a call and an endpoint to a table, in which everything that comes from
 * code is called `name`.
 */
export function resultNamed(name: string): ScanResult {
  const common = { name, file: `src/${name}`, symbol: name, snippet: name, provider: name };
  return graphResult({
    roots: [{ name: 'app', path: '/home/somebody/app' }],
    files: { found: 2, scanned: 1, skipped: [], failed: [{ path: `app/${name}`, reason: name }] },
    nodes: [
      node('click', 'ui_action', common),
      node('call', 'api_call', { ...common, method: 'GET', target: name }),
      node('endpoint', 'api_endpoint', { ...common, method: 'GET', target: name }),
      node('write', 'database_write', { ...common, target: name }),
      node('table', 'table', common),
    ],
    edges: [
      edge('click', 'call', 'performs'),
      edge('call', 'endpoint', 'requests'),
      edge('endpoint', 'write', 'performs', { confidence: 'possible' }),
      edge('write', 'table', 'accesses'),
    ],
    workflows: [
      {
        id: 'click',
        name,
        entry: 'click',
        steps: [
          { node: 'click' },
          { node: 'call', edge: 0 },
          { node: 'endpoint', edge: 1 },
          { node: 'write', edge: 2 },
          { node: 'table', edge: 3 },
        ],
        reads: [],
        writes: [name],
        confidence: 'likely',
        story: name,
      },
    ],
    schemas: [
      {
        entity: name,
        table: name,
        root: 'app',
        file: `src/${name}`,
        line: 1,
        columns: [{ name, type: name, key: true, nullable: true }],
        relations: [{ kind: 'one_to_many', entity: name, via: name }],
        migrations: [],
      },
    ],
    unresolved: [{ node: 'call', reason: 'no_endpoint_matches', detail: name }],
  });
}

/** A result with many small workflows that share tables. */
export function largeResult(workflows: number): ScanResult {
  const result = graphResult({});
  for (let index = 0; index < 20; index++) {
    result.nodes.push(node(`t${index}`, 'table', { name: `Table${index}` }));
    result.schemas.push({
      entity: `Entity${index}`,
      table: `Table${index}`,
      root: 'app',
      file: 'src/model.ts',
      line: index + 1,
      columns: [{ name: 'Id', type: 'int', key: true }],
      relations: [{ kind: 'many_to_one', entity: `Entity${(index + 1) % 20}` }],
      migrations: [],
    });
  }
  for (let index = 0; index < workflows; index++) {
    const ids = ['a', 'f', 'w'].map((letter) => `${letter}${index}`);
    const [action = '', work = '', write = ''] = ids;
    const table = `t${index % 20}`;
    result.nodes.push(node(action, 'ui_action'), node(work, 'function'), node(write, 'database_write'));
    const first = result.edges.length;
    result.edges.push(edge(action, work, 'handles'), edge(work, write, 'performs'), edge(write, table, 'accesses'));
    result.workflows.push({
      id: action,
      name: action,
      entry: action,
      steps: [
        { node: action },
        { node: work, edge: first },
        { node: write, edge: first + 1 },
        { node: table, edge: first + 2 },
      ],
      reads: [],
      writes: [`Table${index % 20}`],
      confidence: 'certain',
      story: `${action} writes Table${index % 20}.`,
    });
  }
  return result;
}
