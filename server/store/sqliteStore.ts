import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { Type } from 'typebox';
import { Suppressed } from '#protocol/graph.ts';
import type { PageQuery, ScanList, ScanListQuery, ScanOverview } from '#protocol/http.ts';
import type { MarksQuery } from '#protocol/marks.ts';
import { ScanStatus, type ScanSummary } from '#protocol/scan.ts';
import type {
  EntityDiagramQuery,
  NodeGroupDetailQuery,
  NodeGroupQuery,
  WorkflowGroupQuery,
  WorkflowQuery,
} from '#protocol/views.ts';
import { openDatabase, returnFreePages, transaction } from './database.ts';
import { fileMarks } from './fileMarks.ts';
import { ResultCounts } from './overviewQueries.ts';
import { removeScanRows } from './removeScan.ts';
import { ResultLists } from './resultLists.ts';
import { type ResultReader, StoredResult } from './resultReader.ts';
import { scanPage } from './scanPages.ts';
import { storedJson } from './storedJson.ts';
import type { NewScan, NodeDetail, Store, StoredRoot } from './store.ts';

/** A running scan's server writes a heartbeat every two seconds; after this long without one it is taken for dead. */
const DEAD_AFTER_MS = 60_000;
/** Added to the last `seq` in the store, which lags behind what was published, so that "interrupted" is the newest. */
const SEQ_HEADROOM = 10_000;

const parseStatus = storedJson(ScanStatus, 'status');
const parseRoots = storedJson(Type.Array(Type.Object({ name: Type.String(), path: Type.String() })), 'list of roots');
const parseNotices = storedJson(Type.Array(Type.String()), 'list of notices');
const parseSuppressed = storedJson(Type.Array(Suppressed), 'list of suppressions');
const parsePhases = storedJson(Type.Record(Type.String(), Type.Integer()), 'list of phases');

type Row = Record<string, unknown>;

/** The store of one machine: a SQLite file that several servers and their engine processes may share. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #database: DatabaseSync;
  readonly #lists: ResultLists;
  readonly #counts: ResultCounts;
  readonly #owner = randomUUID();
  readonly #host = hostname();

  /** @throws when the file cannot be opened for writing */
  constructor(path: string) {
    this.#database = openDatabase(path);
    this.#lists = new ResultLists(this.#database);
    this.#counts = new ResultCounts(this.#database);
  }

  createScan = settle(({ request, roots, status }: NewScan): void => {
    const number = this.#database.prepare('INSERT INTO scan_numbers DEFAULT VALUES RETURNING scan');
    const insert = this.#database.prepare(
      `INSERT INTO scans (scan, scan_id, state, status, request, roots, first_root, started_at,
       owner_host, owner_pid, owner, heartbeat_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    transaction(this.#database, () => {
      insert.run(
        Number(number.get()?.['scan']),
        status.scan_id,
        status.status,
        JSON.stringify(status),
        JSON.stringify(request),
        JSON.stringify(roots),
        roots[0]?.path ?? '',
        status.timestamp,
        this.#host,
        process.pid,
        this.#owner,
        Date.now(),
      );
      this.#database.exec('DELETE FROM scan_numbers');
    });
  });

  heartbeat = settle((statuses: ScanStatus[]): void => {
    const update = this.#database.prepare(
      'UPDATE scans SET state = ?, status = ?, heartbeat_ms = ? WHERE scan_id = ? AND finished_at IS NULL',
    );
    const now = Date.now();
    transaction(this.#database, () => {
      for (const status of statuses) update.run(status.status, JSON.stringify(status), now, status.scan_id);
    });
  });

  finishScan = settle((status: ScanStatus, error?: string): void => this.#finish(status, error));

  markInterrupted = settle((): ScanStatus[] => {
    const unfinished = this.#database
      .prepare('SELECT * FROM scans WHERE finished_at IS NULL AND owner <> ?')
      .all(this.#owner)
      .filter((row) => this.#isAbandoned(row));
    return unfinished.map((row) => this.#interrupt(row));
  });

  status = settle((scanId: string): ScanStatus | null => {
    const row = this.#row(scanId);
    if (!row) return null;
    return this.#isAbandoned(row) ? this.#interrupt(row) : statusOf(row);
  });

  summary = settle((scanId: string): ScanSummary | null => {
    const row = this.#row(scanId);
    return row ? summaryOf(row) : null;
  });

  summaries = settle((query: ScanListQuery): ScanList => {
    const { rows, total, next_cursor } = scanPage(this.#database, query);
    return { scans: rows.map((row) => summaryOf(row)), total, next_cursor };
  });

  lastScanOf = settle((path: string): ScanSummary | null => {
    const row = this.#database
      .prepare('SELECT * FROM scans WHERE first_root = ? AND deleted = 0 ORDER BY scan DESC LIMIT 1')
      .get(path);
    return row ? summaryOf(row) : null;
  });

  roots = settle((scanId: string): StoredRoot[] => {
    const row = this.#row(scanId);
    return row ? rootsOf(row) : [];
  });

  overview = settle((scanId: string): ScanOverview | null => {
    const row = this.#row(scanId);
    if (!row) return null;
    return {
      scan: summaryOf(row),
      ...this.#counts.of(rowsOf(row)),
      workflows: Number(row['workflows_found']),
      files: {
        found: Number(row['files_found']),
        scanned: Number(row['files_scanned']),
        skipped: Number(row['files_skipped']),
        failed: Number(row['files_failed']),
      },
      phases: parsePhases(row['phases']),
      notices: parseNotices(row['notices']),
    };
  });

  nodes = settle((scanId: string, query: PageQuery) => this.#lists.nodes(this.#written(scanId), query));
  workflows = settle((scanId: string, query: WorkflowQuery) => this.#lists.workflows(this.#written(scanId), query));
  workflow = settle((scanId: string, id: string) => this.#lists.workflow(this.#written(scanId), id));
  workflowGroups = settle((scanId: string, query: WorkflowGroupQuery) =>
    this.#lists.workflowGroups(this.#written(scanId), query),
  );
  nodeGroups = settle((scanId: string, query: NodeGroupQuery) => this.#lists.groups.page(this.#written(scanId), query));
  nodeGroup = settle((scanId: string, query: NodeGroupDetailQuery) =>
    this.#lists.groups.detail(this.#written(scanId), query),
  );
  entityDiagram = settle((scanId: string, query: EntityDiagramQuery) =>
    this.#lists.entityDiagram(this.#written(scanId), query),
  );
  endpoints = settle((scanId: string, query: PageQuery) => this.#lists.endpoints(this.#written(scanId), query));
  tables = settle((scanId: string, query: PageQuery) => this.#lists.tables(this.#written(scanId), query));
  unresolved = settle((scanId: string, query: PageQuery) => this.#lists.unresolved(this.#written(scanId), query));
  files = settle((scanId: string, query: PageQuery) => this.#lists.files(this.#written(scanId), query));

  node = settle((scanId: string, nodeId: string): NodeDetail | null => this.#lists.node(this.#written(scanId), nodeId));

  fileMarks = settle((scanId: string, query: MarksQuery) => fileMarks(this.#database, this.#written(scanId), query));

  hasScannedFile = settle((scanId: string, path: string): boolean => {
    const row = this.#database
      .prepare(`SELECT 1 FROM files WHERE scan = ? AND path = ? AND status = 'scanned' LIMIT 1`)
      .get(this.#written(scanId), path);
    return row !== undefined;
  });

  reader = settle((scanId: string): ResultReader | null => {
    const row = this.#row(scanId);
    if (!row) return null;
    const { status, started_at, finished_at, duration_ms } = summaryOf(row);
    return new StoredResult(this.#database, this.#written(scanId), {
      scan: {
        scan_id: scanId,
        status: status === 'cancelled' || status === 'error' ? status : 'completed',
        started_at,
        finished_at: finished_at ?? started_at,
        duration_ms: duration_ms ?? 0,
        phases: parsePhases(row['phases']),
      },
      roots: rootsOf(row),
      files: { found: Number(row['files_found']), scanned: Number(row['files_scanned']) },
      suppressed: parseSuppressed(row['suppressed']),
      notices: parseNotices(row['notices']),
    });
  });

  async deleteScan(scanId: string): Promise<boolean> {
    const row = this.#row(scanId);
    if (!row) return false;
    await removeScanRows(this.#database, Number(row['scan']));
    await returnFreePages(this.#database);
    return true;
  }

  ping = settle((): void => {
    this.#database.prepare('SELECT count(*) FROM scans').get();
  });

  close = settle((): void => {
    if (this.#database.isOpen) this.#database.close();
  });

  #row(scanId: string): Row | undefined {
    return this.#database.prepare('SELECT * FROM scans WHERE scan_id = ? AND deleted = 0').get(scanId);
  }

  #written(scanId: string): number {
    return rowsOf(this.#row(scanId));
  }

  #finish(status: ScanStatus, error = status.error): void {
    this.#database
      .prepare(
        'UPDATE scans SET state = ?, status = ?, error = ?, finished_at = ? WHERE scan_id = ? AND finished_at IS NULL',
      )
      .run(status.status, JSON.stringify(status), error ?? null, status.timestamp, status.scan_id);
  }

  /** Whether a scan has not ended and the server that ran it is gone. */
  #isAbandoned(row: Row): boolean {
    if (row['finished_at'] !== null || row['owner'] === this.#owner) return false;
    const pid = Number(row['owner_pid']);
    // In a restarted container the dead server had the process id that this one has now.
    if (row['owner_host'] === this.#host && (pid === process.pid || !isAlive(pid))) return true;
    return Date.now() - Number(row['heartbeat_ms']) > DEAD_AFTER_MS;
  }

  #interrupt(row: Row): ScanStatus {
    const last = statusOf(row);
    const status: ScanStatus = {
      ...last,
      seq: last.seq + SEQ_HEADROOM,
      status: 'error',
      message: 'Scan interrupted',
      error: 'interrupted: the server that ran this scan has stopped. Scan again.',
      // The store lags behind what watchers were told, and progress never goes back.
      progress: null,
      eta_seconds: null,
      timestamp: new Date().toISOString(),
    };
    delete status.current_file;
    this.#finish(status);
    return status;
  }
}

/** Turns a synchronous method into one that returns a promise and never throws directly. */
function settle<A extends unknown[], R>(method: (...args: A) => R): (...args: A) => Promise<R> {
  return async (...args) => method(...args);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The scan whose rows are this scan's result: itself or one that found the same; -1, which none has, when unwritten. */
function rowsOf(row: Row | undefined): number {
  return row?.['result_written'] === 1 ? Number(row['result_of'] ?? row['scan']) : -1;
}

function statusOf(row: Row): ScanStatus {
  return parseStatus(row['status']);
}

function rootsOf(row: Row): StoredRoot[] {
  return parseRoots(row['roots']);
}

function summaryOf(row: Row): ScanSummary {
  const status = statusOf(row);
  const startedAt = String(row['started_at']);
  const finishedAt = typeof row['finished_at'] === 'string' ? row['finished_at'] : null;
  return {
    scan_id: status.scan_id,
    status: status.status,
    roots: rootsOf(row),
    started_at: startedAt,
    finished_at: finishedAt,
    duration_ms: finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)),
    files_scanned: status.files_scanned,
    nodes_found: status.nodes_found,
    workflows_found: Number(row['workflows_found']),
    message: status.message,
    ...(typeof row['error'] === 'string' && { error: row['error'] }),
  };
}
