import type { ScanOverview } from '#protocol/http.ts';
import { isOperation } from '../components/vocabulary.ts';

/** Operations of a scan: its nodes without functions and tables. */
export function operationsOf(overview: ScanOverview): number {
  return Object.entries(overview.nodes_by_kind).reduce((sum, [kind, n]) => sum + (isOperation(kind) ? n : 0), 0);
}

export function notLinked(overview: ScanOverview): number {
  return Object.values(overview.unresolved_by_reason).reduce((sum, number) => sum + number, 0);
}
