import type { DatabaseSync } from 'node:sqlite';
import type { ScanOverview } from '#protocol/http.ts';

const HOT_FILES = 10;
/** Counts kept in memory; results never change once written. */
const KEPT = 50;

type Counts = Pick<
  ScanOverview,
  | 'nodes_by_kind'
  | 'edges_by_kind'
  | 'tables'
  | 'unresolved_by_reason'
  | 'hot_files'
  | 'unused_tables'
  | 'orphan_endpoints'
>;

/** Counts what the overview of a result shows, once. */
export class ResultCounts {
  readonly #database: DatabaseSync;
  readonly #kept = new Map<number, Counts>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @param scan number of the scan whose rows are the result; -1 for a result that is not written */
  of(scan: number): Counts {
    const known = this.#kept.get(scan);
    if (known) return known;
    const counts = this.#count(scan);
    if (this.#kept.size >= KEPT) this.#kept.clear();
    if (scan >= 0) this.#kept.set(scan, counts);
    return counts;
  }

  #count(scan: number): Counts {
    return {
      nodes_by_kind: this.#groups('SELECT kind AS name, count(*) AS n FROM nodes WHERE scan = ? GROUP BY kind', scan),
      edges_by_kind: this.#groups('SELECT kind AS name, count(*) AS n FROM edges WHERE scan = ? GROUP BY kind', scan),
      tables: this.#groups(`SELECT 'n' AS name, count(*) AS n FROM tables WHERE scan = ?`, scan)['n'] ?? 0,
      unresolved_by_reason: this.#groups(
        'SELECT reason AS name, count(*) AS n FROM unresolved WHERE scan = ? GROUP BY reason',
        scan,
      ),
      hot_files: hotFiles(this.#database, scan),
      unused_tables: unusedTables(this.#database, scan),
      orphan_endpoints: orphanEndpoints(this.#database, scan),
    };
  }

  #groups(sql: string, scan: number): Record<string, number> {
    const rows = this.#database.prepare(sql).all(scan);
    return Object.fromEntries(rows.map((row) => [String(row['name']), Number(row['n'])]));
  }
}

/** The files with the most operations. Files of several folders that bear the same path are told apart. */
function hotFiles(database: DatabaseSync, scan: number): NonNullable<ScanOverview['hot_files']> {
  const paths = database
    .prepare(
      `SELECT file FROM nodes WHERE scan = ? AND kind NOT IN ('function', 'table')
       GROUP BY file ORDER BY count(*) DESC, file LIMIT ${HOT_FILES}`,
    )
    .all(scan)
    .map((row) => String(row['file']));
  if (paths.length === 0) return [];
  return database
    .prepare(
      `SELECT json_extract(body, '$.root') AS root, file, count(*) AS n FROM nodes
       WHERE scan = ? AND kind NOT IN ('function', 'table') AND file IN (${paths.map(() => '?').join(', ')})
       GROUP BY 1, 2 ORDER BY n DESC, file LIMIT ${HOT_FILES}`,
    )
    .all(scan, ...paths)
    .map((row) => ({ root: String(row['root']), file: String(row['file']), operations: Number(row['n']) }));
}

/** How many tables nothing accesses, are only read, and are only written. */
function unusedTables(database: DatabaseSync, scan: number): NonNullable<ScanOverview['unused_tables']> {
  const row = database
    .prepare(
      `SELECT sum(readers + writers = 0) AS unused, sum(writers = 0 AND readers > 0) AS never_written,
       sum(readers = 0 AND writers > 0) AS never_read FROM tables WHERE scan = ?`,
    )
    .get(scan);
  return {
    unused: Number(row?.['unused'] ?? 0),
    never_written: Number(row?.['never_written'] ?? 0),
    never_read: Number(row?.['never_read'] ?? 0),
  };
}

/** How many endpoints no call in the scanned code reaches, and how many have no handler that was found. */
function orphanEndpoints(database: DatabaseSync, scan: number): NonNullable<ScanOverview['orphan_endpoints']> {
  const row = database
    .prepare('SELECT sum(callers = 0) AS no_caller, sum(handlers = 0) AS no_handler FROM endpoints WHERE scan = ?')
    .get(scan);
  return { no_caller: Number(row?.['no_caller'] ?? 0), no_handler: Number(row?.['no_handler'] ?? 0) };
}
