/** Compares what the scan of a case finds with what the case says. */
import type { GraphEdge, GraphNode } from '#protocol/graph.ts';
import type { EngineResult } from '#engine/scan.ts';
import { type AccuracyCase, foundOperations, scanCase, tablePlace } from './accuracyCases.ts';
import {
  addTallies,
  type Link,
  type Operation,
  pairUp,
  type Place,
  sameMethod,
  sameTarget,
  type Tallies,
  tallyOf,
} from './accuracyScore.ts';

const ENTRIES: ReadonlySet<string> = new Set([
  'ui_action',
  'ui_page',
  'api_endpoint',
  'message_receive',
  'scheduled_task',
]);
const ENDS: ReadonlySet<string> = new Set([
  'database_read',
  'database_write',
  'file_read',
  'file_write',
  'cache_read',
  'cache_write',
  'message_send',
  'api_call',
]);

export interface CaseOutcome {
  name: string;
  operations: Tallies;
  links: Tallies;
  /** Endpoints of the case whose route and verb are right; whole paths from an entry point to an operation. */
  routes: Tallies;
  paths: Tallies;
  /** One line a difference; empty when everything is as the case says. */
  differences: string[];
}

/** Scans a case and compares. */
export async function runCase(authored: AccuracyCase): Promise<CaseOutcome> {
  const result = await scanCase(authored.files);
  const outcome: CaseOutcome = {
    name: authored.name,
    operations: new Map(),
    links: new Map(),
    routes: new Map(),
    paths: new Map(),
    differences: [],
  };
  const failures = [...result.files.failed.map(({ path, reason }) => `failed ${path}: ${reason}`), ...result.notices];
  outcome.differences.push(...failures);
  const withTransforms = authored.operations.some(({ kind }) => kind === 'data_transform');
  const found = foundOperations(result.nodes, (node) => node.file).filter(
    ({ kind }) => withTransforms || kind !== 'data_transform',
  );
  compareOperations(authored.operations, found, outcome);
  const edges = foundLinks(result, withTransforms);
  const sure = edges.filter(({ confidence }) => confidence !== 'possible').map(({ link }) => link);
  compareLinks(authored.links, sure, outcome);
  for (const link of authored.possible) {
    const there = edges.some(({ confidence, link: other }) => confidence === 'possible' && sameLink(link, other));
    if (!there) outcome.differences.push(`missing possible ${describeLink(link)}`);
  }
  comparePaths(authored, found, sure, outcome);
  return outcome;
}

function compareOperations(labels: readonly Operation[], found: readonly Operation[], outcome: CaseOutcome): void {
  const named = (label: Operation, other: Operation): boolean => sameTarget(label, other) && sameMethod(label, other);
  const fits = (label: Operation, other: Operation): boolean =>
    label.kind === other.kind && label.file === other.file && label.line === other.line;
  const { pairs, missed, wrong } = pairUp(labels, found, fits, named);
  for (const { kind } of labels) tallyOf(outcome.operations, kind).labels++;
  for (const { kind } of found) tallyOf(outcome.operations, kind).found++;
  for (const { label, found: other } of pairs) {
    const tally = tallyOf(outcome.operations, label.kind);
    tally.right++;
    const right = named(label, other);
    if (label.target !== '' || label.method !== '') tally.toName++;
    if ((label.target !== '' || label.method !== '') && right) tally.named++;
    if (!right) outcome.differences.push(`named wrong ${describe(label)}: ${other.method} ${other.target}`);
    if (label.end !== label.line && label.end !== other.end) {
      outcome.differences.push(`span wrong ${describe(label)}: ends at ${other.end}, not ${label.end}`);
    }
    if (label.kind === 'api_endpoint' && right) tallyOf(outcome.routes, 'full route and verb').right++;
  }
  const routes = tallyOf(outcome.routes, 'full route and verb');
  routes.labels += labels.filter(({ kind }) => kind === 'api_endpoint').length;
  routes.found += found.filter(({ kind }) => kind === 'api_endpoint').length;
  outcome.differences.push(...missed.map((label) => `missing ${describe(label)}`));
  outcome.differences.push(...wrong.map((other) => `wrong ${describe(other)}`));
}

function describe({ kind, method, target, file, line }: Operation): string {
  return [kind, method, target, `${file}:${line}`].filter((part) => part !== '').join(' ');
}

interface FoundLink {
  link: Link;
  confidence: GraphEdge['confidence'];
}

function foundLinks(result: EngineResult, withTransforms: boolean): FoundLink[] {
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  return result.edges.flatMap((edge) => {
    const from = nodes.get(edge.source);
    const to = nodes.get(edge.target);
    if (!from || !to || from.provider === 'framework') return [];
    // What belongs to a step that is off by default is not compared.
    if (!withTransforms && (from.kind === 'data_transform' || to.kind === 'data_transform')) return [];
    const link = { kind: edge.kind, from: placeOf(from), to: placeOf(to), certain: edge.confidence === 'certain' };
    return [{ link, confidence: edge.confidence }];
  });
}

function placeOf(node: GraphNode): Place & { kind: string } {
  const place = node.kind === 'table' ? tablePlace(node.name) : { file: node.file, line: node.start_line };
  return { ...place, kind: node.kind };
}

function samePlace(a: Place, b: Place): boolean {
  return a.file === b.file && a.line === b.line;
}

function sameLink(a: Link, b: Link): boolean {
  return a.kind === b.kind && samePlace(a.from, b.from) && sameTablePlace(a.to, b.to);
}

/** A label may name a table by its entity: `Article` for `Articles`. */
function sameTablePlace(a: Place, b: Place): boolean {
  if (samePlace(a, b)) return true;
  return a.file.startsWith('table ') && b.file.startsWith('table ') && `${a.file}s` === b.file;
}

function compareLinks(labels: readonly Link[], found: readonly Link[], outcome: CaseOutcome): void {
  const { pairs, missed, wrong } = pairUp(labels, found, sameLink);
  for (const { kind } of labels) tallyOf(outcome.links, kind).labels++;
  for (const { kind } of found) tallyOf(outcome.links, kind).found++;
  for (const { label } of pairs) tallyOf(outcome.links, label.kind).right++;
  for (const link of wrong) if (link.certain === true) tallyOf(outcome.links, link.kind).certainlyWrong++;
  outcome.differences.push(...missed.map((link) => `missing ${describeLink(link)}`));
  outcome.differences.push(...wrong.map((link) => `wrong ${describeLink(link)}`));
}

function describeLink({ kind, from, to }: Link): string {
  const place = ({ file, line }: Place): string => (line === 0 ? file : `${file}:${line}`);
  return `${kind} ${place(from)} -> ${place(to)}`;
}

/** Pairs of an entry point and an operation that links connect. */
function comparePaths(
  authored: AccuracyCase,
  found: readonly Operation[],
  links: readonly Link[],
  outcome: CaseOutcome,
): void {
  const expected = connectedPairs(authored.operations, authored.links);
  const actual = connectedPairs(found, links);
  const tally = tallyOf(outcome.paths, 'start to operation');
  tally.labels += expected.size;
  tally.found += actual.size;
  for (const pair of actual) {
    if (expected.has(pair)) tally.right++;
  }
}

function connectedPairs(operations: readonly Operation[], links: readonly Link[]): Set<string> {
  const key = ({ file, line }: Place): string => `${file}:${line}`;
  const next = new Map<string, { key: string; kind: string }[]>();
  for (const { kind, from, to } of links) {
    const known = next.get(key(from));
    if (known) known.push({ key: key(to), kind });
    else next.set(key(from), [{ key: key(to), kind }]);
  }
  const ends = new Map(operations.filter(({ kind }) => ENDS.has(kind)).map((end) => [key(end), end.kind]));
  const pairs = new Set<string>();
  for (const entry of operations.filter(({ kind }) => ENTRIES.has(kind))) {
    const seen = new Set([key(entry)]);
    const pending = [key(entry)];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      for (const step of next.get(at) ?? []) {
        if (step.kind !== 'calls' && step.kind !== 'handles' && ends.has(step.key))
          pairs.add(`${key(entry)} => ${step.key}`);
        if (seen.has(step.key)) continue;
        seen.add(step.key);
        pending.push(step.key);
      }
    }
  }
  return pairs;
}

/** Sums over cases. */
export interface CaseTotals {
  count: number;
  /** Number of cases by language. */
  languages: Map<string, number>;
  operations: Tallies;
  links: Tallies;
  routes: Tallies;
  paths: Tallies;
  /** By name of the cases that differ. */
  differences: Map<string, string[]>;
}

/** Runs cases one after the other. */
export async function runCases(cases: readonly AccuracyCase[]): Promise<CaseTotals> {
  const totals: CaseTotals = {
    count: cases.length,
    languages: new Map(),
    operations: new Map(),
    links: new Map(),
    routes: new Map(),
    paths: new Map(),
    differences: new Map(),
  };
  for (const authored of cases) {
    const outcome = await runCase(authored);
    const language = authored.name.split('/')[0] ?? '';
    totals.languages.set(language, (totals.languages.get(language) ?? 0) + 1);
    for (const part of ['operations', 'links', 'routes', 'paths'] as const) addTallies(totals[part], outcome[part]);
    if (outcome.differences.length > 0) totals.differences.set(outcome.name, outcome.differences);
  }
  return totals;
}
