import { createHash } from 'node:crypto';
import type { CompareQuery, ComparisonItem, ScanComparison } from '#protocol/compare.ts';
import type { ScanSummary } from '#protocol/scan.ts';
import { BadCursorError, type Store } from '../store/store.ts';
import { compareResults } from './compareResults.ts';
import type { Comparison } from './comparison.ts';

/** Comparisons kept for the next page of their lists; results never change once written. */
const KEPT = 4;
const DEFAULT_LIMIT = 100;

/** Compares scans of a store and pages through what differs. */
export class Comparisons {
  readonly #store: Store;
  readonly #kept = new Map<string, Promise<Comparison>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * One page of what changed between two scans that have ended.
   * @throws {BadCursorError} and when a result has been removed meanwhile
   */
  async page(a: ScanSummary, b: ScanSummary, query: CompareQuery): Promise<ScanComparison> {
    const { totals, items, truncated } = await this.#comparison(a.scan_id, b.scan_id);
    const { section, change, q = '' } = query;
    const text = q.toLowerCase();
    const matching = items.filter(
      (item) =>
        (section === undefined || item.section === section) &&
        (change === undefined || item.change === change) &&
        (text === '' || contains(item, text)),
    );
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([a.scan_id, b.scan_id, section, change, q]))
      .digest('base64url')
      .slice(0, 12);
    const start = query.cursor === undefined ? 0 : offsetOf(query.cursor, fingerprint);
    const end = start + (query.limit ?? DEFAULT_LIMIT);
    return {
      a,
      b,
      totals,
      items: matching.slice(start, end),
      total: matching.length,
      truncated,
      next_cursor: end < matching.length ? Buffer.from(`${fingerprint} ${end}`).toString('base64url') : null,
    };
  }

  async #comparison(a: string, b: string): Promise<Comparison> {
    const key = `${a} ${b}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const comparison = this.#compare(a, b);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= KEPT) this.#kept.delete(oldest);
    this.#kept.set(key, comparison);
    // A comparison that failed is tried again by whoever asks next; this one hears of the failure.
    comparison.catch(() => this.#kept.delete(key));
    return comparison;
  }

  async #compare(a: string, b: string): Promise<Comparison> {
    const [before, after] = await Promise.all([this.#store.reader(a), this.#store.reader(b)]);
    if (!before || !after) throw new Error('a scan was removed while it was compared');
    return compareResults(before, after);
  }
}

function contains(item: ComparisonItem, text: string): boolean {
  return item.name.toLowerCase().includes(text) || (item.file?.toLowerCase().includes(text) ?? false);
}

function offsetOf(cursor: string, fingerprint: string): number {
  const [made, offset] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (made !== fingerprint || !/^\d{1,9}$/.test(offset ?? '')) throw new BadCursorError();
  return Number(offset);
}
