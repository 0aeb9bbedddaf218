/** What scoring works on: facts a label states and facts a scan found, and how the two are compared. */
import { NODE_KINDS, type NodeKind } from '#protocol/graph.ts';

const KINDS: ReadonlySet<string> = new Set(NODE_KINDS);

export function isNodeKind(text: string): text is NodeKind {
  return KINDS.has(text);
}

/** A place of a fact; lines are 1-based. `file` starts with the root's name where a label set has several roots. */
export interface Place {
  file: string;
  line: number;
}

/** An operation as a label states it, or as a scan found it (then `end` is not compared). */
export interface Operation extends Place {
  kind: NodeKind;
  end: number;
  target: string;
  method: string;
  /** A label that may be found or not; neither counts. */
  optional?: boolean;
}

export interface Link {
  kind: string;
  from: Place;
  to: Place;
  certain?: boolean;
}

/** Counts of one kind of fact. `certainlyWrong` are wrong facts stated with confidence `certain`. */
export interface Tally {
  labels: number;
  found: number;
  right: number;
  /** Of the right ones with a labelled target or method: how many name them right. */
  named: number;
  toName: number;
  certainlyWrong: number;
}

const COUNTS = ['labels', 'found', 'right', 'named', 'toName', 'certainlyWrong'] as const;

export type Tallies = Map<string, Tally>;

/** A matched pair, or one that the other side lacks. */
export interface Comparison<T> {
  pairs: { label: T; found: T }[];
  missed: T[];
  wrong: T[];
}

export function emptyTally(): Tally {
  return { labels: 0, found: 0, right: 0, named: 0, toName: 0, certainlyWrong: 0 };
}

/** The tally of a kind, put there when it is not. */
export function tallyOf(tallies: Tallies, kind: string): Tally {
  const known = tallies.get(kind);
  if (known) return known;
  const tally = emptyTally();
  tallies.set(kind, tally);
  return tally;
}

/** Adds the counts of one set to another. */
export function addTallies(into: Tallies, from: Tallies): void {
  for (const [kind, tally] of from) {
    const sum = tallyOf(into, kind);
    for (const count of COUNTS) sum[count] += tally[count];
  }
}

/** A route in the form in which two are the same: letter case, slashes, host, query and parameter names do not count. */
export function normalRoute(route: string): string {
  const path = (
    route
      .trim()
      .replace(/^~/, '')
      .replace(/^https?:\/\/[^/]+/i, '')
      .split('?')[0] ?? ''
  ).toLowerCase();
  const parameters = path.replace(/\$?\{[^}]*\}/g, '{}').replace(/(^|\/):[^/]+/g, '$1{}');
  return `/${parameters.replace(/^\/+|\/+$/g, '').replace(/\/{2,}/g, '/')}`;
}

/** Lower case letters and digits; plurals count as their singular. */
export function normalName(name: string): string {
  const word = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return word.replace(/ies$/, 'y').replace(/(ss)$|s$/, '$1');
}

/** Whether a found target names what the label names. `entityOf` brings the table and the entity to one name. */
export function sameTarget(
  label: Operation,
  found: Operation,
  entityOf: (name: string) => string = normalName,
): boolean {
  if (label.target === '') return true;
  if (['api_endpoint', 'api_call', 'ui_page'].includes(label.kind)) {
    return normalRoute(label.target) === normalRoute(found.target);
  }
  if (label.kind === 'ui_action') {
    const last = (text: string): string => normalName(text.replace(/\(.*$/s, '').split('.').at(-1) ?? '');
    return last(label.target) === last(found.target === '' ? 'inline' : found.target);
  }
  if (label.kind.startsWith('database_')) {
    const entities = (text: string): string =>
      text
        .split(',')
        .map((part) => entityOf(part.trim()))
        .sort()
        .join();
    return entities(label.target) === entities(found.target);
  }
  return normalName(label.target) === normalName(found.target);
}

export function sameMethod(label: Operation, found: Operation): boolean {
  return label.method === '' || label.method.toUpperCase() === found.method.toUpperCase();
}

interface Slot<T> {
  value: T;
  mate: Slot<T> | undefined;
}

/**
 * Pairs labels and findings one to one, as many as possible; pairs that `prefers` names are made first.
 * Augmenting paths (Kuhn): a later pair never undoes an earlier gain.
 */
export function pairUp<T>(
  labels: readonly T[],
  found: readonly T[],
  fits: (label: T, found: T) => boolean,
  prefers: (label: T, found: T) => boolean = () => false,
): Comparison<T> {
  const labelSlots = labels.map((value): Slot<T> => ({ value, mate: undefined }));
  const foundSlots = found.map((value): Slot<T> => ({ value, mate: undefined }));
  const tryPair = (slot: Slot<T>, allowed: (label: T, found: T) => boolean, seen: Set<Slot<T>>): boolean => {
    for (const label of labelSlots) {
      if (seen.has(label) || !fits(label.value, slot.value) || !allowed(label.value, slot.value)) continue;
      seen.add(label);
      if (label.mate && !tryPair(label.mate, allowed, seen)) continue;
      label.mate = slot;
      slot.mate = label;
      return true;
    }
    return false;
  };
  for (const allowed of [prefers, () => true]) {
    for (const slot of foundSlots) if (!slot.mate) tryPair(slot, allowed, new Set());
  }
  return {
    pairs: labelSlots.flatMap(({ value, mate }) => (mate ? [{ label: value, found: mate.value }] : [])),
    missed: labelSlots.flatMap(({ value, mate }) => (mate ? [] : [value])),
    wrong: foundSlots.flatMap(({ value, mate }) => (mate ? [] : [value])),
  };
}

/** Precision, recall and F1 as shares of 1; undefined where there is nothing to divide by. */
export function ratios(tally: Tally): { precision?: number; recall?: number; f1?: number } {
  const precision = tally.found === 0 ? undefined : tally.right / tally.found;
  const recall = tally.labels === 0 ? undefined : tally.right / tally.labels;
  const sum = tally.found + tally.labels;
  return {
    ...(precision === undefined ? {} : { precision }),
    ...(recall === undefined ? {} : { recall }),
    ...(sum === 0 ? {} : { f1: (2 * tally.right) / sum }),
  };
}
