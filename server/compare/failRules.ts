import type { ComparisonItem, DifferenceAspect, FailRule } from '#protocol/compare.ts';
import type { Comparison } from './comparison.ts';

/** A rule of `--fail-on` that was hit, and by how many items. */
export interface FailedRule {
  rule: FailRule;
  count: number;
}

type Matches = (item: ComparisonItem) => boolean;

const RULES: Record<Exclude<FailRule, 'any'>, Matches> = {
  'new-endpoint': is('endpoints', 'added'),
  'removed-endpoint': is('endpoints', 'removed'),
  'new-table': is('tables', 'added'),
  'removed-table': is('tables', 'removed'),
  'changed-table': (item) => is('tables', 'changed')(item) && (differs(item, 'columns') || differs(item, 'relations')),
  'new-table-read': (item) => gains(item, 'readers'),
  'new-table-write': (item) => gains(item, 'writers'),
  'new-workflow': is('workflows', 'added'),
  'removed-workflow': is('workflows', 'removed'),
  'changed-workflow': is('workflows', 'changed'),
  'new-unlinked': is('unresolved', 'added'),
};

/** The rules among those asked for that a comparison breaks. */
export function failedRules(comparison: Comparison, rules: readonly FailRule[]): FailedRule[] {
  return rules.flatMap((rule) => {
    const count = rule === 'any' ? changesIn(comparison) : comparison.items.filter(RULES[rule]).length;
    return count === 0 ? [] : [{ rule, count }];
  });
}

function changesIn({ totals }: Comparison): number {
  return Object.values(totals).reduce((sum, { added, removed, changed }) => sum + added + removed + changed, 0);
}

function is(section: ComparisonItem['section'], change: ComparisonItem['change']): Matches {
  return (item) => item.section === section && item.change === change;
}

function differs(item: ComparisonItem, aspect: DifferenceAspect): boolean {
  return item.differences.some((difference) => difference.aspect === aspect);
}

function gains(item: ComparisonItem, aspect: DifferenceAspect): boolean {
  return (
    item.section === 'tables' &&
    item.differences.some((difference) => difference.aspect === aspect && difference.added_total > 0)
  );
}
