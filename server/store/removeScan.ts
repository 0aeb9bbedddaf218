import type { DatabaseSync } from 'node:sqlite';
import { RESULT_TABLES } from './migrations.ts';

/** Rows deleted at once; keeps other writers waiting for a few milliseconds only. */
const BATCH_ROWS = 2000;

/** Removes a scan with its results, a batch at a time; hidden from the first moment on. */
export async function removeScanRows(database: DatabaseSync, scan: number): Promise<void> {
  database.prepare('UPDATE scans SET deleted = 1 WHERE scan = ?').run(scan);
  await removeResultRows(database, scan);
  if (database.isOpen) database.prepare('DELETE FROM scans WHERE scan = ?').run(scan);
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
