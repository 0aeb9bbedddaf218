import { existsSync } from 'node:fs';
import type { ComparisonItem, FailRule } from '#protocol/compare.ts';
import { isTerminal } from '#protocol/scan.ts';
import { compareResults } from '../compare/compareResults.ts';
import type { Comparison } from '../compare/comparison.ts';
import { type FailedRule, failedRules } from '../compare/failRules.ts';
import { errorMessage } from '../errorMessage.ts';
import { oneLine } from '../exports/escape.ts';
import { readResultFile } from '../exports/resultFile.ts';
import { databasePath, defaultDataFolder } from '../store/dataFolder.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { SqliteStore } from '../store/sqliteStore.ts';
import type { Store } from '../store/store.ts';
import { checkOutput, writeOut } from './output.ts';
import { type DiffOptions, EXIT, UsageError } from './usage.ts';

/** Most lines printed of one section; `--format json` has all. */
const LINES_PER_SECTION = 50;
/** Nodes are what the other sections are made of; their counts are enough for a reader. */
const PRINTED_SECTIONS = ['endpoints', 'tables', 'workflows', 'unresolved'] as const;
const MARKS: Record<ComparisonItem['change'], string> = { added: '+', removed: '-', changed: '~' };

/**
 * `pinata diff`: what changed between two results, and whether it is something that must not.
 * @returns 1 when a rule of `--fail-on` is broken, otherwise 0
 * @throws {UsageError} for what is neither a result file nor a scan
 */
export async function diffCommand(options: DiffOptions): Promise<number> {
  if (options.output !== undefined) await checkOutput(options.output);
  const results = new Results(options.dataDir);
  try {
    const [a, b] = [await results.open(options.a), await results.open(options.b)];
    const comparison = await compareResults(a, b);
    const failed = failedRules(comparison, options.failOn);
    const text = options.format === 'json' ? asJson(options, a, b, comparison, failed) : asText(comparison);
    await writeOut([text], options.output);
    for (const { rule, count } of failed) process.stderr.write(`pinata: ${rule}: ${count}\n`);
    return failed.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await results.close();
  }
}

/** Opens result files and scans of the store; the store only if a scan is named. */
class Results {
  readonly #dataDir: string | undefined;
  #store: Store | undefined;

  constructor(dataDir: string | undefined) {
    this.#dataDir = dataDir;
  }

  async open(name: string): Promise<ResultReader> {
    if (!existsSync(name)) return this.#scan(name);
    try {
      return await readResultFile(name);
    } catch (error) {
      throw new UsageError(errorMessage(error));
    }
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  async #scan(scanId: string): Promise<ResultReader> {
    const path = databasePath(this.#dataDir ?? defaultDataFolder());
    if (existsSync(path)) this.#store ??= new SqliteStore(path);
    const summary = await this.#store?.summary(scanId);
    const result = summary && (await this.#store?.reader(scanId));
    if (!result) throw new UsageError(`diff: ${scanId} is neither a result file nor a scan in the result store`);
    if (!isTerminal(summary.status)) throw new UsageError(`diff: scan ${scanId} has not ended yet`);
    return result;
  }
}

function asJson(
  { a: nameA, b: nameB, failOn }: { a: string; b: string; failOn: FailRule[] },
  a: ResultReader,
  b: ResultReader,
  comparison: Comparison,
  failed: FailedRule[],
): string {
  const side = (source: string, { head }: ResultReader) => ({
    source,
    scan_id: head.scan.scan_id,
    status: head.scan.status,
  });
  const report = { a: side(nameA, a), b: side(nameB, b), ...comparison, fail_on: failOn, failed };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function asText({ totals, items }: Comparison): string {
  const lines: string[] = [];
  for (const section of PRINTED_SECTIONS) {
    const { added, removed, changed } = totals[section];
    lines.push(`${section}: ${added} added, ${removed} removed, ${changed} changed`);
    const own = items.filter((item) => item.section === section);
    lines.push(...own.slice(0, LINES_PER_SECTION).map(itemLine));
    if (own.length > LINES_PER_SECTION) lines.push(`    and ${own.length - LINES_PER_SECTION} more`);
  }
  const { added, removed, changed } = totals.nodes;
  lines.push(`nodes: ${added} added, ${removed} removed, ${changed} changed`);
  return `${lines.join('\n')}\n`;
}

function itemLine(item: ComparisonItem): string {
  const place = item.file === undefined ? '' : `  ${item.file}:${item.line ?? 1}`;
  const reason = item.section === 'unresolved' ? `  ${item.kind ?? ''}` : '';
  const differences = item.change === 'changed' ? item.differences.map(differenceText).join('; ') : '';
  return `  ${MARKS[item.change]} ${oneLine(`${item.name}${place}${reason}${differences && `  ${differences}`}`)}`;
}

function differenceText({ aspect, added, removed }: ComparisonItem['differences'][number]): string {
  return `${aspect} ${[...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)].join(', ')}`;
}
