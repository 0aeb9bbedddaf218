/** A hop with the column it stands in and the hop that led to it (-1 at the entry). */
interface PlacedHop {
  column: number;
  parent: number;
}

/** Deeper branches stay in the last column: a chain must remain readable in a narrow panel. */
const LAST_COLUMN = 4;

/**
 * Places the hops of a depth-first chain. A hop that is the only child stays below its parent, so that a straight chain
 * is a straight line; only where the chain branches do the children move one column to the right.
 */
export function placeHops(depths: readonly number[]): PlacedHop[] {
  const parents = parentsOf(depths);
  const children = new Map<number, number>();
  for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  const placed: PlacedHop[] = [];
  for (const parent of parents) {
    const above = parent < 0 ? 0 : (placed[parent]?.column ?? 0);
    const branches = parent >= 0 && (children.get(parent) ?? 0) > 1;
    placed.push({ parent, column: Math.min(LAST_COLUMN, above + (branches ? 1 : 0)) });
  }
  return placed;
}

function parentsOf(depths: readonly number[]): number[] {
  const path: number[] = [];
  return depths.map((depth, index) => {
    path.length = Math.min(path.length, depth);
    const parent = path.at(-1) ?? -1;
    path.push(index);
    return parent;
  });
}
