import {
  type Change,
  CHANGES,
  type ChangeCounts,
  COMPARED_SECTIONS,
  type ComparedSection,
  type ComparisonItem,
  type ComparisonTotals,
  type Difference,
  type DifferenceAspect,
} from '#protocol/compare.ts';

/** Most items listed of one section and sort of change; totals count all. */
const LISTED = 20_000;
/** Most names listed on each side of a difference; totals count all. */
const NAMED = 50;

/** What changed from one result to another. */
export interface Comparison {
  totals: ComparisonTotals;
  items: ComparisonItem[];
  /** Whether a section has more changes of one sort than are listed. */
  truncated: boolean;
}

/** Collects what differs while two results are compared. */
export class ComparisonBuilder {
  readonly #items: ComparisonItem[] = [];
  readonly #totals: ComparisonTotals = {
    endpoints: noChanges(),
    tables: noChanges(),
    workflows: noChanges(),
    unresolved: noChanges(),
    nodes: noChanges(),
  };
  #truncated = false;

  /** @param item made only when it is listed */
  add(section: ComparedSection, change: Change, item: () => Omit<ComparisonItem, 'section' | 'change'>): void {
    const counts = this.#totals[section];
    counts[change]++;
    if (counts[change] > LISTED) this.#truncated = true;
    else this.#items.push({ section, change, ...item() });
  }

  /** The comparison, by section and change; within them in the order of the results. */
  build(): Comparison {
    const place = (item: ComparisonItem): number =>
      COMPARED_SECTIONS.indexOf(item.section) * CHANGES.length + CHANGES.indexOf(item.change);
    return {
      totals: this.#totals,
      items: this.#items.toSorted((a, b) => place(a) - place(b)),
      truncated: this.#truncated,
    };
  }
}

function noChanges(): ChangeCounts {
  return { added: 0, removed: 0, changed: 0 };
}

/** Keys that are compared, and how those that differ are shown. */
export interface NamedKeys {
  keys: ReadonlySet<string>;
  nameOf: (key: string) => string;
}

/** How two sets differ; nothing where they are equal. */
export function difference(aspect: DifferenceAspect, before: NamedKeys, after: NamedKeys): Difference[] {
  const added = without(after.keys, before.keys);
  const removed = without(before.keys, after.keys);
  if (added.length + removed.length === 0) return [];
  return [
    {
      aspect,
      added: named(added, after),
      removed: named(removed, before),
      added_total: added.length,
      removed_total: removed.length,
    },
  ];
}

function without(keys: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...keys].filter((key) => !others.has(key));
}

function named(keys: string[], { nameOf }: NamedKeys): string[] {
  return keys
    .map((key) => nameOf(key))
    .toSorted()
    .slice(0, NAMED);
}

/** Names that are their own keys. */
export function byName(names: Iterable<string>): NamedKeys {
  return { keys: new Set(names), nameOf: (key) => key };
}

/** One value as a set of one, so that a changed value is one removed and one added. */
export function single(value: string | undefined): NamedKeys {
  return byName(value === undefined ? [] : [value]);
}
