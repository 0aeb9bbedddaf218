import { createHash } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { PageQuery } from '#protocol/http.ts';
import { BadCursorError, BadKindError, BadSortError } from './store.ts';

/** How one list maps the fields of a page query to columns. */
export interface ListSpec {
  table: string;
  /** Columns that `q` searches. */
  text: readonly string[];
  /** Column by filter; a filter that is not named here does not restrict the list. */
  filters: { kind: string } & Partial<Record<'file' | 'target' | 'confidence', string>>;
  /** What `kind` may be. */
  kinds: readonly string[];
  /** Columns that hold several values, each between tab characters; the filter asks for one of them. */
  members?: { target: string };
  /** Expression by sort key; never NULL. Without a sort key rows come in the order of the result. */
  sorts: Readonly<Record<string, string>>;
}

export interface RowPage {
  rows: Record<string, unknown>[];
  total: number;
  next_cursor: string | null;
}

const DEFAULT_LIMIT = 100;
const CACHED_TOTALS = 500;

interface Where {
  sql: string;
  values: SQLInputValue[];
}

/** A further condition on the rows of a list. */
export type Restriction = Where;
const NO_RESTRICTION: Restriction = { sql: '', values: [] };

/** Runs page queries; results never change once written, so totals are counted once for each filter. */
export class PageQueries {
  readonly #database: DatabaseSync;
  readonly #totals = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * One page of a list.
   * @param columns columns to read of each row
   * @throws {BadCursorError | BadKindError | BadSortError}
   */
  page(
    spec: ListSpec,
    scan: number,
    query: PageQuery,
    columns: string,
    restriction: Restriction = NO_RESTRICTION,
  ): RowPage {
    const where = conditions(spec, scan, query, restriction);
    const fingerprint = fingerprintOf(spec, scan, query, restriction);
    const limit = query.limit ?? DEFAULT_LIMIT;
    const key = sortExpression(spec, query.sort);
    const descending = query.order === 'desc';
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor, fingerprint);
    const direction = descending ? 'DESC' : 'ASC';
    const afterSql = after ? ` AND (${key}, ord) ${descending ? '<' : '>'} (?, ?)` : '';
    // The page is chosen on the covering index first; bodies are read for its rows only.
    const sql = `SELECT ${columns}, page.key AS page_key, page.ord AS page_ord FROM
      (SELECT row, ord, ${key} AS key FROM ${spec.table} WHERE ${where.sql}${afterSql}
       ORDER BY key ${direction}, ord ${direction} LIMIT ?) AS page
      JOIN ${spec.table} AS item ON item.row = page.row ORDER BY page.key ${direction}, page.ord ${direction}`;
    const rows = this.#database.prepare(sql).all(...where.values, ...(after ?? []), limit + 1);
    const shown = rows.slice(0, limit);
    return {
      rows: shown,
      // A list that fits into its first page counts itself.
      total: !after && rows.length <= limit ? rows.length : this.#total(spec, where, fingerprint),
      next_cursor: rows.length > limit ? cursorAfter(shown.at(-1), fingerprint) : null,
    };
  }

  /** The cursor that continues after a row of a page. */
  cursorAfter(
    spec: ListSpec,
    scan: number,
    query: PageQuery,
    row: Record<string, unknown> | undefined,
    restriction: Restriction = NO_RESTRICTION,
  ): string | null {
    return cursorAfter(row, fingerprintOf(spec, scan, query, restriction));
  }

  #total(spec: ListSpec, where: Where, fingerprint: string): number {
    const known = this.#totals.get(fingerprint);
    if (known !== undefined) return known;
    const row = this.#database
      .prepare(`SELECT count(*) AS total FROM ${spec.table} WHERE ${where.sql}`)
      .get(...where.values);
    const total = Number(row?.['total'] ?? 0);
    if (this.#totals.size >= CACHED_TOTALS) this.#totals.clear();
    this.#totals.set(fingerprint, total);
    return total;
  }
}

function conditions(spec: ListSpec, scan: number, query: PageQuery, restriction: Restriction): Where {
  const parts = ['scan = ?'];
  const values: SQLInputValue[] = [scan];
  if (restriction.sql !== '') {
    parts.push(restriction.sql);
    values.push(...restriction.values);
  }
  const kinds = kindsOf(spec, query);
  if (kinds.length > 0) {
    parts.push(`${spec.filters.kind} IN (${kinds.map(() => '?').join(', ')})`);
    values.push(...kinds);
  }
  for (const field of ['file', 'target', 'confidence'] as const) {
    const column = spec.filters[field];
    const value = query[field];
    if (!column || value === undefined) continue;
    parts.push(`${column} = ?`);
    values.push(value);
  }
  if (spec.members && query.target !== undefined) {
    parts.push(`instr(${spec.members.target}, ?) > 0`);
    values.push(`\t${query.target}\t`);
  }
  if (query.q) {
    const pattern = `%${query.q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    parts.push(`(${spec.text.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`);
    values.push(...spec.text.map(() => pattern));
  }
  return { sql: parts.join(' AND '), values };
}

function kindsOf(spec: ListSpec, query: PageQuery): string[] {
  const kinds = (query.kind ?? '').split(',').map((kind) => kind.trim());
  const wanted = kinds.filter((kind) => kind !== '');
  if (wanted.some((kind) => !spec.kinds.includes(kind))) throw new BadKindError(spec.kinds);
  return wanted;
}

function sortExpression(spec: ListSpec, sort: string | undefined): string {
  if (sort === undefined) return '0';
  const expression = Object.hasOwn(spec.sorts, sort) ? spec.sorts[sort] : undefined;
  if (expression === undefined) throw new BadSortError(Object.keys(spec.sorts));
  return expression;
}

function fingerprintOf(spec: ListSpec, scan: number, query: PageQuery, restriction: Restriction): string {
  const { kind, file, target, confidence, q, sort, order } = query;
  const text = JSON.stringify([spec.table, scan, kind, file, target, confidence, q, sort, order, restriction]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

function cursorAfter(row: Record<string, unknown> | undefined, fingerprint: string): string | null {
  if (!row) return null;
  return Buffer.from(JSON.stringify([fingerprint, row['page_key'], row['page_ord']])).toString('base64url');
}

function decodeCursor(cursor: string, fingerprint: string): [string | number, number] {
  const parts = parseCursor(cursor);
  const [made, key, ord] = parts;
  const validKey = typeof key === 'string' || typeof key === 'number';
  if (parts.length !== 3 || made !== fingerprint || !validKey || !Number.isInteger(ord)) throw new BadCursorError();
  return [key, Number(ord)];
}

function parseCursor(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    // Not JSON is one of the ways in which a cursor is none; the caller reports it.
    return [];
  }
}
