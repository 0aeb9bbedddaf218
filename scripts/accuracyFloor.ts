/** What the authored cases must reach at least, and where they are known to differ. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { ratios, type Tallies } from './accuracyScore.ts';

const FOLDER = join(import.meta.dirname, '../test/accuracy');
const FLOOR = join(FOLDER, 'floor.json');

const Bars = Type.Record(
  Type.String(),
  Type.Object(
    { precision: Type.Optional(Type.Number()), recall: Type.Optional(Type.Number()) },
    { additionalProperties: false },
  ),
);
type Bars = Static<typeof Bars>;

/** Least precision and recall by kind, as shares of 1. */
const Floor = Type.Object(
  { operations: Bars, links: Bars, routes: Bars, paths: Bars },
  { additionalProperties: false },
);
export type Floor = Static<typeof Floor>;

/** Reasons by name of the case that differs. */
const Known = Type.Record(Type.String(), Type.String({ minLength: 1 }));

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function readFloor(): Floor {
  return Value.Parse(Floor, readJson(FLOOR));
}

export function readKnown(): Record<string, string> {
  return Value.Parse(Known, readJson(join(FOLDER, 'known.json')));
}

/** The floor that totals stand for: rounded down, so that it holds for them. */
export function floorOf(tallies: Tallies): Bars {
  const down = (share: number): number => Math.floor(share * 1000) / 1000;
  const bars: Bars = {};
  for (const [kind, tally] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { precision, recall } = ratios(tally);
    bars[kind] = {
      ...(precision === undefined ? {} : { precision: down(precision) }),
      ...(recall === undefined ? {} : { recall: down(recall) }),
    };
  }
  return bars;
}

/** One line for every kind whose precision or recall is below the bar. */
export function belowFloor(bars: Bars, tallies: Tallies): string[] {
  return Object.entries(bars).flatMap(([kind, bar]) => {
    const tally = tallies.get(kind);
    const reached = tally ? ratios(tally) : {};
    return (['precision', 'recall'] as const).flatMap((measure) => {
      const least = bar[measure];
      const share = reached[measure] ?? 0;
      return least === undefined || share >= least
        ? []
        : [`${measure} of ${kind} is ${share.toFixed(3)}, the floor is ${least}`];
    });
  });
}

/** Writes the floor; a bar that is higher already stays. */
export function writeFloor(reached: Floor): void {
  const floor = readFloor();
  const higher = (old: Bars, now: Bars): Bars => {
    const kinds = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return Object.fromEntries(kinds.map((kind) => [kind, higherBar(old[kind] ?? {}, now[kind] ?? {})]));
  };
  const raised: Floor = {
    operations: higher(floor.operations, reached.operations),
    links: higher(floor.links, reached.links),
    routes: higher(floor.routes, reached.routes),
    paths: higher(floor.paths, reached.paths),
  };
  writeFileSync(FLOOR, `${JSON.stringify(raised, undefined, 2)}\n`);
}

function higherBar(old: Bars[string], now: Bars[string]): Bars[string] {
  const bar: Bars[string] = {};
  for (const measure of ['precision', 'recall'] as const) {
    const shares = [old[measure], now[measure]].filter((share) => share !== undefined);
    if (shares.length > 0) bar[measure] = Math.max(...shares);
  }
  return bar;
}
