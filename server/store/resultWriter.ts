import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { EngineResult } from '#engine/scan.ts';
import type { GraphNode } from '#protocol/graph.ts';
import { openDatabase, transaction } from './database.ts';
import { endpointSummaries, tableSummaries } from './resultIndex.ts';
import { workflowGroupRows } from './workflowGroupRows.ts';
import { workflowNodeRows } from './workflowNodeRows.ts';
import { removeResultRows, removeScanRows } from './removeScan.ts';
import { withoutSecrets } from './redactResult.ts';
import { keptScans } from './retention.ts';

/** Rows a transaction; keeps each below about 20 ms, which is the longest the server's own small writes wait. */
const BATCH_ROWS = 1000;

type Row = SQLInputValue[];

/** What is written of one kind: the statement's table and columns, and the rows. */
interface Section {
  table: string;
  columns: string[];
  rows: () => Iterable<Row>;
  count: number;
}

/**
 * Writes the result of a scan into the store, from the engine process.
 * @param onProgress share of the rows that are written, 0..1
 * @throws when the database cannot be written (disk full); the rows written so far stay invisible
 */
export async function writeResult(
  databasePath: string,
  scanId: string,
  found: EngineResult,
  onProgress: (fraction: number) => void,
): Promise<void> {
  const result = withoutSecrets(found);
  const database = openDatabase(databasePath);
  try {
    const scan = scanRow(database, scanId);
    await writeSections(database, scan, sections(result), onProgress);
    markWritten(database, scan, result);
    await removeOldScans(database, scan);
    await removeUnfinishedRows(database);
  } finally {
    database.close();
  }
}

function scanRow(database: DatabaseSync, scanId: string): number {
  const row = database.prepare('SELECT scan FROM scans WHERE scan_id = ?').get(scanId);
  if (!row) throw new Error(`scan ${scanId} is not in the store`);
  return Number(row['scan']);
}

async function writeSections(
  database: DatabaseSync,
  scan: number,
  parts: Section[],
  onProgress: (fraction: number) => void,
): Promise<void> {
  const total = parts.reduce((sum, part) => sum + part.count, 0);
  let written = 0;
  for (const part of parts) {
    const columns = ['scan', 'ord', ...part.columns];
    const insert = database.prepare(
      `INSERT INTO ${part.table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    let ord = 0;
    for (const batch of batches(part.rows())) {
      transaction(database, () => {
        for (const row of batch) insert.run(scan, ord++, ...row);
      });
      written += batch.length;
      onProgress(written / total);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function* batches(rows: Iterable<Row>): Iterable<Row[]> {
  let batch: Row[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function markWritten(database: DatabaseSync, scan: number, result: EngineResult): void {
  const { files } = result;
  database
    .prepare(
      `UPDATE scans SET result_written = 1, workflows_found = ?, files_found = ?, files_scanned = ?,
       files_skipped = ?, files_failed = ?, phases = ?, suppressed = ?, notices = ?, fingerprint = ? WHERE scan = ?`,
    )
    .run(
      result.workflows.length,
      files.found,
      files.scanned,
      files.skipped.length,
      files.failed.length,
      JSON.stringify(result.phases),
      JSON.stringify(result.suppressed),
      JSON.stringify(result.notices),
      result.fingerprint ?? null,
      scan,
    );
}

/** Keeps the newest scans of the folder and removes the results of older ones. */
async function removeOldScans(database: DatabaseSync, scan: number): Promise<void> {
  const old = database
    .prepare(
      `SELECT scan FROM scans WHERE first_root = (SELECT first_root FROM scans WHERE scan = ?)
       AND finished_at IS NOT NULL AND scan <> ? ORDER BY scan DESC LIMIT -1 OFFSET ?`,
    )
    .all(scan, scan, keptScans() - 1);
  for (const row of old) await removeScanRows(database, Number(row['scan']));
}

/** Removes rows that engine processes wrote which died before their result was whole. */
async function removeUnfinishedRows(database: DatabaseSync): Promise<void> {
  const unfinished = database
    .prepare('SELECT scan FROM scans WHERE finished_at IS NOT NULL AND result_written = 0')
    .all();
  for (const row of unfinished) await removeResultRows(database, Number(row['scan']));
  const deleted = database.prepare('SELECT scan FROM scans WHERE deleted = 1').all();
  for (const row of deleted) await removeScanRows(database, Number(row['scan']));
}

function sections(result: EngineResult): Section[] {
  const nodesById = new Map(result.nodes.map((node) => [node.id, node]));
  return [
    nodeSection(result),
    edgeSection(result),
    workflowSection(result, nodesById),
    workflowGroupSection(result, nodesById),
    workflowNodeSection(result),
    endpointSection(result, nodesById),
    tableSection(result, nodesById),
    unresolvedSection(result, nodesById),
    {
      table: 'schemas',
      columns: ['body'],
      count: result.schemas.length,
      rows: () => result.schemas.map((schema) => [JSON.stringify(schema)]),
    },
    fileSection(result),
  ];
}

/** Values of the columns that most lists filter and sort by. */
function filterColumns(node: GraphNode): Row {
  return [node.kind, node.name, node.file, node.start_line, node.target ?? null, node.confidence];
}

const FILTER_COLUMNS = ['kind', 'name', 'file', 'line', 'target', 'confidence'];

function nodeSection(result: EngineResult): Section {
  return {
    table: 'nodes',
    columns: ['id', ...FILTER_COLUMNS, 'body'],
    count: result.nodes.length,
    *rows() {
      for (const node of result.nodes) yield [node.id, ...filterColumns(node), JSON.stringify(node)];
    },
  };
}

function edgeSection(result: EngineResult): Section {
  return {
    table: 'edges',
    columns: ['source', 'target', 'kind', 'body'],
    count: result.edges.length,
    *rows() {
      for (const edge of result.edges) yield [edge.source, edge.target, edge.kind, JSON.stringify(edge)];
    },
  };
}

function workflowSection(result: EngineResult, nodes: Map<string, GraphNode>): Section {
  return {
    table: 'workflows',
    columns: ['id', ...FILTER_COLUMNS, 'step_count', 'body'],
    count: result.workflows.length,
    *rows() {
      for (const workflow of result.workflows) {
        const entry = nodes.get(workflow.entry);
        const tables = [...new Set([...workflow.reads, ...workflow.writes])];
        yield [
          workflow.id,
          entry?.kind ?? '',
          workflow.name,
          entry?.file ?? '',
          entry?.start_line ?? 1,
          `\t${tables.join('\t')}\t`,
          workflow.confidence,
          workflow.steps.length,
          JSON.stringify(workflow),
        ];
      }
    },
  };
}

function workflowGroupSection(result: EngineResult, nodes: Map<string, GraphNode>): Section {
  const rows = workflowGroupRows(result, nodes);
  return {
    table: 'workflow_groups',
    columns: ['grouping', 'key', 'label', 'workflow'],
    count: rows.length,
    rows: () => rows.map(({ grouping, key, label, workflow }) => [grouping, key, label, workflow]),
  };
}

function workflowNodeSection(result: EngineResult): Section {
  const rows = workflowNodeRows(result);
  return {
    table: 'workflow_nodes',
    columns: ['node', 'total', 'workflows'],
    count: rows.length,
    *rows() {
      for (const { node, total, workflows } of rows) yield [node, total, JSON.stringify(workflows)];
    },
  };
}

function endpointSection(result: EngineResult, nodes: Map<string, GraphNode>): Section {
  const summaries = endpointSummaries(result, nodes);
  return {
    table: 'endpoints',
    columns: [...FILTER_COLUMNS, 'callers', 'handlers', 'body'],
    count: summaries.length,
    *rows() {
      for (const summary of summaries) {
        yield [
          ...filterColumns(summary.node),
          summary.callers.length,
          summary.handlers.length,
          JSON.stringify({ ...summary, node: summary.node.id }),
        ];
      }
    },
  };
}

function tableSection(result: EngineResult, nodes: Map<string, GraphNode>): Section {
  const summaries = tableSummaries(result, nodes);
  return {
    table: 'tables',
    columns: ['name', 'file', 'target', 'readers', 'writers', 'body'],
    count: summaries.length,
    *rows() {
      for (const summary of summaries) {
        yield [
          summary.table,
          summary.schema?.file ?? '',
          summary.schema?.entity ?? '',
          summary.readers.length,
          summary.writers.length,
          JSON.stringify(summary),
        ];
      }
    },
  };
}

function unresolvedSection(result: EngineResult, nodes: Map<string, GraphNode>): Section {
  const known = result.unresolved.flatMap((entry) => {
    const node = nodes.get(entry.node);
    return node ? [{ entry, node }] : [];
  });
  return {
    table: 'unresolved',
    columns: ['reason', ...FILTER_COLUMNS, 'body'],
    count: known.length,
    *rows() {
      for (const { entry, node } of known) yield [entry.reason, ...filterColumns(node), JSON.stringify(entry)];
    },
  };
}

function fileSection(result: EngineResult): Section {
  const { files, scannedFiles } = result;
  return {
    table: 'files',
    columns: ['path', 'status', 'reason'],
    count: scannedFiles.length + files.skipped.length + files.failed.length,
    *rows() {
      for (const file of files.failed) yield [file.path, 'failed', file.reason];
      for (const file of files.skipped) yield [file.path, 'skipped', file.reason];
      for (const path of scannedFiles) yield [path, 'scanned', null];
    },
  };
}
