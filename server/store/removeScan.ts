import type { DatabaseSync } from 'node:sqlite';
import { RESULT_TABLES } from './migrations.ts';
import { isShared } from './reuseResult.ts';

/** Rows deleted at once; keeps other writers waiting for a few milliseconds only. */
const BATCH_ROWS = 2000;

/**
 * Removes a scan with its results, a batch at a time; hidden from the first moment on. Rows that other scans share stay
 * until the last of those is removed.
 */
export async function removeScanRows(database: DatabaseSync, scan: number): Promise<void> {
  database.prepare('UPDATE scans SET deleted = 1 WHERE scan = ?').run(scan);
  if (isShared(database, scan)) return;
  await removeResultRows(database, scan);
  if (!database.isOpen) return;
  const row = database.prepare('DELETE FROM scans WHERE scan = ? RETURNING result_of').get(scan);
  const owner = database
    .prepare('SELECT scan FROM scans WHERE scan = ? AND deleted = 1')
    .get(Number(row?.['result_of'] ?? -1));
  if (owner) await removeScanRows(database, Number(owner['scan']));
}

/** Removes the rows of a scan's result, a batch at a time; the scan stays in the history. */
export async function removeResultRows(database: DatabaseSync, scan: number): Promise<void> {
  for (const table of RESULT_TABLES) {
    const remove = database.prepare(
      `DELETE FROM ${table} WHERE row IN (SELECT row FROM ${table} WHERE scan = ? LIMIT ${BATCH_ROWS})`,
    );
    while (database.isOpen && Number(remove.run(scan).changes) === BATCH_ROWS) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!database.isOpen) return;
  }
}
