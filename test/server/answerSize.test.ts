import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineResult } from '#engine/scan.ts';
import type { GraphEdge, GraphNode, NodeKind } from '#protocol/graph.ts';
import type { ScanStatus } from '#protocol/scan.ts';
import { databasePath } from '../../server/store/dataFolder.ts';
import { writeResult } from '../../server/store/resultWriter.ts';
import { SqliteStore } from '../../server/store/sqliteStore.ts';
import { TempFolder } from './support/tempFolder.ts';

/** What a webview gets in one message. */
const MOST_BYTES = 1_000_000;
/** Callers of one endpoint, readers of one table, columns of that table. */
const MANY = 2000;
/** The longest workflow there is. */
const STEPS = 400;
const SCAN_ID = 'wide';

function node(id: string, kind: NodeKind, target?: string): GraphNode {
  return {
    id,
    kind,
    name: `${kind} ${id} ${'n'.repeat(80)}`,
    root: 'wide',
    file: `src/${'folder/'.repeat(12)}${id}.ts`,
    start_line: 1,
    start_column: 1,
    end_line: 1,
    end_column: 80,
    rule: 'test.rule',
    confidence: 'certain',
    snippet: 'x'.repeat(160),
    symbol: `${'Namespace.'.repeat(8)}${id}`,
    ...(target !== undefined && { target }),
  };
}

function edge(source: GraphNode, target: GraphNode, kind: GraphEdge['kind']): GraphEdge {
  const place = ({ root, file }: GraphNode) => ({ root, file, line: 1 });
  const evidence = { from: place(source), to: place(target), detail: 'd'.repeat(200) };
  return { source: source.id, target: target.id, kind, rule: 'test.rule', confidence: 'certain', evidence };
}

/** One endpoint that everybody calls, one table that everybody reads, and a workflow as long as they get. */
function wideResult(): EngineResult {
  const endpoint = node('endpoint', 'api_endpoint', 'api/all');
  const table = { ...node('table', 'table'), name: 'everything' };
  const callers = Array.from({ length: MANY }, (_, index) => node(`call${index}`, 'api_call', 'api/all'));
  const readers = Array.from({ length: MANY }, (_, index) => node(`read${index}`, 'database_read', 'everything'));
  const entry = node('entry', 'ui_action', 'press');
  const chain = Array.from({ length: STEPS - 1 }, (_, index) => node(`step${index}`, 'function'));
  const chained = chain.map((each, index) => edge(chain[index - 1] ?? entry, each, 'calls'));
  const edges = [
    ...chained,
    ...callers.map((caller) => edge(caller, endpoint, 'requests')),
    ...readers.map((reader) => edge(reader, table, 'accesses')),
  ];
  const steps = [{ node: entry.id }, ...chain.map((each, index) => ({ node: each.id, edge: index }))];
  const tables = Array.from({ length: 60 }, (_, index) => `table_with_a_long_name_${index}`);
  return {
    cancelled: false,
    phases: {},
    files: { found: 0, scanned: 0, skipped: [], failed: [] },
    scannedFiles: [],
    nodes: [endpoint, table, ...callers, ...readers, entry, ...chain],
    edges,
    workflows: Array.from({ length: 300 }, (_, index) => ({
      id: index === 0 ? entry.id : `call${index}`,
      name: `Workflow ${index}`,
      entry: index === 0 ? entry.id : `call${index}`,
      steps: index === 0 ? steps : steps.slice(0, 1),
      reads: tables,
      writes: tables,
      confidence: 'certain' as const,
      story: 's'.repeat(2000),
    })),
    schemas: tables.map((name) => ({
      entity: name,
      table: name,
      root: 'wide',
      file: 'src/entities.ts',
      line: 1,
      columns: Array.from({ length: MANY / 10 }, (_, index) => ({ name: `column_${index}`, type: 'string' })),
      relations: [],
      migrations: [],
    })),
    unresolved: [],
    suppressed: [],
    notices: [],
  };
}

describe('an answer to the panel', () => {
  const folder = new TempFolder();
  let store: SqliteStore;

  beforeAll(async () => {
    store = new SqliteStore(databasePath(folder.path));
    const status: ScanStatus = {
      type: 'scan_update',
      scan_id: SCAN_ID,
      seq: 1,
      status: 'queued',
      progress: null,
      message: '',
      files_scanned: 0,
      total_files: 0,
      nodes_found: 0,
      eta_seconds: null,
      timestamp: new Date().toISOString(),
    };
    const roots = [{ name: 'wide', path: folder.path }];
    await store.createScan({ request: { repository_path: folder.path }, roots, status });
    await writeResult(databasePath(folder.path), SCAN_ID, wideResult(), () => undefined);
    await store.finishScan({ ...status, seq: 2, status: 'completed', progress: 100 });
  });

  afterAll(async () => {
    await store.close();
    folder[Symbol.dispose]();
  });

  const brief = { brief: true, limit: 100 };
  it.each<[string, () => Promise<unknown>]>([
    ['the list of workflows', () => store.workflows(SCAN_ID, brief)],
    ['one workflow', () => store.workflow(SCAN_ID, 'entry')],
    ['the list of endpoints', () => store.endpoints(SCAN_ID, brief)],
    ['one endpoint', () => store.node(SCAN_ID, 'endpoint')],
    ['the list of tables', () => store.tables(SCAN_ID, brief)],
    ['one table', () => store.tables(SCAN_ID, { target: 'everything', limit: 1 })],
    ['the operations', () => store.nodes(SCAN_ID, { limit: 100 })],
    ['a group of nodes', () => store.nodeGroup(SCAN_ID, { by: 'target', kind: 'api_call', key: 'api/all' })],
    ['the groups of workflows', () => store.workflowGroups(SCAN_ID, { by: 'page' })],
    ['the entity diagram', () => store.entityDiagram(SCAN_ID, { limit: 40 })],
    ['the overview', () => store.overview(SCAN_ID)],
  ])('stays below a megabyte however wide the graph is: %s', async (_, read) => {
    const text = JSON.stringify(await read());
    expect(text.length).toBeGreaterThan(100);
    expect(text.length).toBeLessThan(MOST_BYTES);
  });
});
