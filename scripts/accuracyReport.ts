/** Accuracy as Markdown tables. */
import { OPERATION_KINDS } from '#protocol/graph.ts';
import { markdownTable } from './markdownTable.ts';
import { addTallies, emptyTally, ratios, type Tallies, type Tally } from './accuracyScore.ts';

const LINK_ORDER = ['handles', 'calls', 'performs', 'requests', 'delivers', 'accesses', 'navigates'];

/** A share as a percentage with one decimal. */
export function percent(share: number | undefined): string {
  return share === undefined ? '–' : (100 * share).toFixed(1);
}

function ordered(tallies: Tallies, order: readonly string[]): [string, Tally][] {
  const place = (kind: string): number => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return [...tallies].sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
}

function total(tallies: Tallies): Tally {
  const sum: Tallies = new Map();
  for (const tally of tallies.values()) addTallies(sum, new Map([['all', tally]]));
  return sum.get('all') ?? emptyTally();
}

function counts(tally: Tally): string[] {
  const { precision, recall, f1 } = ratios(tally);
  return [
    String(tally.labels),
    String(tally.found),
    String(tally.right),
    percent(precision),
    percent(recall),
    percent(f1),
  ];
}

/** Operations by kind; the last column is the share of the right ones whose target and method are right as well. */
export function operationsTable(tallies: Tallies): string {
  const row = (name: string, tally: Tally): string[] => [
    name,
    ...counts(tally),
    tally.toName === 0 ? '–' : `${tally.named} of ${tally.toName}`,
  ];
  const rows = ordered(tallies, OPERATION_KINDS).map(([kind, tally]) => row(kind, tally));
  const head = ['operation', 'labelled', 'found', 'right', 'precision %', 'recall %', 'F1', 'target and method right'];
  return markdownTable(head, [...rows, row('**all kinds**', total(tallies))]);
}

/** Links by kind; the last column counts wrong links that were stated as certain. */
export function linksTable(tallies: Tallies): string {
  const rows = ordered(tallies, LINK_ORDER).map(([kind, tally]) => [
    kind,
    ...counts(tally),
    String(tally.certainlyWrong),
  ]);
  return markdownTable(
    ['link', 'labelled', 'found', 'right', 'precision %', 'recall %', 'F1', 'certain and wrong'],
    rows,
  );
}

/** Anything with labels, findings and hits. */
export function countsTable(head: string, tallies: Tallies): string {
  const rows = ordered(tallies, []).map(([kind, tally]) => [kind, ...counts(tally)]);
  return markdownTable([head, 'labelled', 'found', 'right', 'precision %', 'recall %', 'F1'], rows);
}

/** What is labelled in part: only recall means something. */
export function recallTable(head: string, tallies: Tallies): string {
  const rows = ordered(tallies, []).map(([kind, tally]) => [
    kind,
    String(tally.labels),
    String(tally.right),
    percent(ratios(tally).recall),
  ]);
  return markdownTable([head, 'labelled', 'right', 'recall %'], rows);
}
