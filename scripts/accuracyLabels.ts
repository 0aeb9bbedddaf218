/** Scores real repositories against labels made by hand: operations.csv, links.csv, schemas.csv. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeKind } from '#protocol/graph.ts';
import { type EngineResult, scan } from '#engine/scan.ts';
import { foundOperations } from './accuracyCases.ts';
import {
  isNodeKind,
  type Link,
  normalName,
  normalRoute,
  type Operation,
  pairUp,
  type Place,
  sameMethod,
  sameTarget,
  type Tallies,
  tallyOf,
} from './accuracyScore.ts';

/** What these columns of links.csv say; functions and operations are told apart by what stands at the end. */
const LINK_KINDS: Record<string, string> = {
  performs: 'calls',
  calls: 'calls',
  requests: 'requests',
  delivers: 'delivers',
  handles: 'handles',
};

type Row = Record<string, string>;

export interface LabelledOutcome {
  /** Folders scanned together, with the commit each is at. */
  repositories: { name: string; commit: string }[];
  operations: Tallies;
  links: Tallies;
  routes: Tallies;
  /** Recall only: labels name the hops of some workflows, not all hops. */
  hops: Tallies;
  paths: Tallies;
  schemas: Tallies;
  differences: string[];
}

/** Parses comma-separated values with quotes; the first line names the columns. */
export function parseCsv(text: string): Row[] {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n\r]*))(,|\r?\n|$)/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of cells) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  const [head = [], ...rest] = rows.filter((row) => row.length > 1);
  return rest.map((row) => Object.fromEntries(head.map((column, index) => [column, row[index] ?? ''])));
}

function readRows(folder: string, name: string): Row[] {
  const path = join(folder, name);
  return existsSync(path) ? parseCsv(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) : [];
}

interface Labels {
  operations: Operation[];
  /** Spans in which a finding counts neither way. */
  ignored: Operation[];
  links: Link[];
  schemas: Row[];
}

/** Paths of all labels start with the repository's name. */
function readLabels(folder: string): Labels {
  const operation = (row: Row): Operation => ({
    kind: toKind(row['kind'] ?? ''),
    file: `${row['repo']}/${row['file']}`,
    line: Number(row['start_line']),
    end: Number(row['end_line']),
    target: row['target'] ?? '',
    method: row['method'] ?? '',
    optional: /^ambiguous/i.test(row['note'] ?? ''),
  });
  return {
    operations: readRows(folder, 'operations.csv').map(operation),
    ignored: ['dontcare.csv', 'ambiguous.csv'].flatMap((name) => readRows(folder, name)).map(operation),
    links: readRows(folder, 'links.csv').map((row) => ({
      kind: row['link'] ?? '',
      from: { file: `${row['repo']}/${row['from_file']}`, line: Number(row['from_line']) },
      to: { file: `${row['repo']}/${row['to_file']}`, line: Number(row['to_line']) },
    })),
    schemas: readRows(folder, 'schemas.csv'),
  };
}

function toKind(text: string): NodeKind {
  if (!isNodeKind(text)) throw new Error(`operations.csv: ${JSON.stringify(text)} is no kind of node`);
  return text;
}

/**
 * Scans the labelled repositories and compares. Repositories that a link label takes for one workspace (a repository
 * name that is no folder, with paths that start with the folders' names) are scanned together.
 * @param folder folder of the label files
 * @param repositories folder with one folder a repository, named as in the labels
 */
export async function runLabels(folder: string, repositories: string): Promise<LabelledOutcome[]> {
  const labels = readLabels(folder);
  const groups = workspaces(labels, repositories);
  const outcomes: LabelledOutcome[] = [];
  for (const names of groups) outcomes.push(await runWorkspace(names, labels, repositories));
  return outcomes;
}

function workspaces(labels: Labels, repositories: string): string[][] {
  const names = [...new Set(labels.operations.map(({ file }) => file.split('/')[0] ?? ''))];
  const missing = names.filter((name) => !existsSync(join(repositories, name)));
  if (missing.length > 0)
    throw new Error(
      `${repositories} has no folder ${missing.join(', ')}: clone each labelled repository into a folder of its label name`,
    );
  const joined = new Map<string, Set<string>>();
  for (const { from, to } of labels.links) {
    const [workspace = '', first = ''] = from.file.split('/');
    if (names.includes(workspace)) continue;
    const members = joined.get(workspace) ?? new Set<string>();
    for (const member of [first, to.file.split('/')[1] ?? '']) members.add(member);
    joined.set(workspace, members);
  }
  const groups = [...joined.values()].map((members) => [...members].sort());
  return [...groups, ...names.filter((name) => !groups.some((group) => group.includes(name))).map((name) => [name])];
}

async function runWorkspace(names: readonly string[], labels: Labels, repositories: string): Promise<LabelledOutcome> {
  const roots = names.map((name) => ({ name, path: join(repositories, name) }));
  const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
  const result = await scan({ roots }, hooks);
  const inside = ({ file }: Place): boolean => names.includes(file.split('/')[0] ?? '');
  const scope = new LabelledFolders(labels.operations.filter(inside));
  const outcome: LabelledOutcome = {
    repositories: names.map((name) => ({ name, commit: commitOf(join(repositories, name)) })),
    operations: new Map(),
    links: new Map(),
    routes: new Map(),
    hops: new Map(),
    paths: new Map(),
    schemas: new Map(),
    differences: [],
  };
  const entityOf = entityNames(labels.schemas);
  const found = foundOperations(result.nodes, (node) => `${node.root}/${node.file}`);
  const counted = found.filter((operation) => operation.kind !== 'data_transform' && scope.has(operation));
  compareOperations({ ...labels, operations: labels.operations.filter(inside) }, counted, entityOf, outcome);
  const places = labels.links.map((link) => withoutWorkspace(link, names)).filter((link) => inside(link.from));
  compareLinks(places, foundLinks(result), labels.operations, outcome);
  compareSchemas(
    labels.schemas.filter((row) => names.includes(row['repo'] ?? '')),
    result,
    entityOf,
    outcome,
  );
  return outcome;
}

function commitOf(folder: string): string {
  try {
    return execFileSync('git', ['-C', folder, 'rev-parse', '--short=12', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // A folder without git history is scored all the same; its commit is not known.
    return 'unknown';
  }
}

/** The top folders that carry labels; what lies outside (build scripts, samples) was not labelled. */
class LabelledFolders {
  readonly #folders: ReadonlySet<string>;

  constructor(labels: readonly Operation[]) {
    this.#folders = new Set(labels.map(({ file }) => topFolder(file)));
  }

  has(operation: Operation): boolean {
    return this.#folders.has(topFolder(operation.file));
  }
}

function topFolder(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

/** Brings the names of entities and of their tables to one. */
function entityNames(schemas: readonly Row[]): (name: string) => string {
  const entities = new Map<string, string>();
  for (const { entity = '', table = '' } of schemas) {
    for (const name of [entity, table]) entities.set(normalName(name), normalName(entity));
  }
  return (name) => {
    const word = normalName(name);
    return entities.get(word) ?? entities.get(word.replace(/entity$/, '')) ?? word.replace(/entity$/, '');
  };
}

function compareOperations(
  labels: Labels,
  found: readonly Operation[],
  entityOf: (name: string) => string,
  outcome: LabelledOutcome,
): void {
  const covers = (label: Operation, other: Operation): boolean =>
    label.kind === other.kind && label.file === other.file && other.line >= label.line && other.line <= label.end;
  const named = (label: Operation, other: Operation): boolean =>
    sameTarget(label, other, entityOf) && sameMethod(label, other);
  const { pairs, missed, wrong } = pairUp(labels.operations, found, covers, named);
  const counted = wrong.filter((other) => !labels.ignored.some((span) => covers(span, other)));
  const lost = missed.filter((label) => label.optional !== true);
  for (const { label, found: other } of pairs) {
    const tally = tallyOf(outcome.operations, label.kind);
    tally.right++;
    tally.labels++;
    tally.found++;
    if (label.target === '' && label.method === '') continue;
    tally.toName++;
    if (named(label, other)) tally.named++;
    else outcome.differences.push(`named wrong ${describe(label)}: ${other.method} ${other.target}`);
  }
  for (const { kind } of lost) tallyOf(outcome.operations, kind).labels++;
  for (const { kind } of counted) tallyOf(outcome.operations, kind).found++;
  scoreRoutes(labels.operations, pairs, outcome);
  outcome.differences.push(
    ...lost.map((label) => `missing ${describe(label)}`),
    ...counted.map((other) => `wrong ${describe(other)}`),
  );
}

function scoreRoutes(
  labels: readonly Operation[],
  pairs: readonly { label: Operation; found: Operation }[],
  outcome: LabelledOutcome,
): void {
  const tally = tallyOf(outcome.routes, 'full route and verb');
  const endpoints = pairs.filter(({ label }) => label.kind === 'api_endpoint');
  tally.labels = labels.filter(({ kind }) => kind === 'api_endpoint').length;
  tally.found = endpoints.length;
  tally.right = endpoints.filter(
    ({ label, found }) => normalRoute(label.target) === normalRoute(found.target) && sameMethod(label, found),
  ).length;
}

function describe({ kind, method, target, file, line }: Operation): string {
  return [kind, method, target, `${file}:${line}`].filter((part) => part !== '').join(' ');
}

function withoutWorkspace(link: Link, names: readonly string[]): Link {
  const strip = ({ file, line }: Place): Place => {
    const [first = '', second = '', ...rest] = file.split('/');
    return names.includes(second) && !names.includes(first)
      ? { file: [second, ...rest].join('/'), line }
      : { file, line };
  };
  return { ...link, from: strip(link.from), to: strip(link.to) };
}

/** Links between places; a handler of an entry point that is no UI action counts as its call, as labels say it. */
function foundLinks(result: EngineResult): Link[] {
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  return result.edges.flatMap((edge) => {
    const from = nodes.get(edge.source);
    const to = nodes.get(edge.target);
    const kind = LINK_KINDS[edge.kind];
    if (!from || !to || kind === undefined || edge.confidence === 'possible') return [];
    const place = ({ root, file, start_line: line }: typeof from): Place => ({ file: `${root}/${file}`, line });
    const shown = kind === 'handles' && from.kind !== 'ui_action' ? 'calls' : kind;
    return [{ kind: shown, from: place(from), to: place(to), certain: edge.confidence === 'certain' }];
  });
}

function compareLinks(
  labels: readonly Link[],
  found: readonly Link[],
  operations: readonly Operation[],
  outcome: LabelledOutcome,
): void {
  const spans = (label: Place, place: Place): boolean =>
    label.file === place.file &&
    (label.line === place.line ||
      operations.some(
        ({ file, line, end }) => file === label.file && line === label.line && place.line >= line && place.line <= end,
      ));
  const fits = (label: Link, link: Link): boolean =>
    label.kind === link.kind && spans(label.from, link.from) && spans(label.to, link.to);
  const { pairs, missed, wrong } = pairUp(labels, found, fits);
  const labelled = new Set(labels.map(({ kind }) => kind));
  for (const kind of labelled) {
    // Calls are labelled for some workflows only: their precision would say nothing.
    const tally = tallyOf(kind === 'calls' ? outcome.hops : outcome.links, kind);
    tally.labels += labels.filter((label) => label.kind === kind).length;
    tally.right += pairs.filter(({ label }) => label.kind === kind).length;
    if (kind === 'calls') continue;
    const extra = wrong.filter((link) => link.kind === kind);
    tally.found += pairs.filter(({ label }) => label.kind === kind).length + extra.length;
    tally.certainlyWrong += extra.filter(({ certain }) => certain === true).length;
    outcome.differences.push(...extra.map((link) => `wrong ${describeLink(link)}`));
  }
  outcome.differences.push(...missed.map((link) => `missing ${describeLink(link)}`));
  scorePaths(labels, new Set(missed), outcome);
}

function describeLink({ kind, from, to }: Link): string {
  return `${kind} ${from.file}:${from.line} -> ${to.file}:${to.line}`;
}

/** Every start of a labelled workflow with every operation at its end: connected when all hops between are found. */
function scorePaths(labels: readonly Link[], missed: ReadonlySet<Link>, outcome: LabelledOutcome): void {
  const all = [...labels, ...joinsInFiles(labels)];
  const targets = new Set(all.map(({ to }) => placeKey(to)));
  const sources = new Set(all.map(({ from }) => placeKey(from)));
  const called = new Set(labels.filter(({ kind }) => kind === 'calls').map(({ to }) => placeKey(to)));
  const tally = tallyOf(outcome.paths, 'start to operation');
  for (const start of [...sources].filter((source) => !targets.has(source))) {
    const ends = [...reach(start, all)].filter((end) => called.has(end) && !sources.has(end));
    const reached = reach(
      start,
      all.filter((link) => !missed.has(link)),
    );
    tally.labels += ends.length;
    tally.right += ends.filter((end) => reached.has(end)).length;
  }
}

/** Labels that start a hop at the line of a call instead of its function continue the nearest function above. */
function joinsInFiles(labels: readonly Link[]): Link[] {
  const targets = new Map(labels.map(({ to }) => [placeKey(to), to]));
  return labels.flatMap(({ kind, from }) => {
    if (kind !== 'calls' || targets.has(placeKey(from))) return [];
    const above = [...targets.values()].filter(({ file, line }) => file === from.file && line < from.line);
    const nearest = above.sort((a, b) => b.line - a.line)[0];
    return nearest ? [{ kind: 'calls', from: nearest, to: from }] : [];
  });
}

function reach(start: string, links: readonly Link[]): Set<string> {
  const seen = new Set([start]);
  for (const place of seen) for (const { from, to } of links) if (placeKey(from) === place) seen.add(placeKey(to));
  return seen;
}

function placeKey({ file, line }: Place): string {
  return `${file}:${line}`;
}

function compareSchemas(
  labels: readonly Row[],
  result: EngineResult,
  entityOf: (name: string) => string,
  outcome: LabelledOutcome,
): void {
  const entities = tallyOf(outcome.schemas, 'entities');
  const columns = tallyOf(outcome.schemas, 'columns');
  entities.labels += labels.length;
  entities.found += result.schemas.length;
  const left = new Set(result.schemas);
  for (const { entity = '', columns: list = '', repo } of labels) {
    const schema = [...left].find((other) => other.root === repo && entityOf(other.entity) === entityOf(entity));
    if (!schema) continue;
    left.delete(schema);
    entities.right++;
    const wanted = new Set(
      list
        .split(';')
        .filter((name) => name !== '')
        .map(normalName),
    );
    const names = new Set(schema.columns.map(({ name }) => normalName(name)));
    columns.labels += wanted.size;
    columns.found += names.size;
    columns.right += [...names].filter((name) => wanted.has(name)).length;
  }
}
