import { counted, grouped } from '../scans/scanProgress.ts';
import type { Store } from '../store/store.ts';

/** Prints the counts of a finished scan. */
export async function printSummary(
  store: Store,
  scanId: string,
  output: { write(text: string): unknown },
): Promise<void> {
  const overview = await store.overview(scanId);
  if (!overview) return;
  const { files, scan } = overview;
  const seconds = ((scan.duration_ms ?? 0) / 1000).toFixed(1);
  const lines = [
    `Scanned ${grouped(files.scanned)} of ${grouped(files.found)} files in ${seconds} s` +
      ` (${grouped(files.skipped)} skipped, ${grouped(files.failed)} failed)`,
    `  ${counted(overview.workflows, 'workflow')}, ${counted(overview.tables, 'table')}`,
    ...Object.entries(overview.nodes_by_kind).map(([kind, count]) => `  ${grouped(count).padStart(8)} ${kind}`),
  ];
  const unresolved = Object.values(overview.unresolved_by_reason).reduce((sum, count) => sum + count, 0);
  if (unresolved > 0) lines.push(`  ${grouped(unresolved).padStart(8)} not joined to anything`);
  for (const notice of overview.notices ?? []) lines.push(`  Note: ${notice}`);
  output.write(`${lines.join('\n')}\n`);
}
