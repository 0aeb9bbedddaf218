import type { DatabaseSync } from 'node:sqlite';
import { GraphNode, RESULT_FORMAT, type Suppressed } from '#protocol/graph.ts';
import type { ScanSummary } from '#protocol/scan.ts';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import { storedJson } from './storedJson.ts';
import type { StoredRoot } from './store.ts';

const CHUNK_ROWS = 500;
const parseNode = storedJson(GraphNode, 'node');

/** What is exported besides the rows of the result. */
export interface ExportHead {
  summary: ScanSummary;
  roots: StoredRoot[];
  phases: Record<string, number>;
  files: { found: number; scanned: number };
  suppressed: Suppressed[];
  notices: string[];
}

/**
 * The result file as text in pieces, one line an item. Rows are read a chunk at a time and the event loop gets its
 * turn between chunks, so that an export of any size holds nobody up.
 */
export async function* exportJsonText(database: DatabaseSync, scan: number, head: ExportHead): AsyncIterable<string> {
  const { summary } = head;
  const tool = { name: 'pinata', version: PRODUCT_VERSION };
  const run = {
    scan_id: summary.scan_id,
    status: summary.status,
    started_at: summary.started_at,
    finished_at: summary.finished_at,
    duration_ms: summary.duration_ms,
    phases: head.phases,
  };
  yield `{"format":${JSON.stringify(RESULT_FORMAT)},"tool":${JSON.stringify(tool)},\n`;
  yield `"scan":${JSON.stringify(run)},\n"roots":${JSON.stringify(head.roots)},\n`;
  yield `"files":{"found":${head.files.found},"scanned":${head.files.scanned},`;
  yield* array(database, scan, 'skipped', FILE_ROWS, 'skipped');
  yield ',';
  yield* array(database, scan, 'failed', FILE_ROWS, 'failed');
  yield '}';
  for (const table of ['nodes', 'edges', 'workflows', 'schemas', 'unresolved'] as const) {
    yield ',\n';
    yield* array(database, scan, table, `SELECT ord, body FROM ${table} WHERE scan = ? AND ord > ?`);
  }
  if (head.suppressed.length > 0) yield `,\n"suppressed":${JSON.stringify(head.suppressed)}`;
  if (head.notices.length > 0) yield `,\n"notices":${JSON.stringify(head.notices)}`;
  yield '}\n';
}

const FILE_ROWS = `SELECT ord, json_object('path', path, 'reason', reason) AS body FROM files
  WHERE scan = ? AND ord > ? AND status = ?`;

async function* array(
  database: DatabaseSync,
  scan: number,
  name: string,
  sql: string,
  ...values: string[]
): AsyncIterable<string> {
  yield `"${name}":[`;
  let separator = '\n';
  for await (const rows of chunks(database, sql, scan, values)) {
    yield separator + rows.map((row) => String(row['body'])).join(',\n');
    separator = ',\n';
  }
  yield ']';
}

async function* chunks(
  database: DatabaseSync,
  sql: string,
  scan: number,
  values: string[],
): AsyncIterable<Record<string, unknown>[]> {
  const select = database.prepare(`${sql} ORDER BY ord LIMIT ${CHUNK_ROWS}`);
  let after = -1;
  while (database.isOpen) {
    const rows = select.all(scan, after, ...values);
    if (rows.length > 0) yield rows;
    if (rows.length < CHUNK_ROWS) return;
    after = Number(rows.at(-1)?.['ord']);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const CSV_FIELDS = [
  'id',
  'kind',
  'name',
  'root',
  'file',
  'start_line',
  'end_line',
  'method',
  'target',
  'provider',
  'rule',
  'confidence',
  'symbol',
] as const;

/** All nodes as CSV (RFC 4180) with a header line. */
export async function* exportCsvText(database: DatabaseSync, scan: number): AsyncIterable<string> {
  yield `${CSV_FIELDS.join(',')}\r\n`;
  const sql = 'SELECT ord, body FROM nodes WHERE scan = ? AND ord > ?';
  for await (const rows of chunks(database, sql, scan, [])) {
    yield rows.map((row) => csvLine(parseNode(row['body']))).join('');
  }
}

function csvLine(node: GraphNode): string {
  return `${CSV_FIELDS.map((field) => csvCell(node[field])).join(',')}\r\n`;
}

/** A spreadsheet runs what starts with one of these characters as a formula; an apostrophe keeps it text. */
function csvCell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
