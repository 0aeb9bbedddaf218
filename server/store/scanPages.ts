import { createHash } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { ScanListQuery } from '#protocol/http.ts';
import { BadCursorError } from './store.ts';

const DEFAULT_LIMIT = 200;

/** Rows of the history, newest first. */
export interface ScanPage {
  rows: Record<string, unknown>[];
  total: number;
  next_cursor: string | null;
}

/** A page of the history. @throws {BadCursorError} */
export function scanPage(database: DatabaseSync, query: ScanListQuery): ScanPage {
  const where = ['deleted = 0'];
  const values: SQLInputValue[] = [];
  if (query.root !== undefined) {
    where.push(`EXISTS (SELECT 1 FROM json_each(roots) AS root WHERE root.value ->> '$.path' = ?)`);
    values.push(query.root);
  }
  if (query.status !== undefined) {
    where.push('state = ?');
    values.push(query.status);
  }
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([query.root, query.status]))
    .digest('base64url')
    .slice(0, 12);
  const before = query.cursor === undefined ? null : scanBefore(query.cursor, fingerprint);
  const limit = query.limit ?? DEFAULT_LIMIT;
  const conditions = where.join(' AND ');
  const page = `SELECT * FROM scans WHERE ${conditions}${before === null ? '' : ' AND scan < ?'} ORDER BY scan DESC LIMIT ?`;
  const rows = database.prepare(page).all(...values, ...(before === null ? [] : [before]), limit + 1);
  const shown = rows.slice(0, limit);
  const count = database.prepare(`SELECT count(*) AS total FROM scans WHERE ${conditions}`).get(...values);
  const last = Number(shown.at(-1)?.['scan']);
  return {
    rows: shown,
    total: Number(count?.['total'] ?? 0),
    next_cursor: rows.length > limit ? Buffer.from(`${fingerprint} ${last}`).toString('base64url') : null,
  };
}

function scanBefore(cursor: string, fingerprint: string): number {
  const [made, scan] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (made !== fingerprint || !/^\d{1,15}$/.test(scan ?? '')) throw new BadCursorError();
  return Number(scan);
}
