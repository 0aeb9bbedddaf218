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

/** Names by key: what is compared are the keys, what is shown are the names. */
export type NamesByKey = ReadonlyMap<string, string>;

/** How two sets differ; nothing where they are equal. */
export function difference(aspect: DifferenceAspect, before: NamesByKey, after: NamesByKey): Difference[] {
  const added = [...after].filter(([key]) => !before.has(key)).map(([, name]) => name);
  const removed = [...before].filter(([key]) => !after.has(key)).map(([, name]) => name);
  if (added.length + removed.length === 0) return [];
  return [
    {
      aspect,
      added: added.toSorted().slice(0, NAMED),
      removed: removed.toSorted().slice(0, NAMED),
      added_total: added.length,
      removed_total: removed.length,
    },
  ];
}

/** Names that are their own keys. */
export function byName(names: Iterable<string>): NamesByKey {
  return new Map([...names].map((name) => [name, name]));
}

/** One value as a set of one, so that a changed value is one removed and one added. */
export function single(value: string | undefined): NamesByKey {
  return byName(value === undefined ? [] : [value]);
}
