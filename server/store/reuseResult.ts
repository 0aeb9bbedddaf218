import type { DatabaseSync } from 'node:sqlite';

/** What is said of a scan that has taken the result of an earlier one. */
export interface ReusedResult {
  nodes: number;
  workflows: number;
}

/**
 * Lets a scan share the stored rows of the newest scan with the same fingerprint: the two have one result, so it is
 * stored once. The rows stay until no scan of the history shares them.
 * @returns undefined when the store holds no such result
 */
export function reuseResult(database: DatabaseSync, scanId: string, fingerprint: string): ReusedResult | undefined {
  // One statement: a scan that is being deleted at the same time is either gone before it, or kept because of it.
  const shared = database
    .prepare(
      `UPDATE scans SET result_of = earlier.rows_of, fingerprint = earlier.fingerprint,
         workflows_found = earlier.workflows_found, files_found = earlier.files_found,
         files_scanned = earlier.files_scanned, files_skipped = earlier.files_skipped,
         files_failed = earlier.files_failed, suppressed = earlier.suppressed, notices = earlier.notices
       FROM (SELECT *, coalesce(result_of, scan) AS rows_of FROM scans
             WHERE fingerprint = ? AND result_written = 1 AND deleted = 0 ORDER BY scan DESC LIMIT 1) AS earlier
       WHERE scans.scan_id = ? RETURNING result_of AS owner, workflows_found AS workflows`,
    )
    .get(fingerprint, scanId);
  if (!shared) return undefined;
  const nodes = database.prepare('SELECT count(*) AS n FROM nodes WHERE scan = ?').get(Number(shared['owner']));
  return { nodes: Number(nodes?.['n'] ?? 0), workflows: Number(shared['workflows']) };
}

/** Makes a shared result visible under the scan that shares it, with how long that scan's own phases took. */
export function markReused(database: DatabaseSync, scanId: string, phases: Record<string, number>): void {
  database
    .prepare('UPDATE scans SET result_written = 1, phases = ? WHERE scan_id = ?')
    .run(JSON.stringify(phases), scanId);
}

/** Whether scans of the history show the rows of this one as their result. */
export function isShared(database: DatabaseSync, scan: number): boolean {
  return database.prepare('SELECT 1 FROM scans WHERE result_of = ? LIMIT 1').get(scan) !== undefined;
}
