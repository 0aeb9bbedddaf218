/**
 * `npm run accuracy`: scores the scan on the authored cases and, with `--labels` and `--repositories`, on real
 * repositories labelled by hand; prints the tables and writes docs/accuracy.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCases } from './accuracyCases.ts';
import { type Floor, floorOf, readKnown, writeFloor } from './accuracyFloor.ts';
import { type LabelledOutcome, runLabels } from './accuracyLabels.ts';
import { countsTable, linksTable, operationsTable, recallTable } from './accuracyReport.ts';
import { type CaseTotals, runCases } from './accuracyRun.ts';
import { addTallies, type Tallies } from './accuracyScore.ts';

const DOCUMENT = join(import.meta.dirname, '../docs/accuracy.md');

const USAGE = `usage: npm run accuracy -- [options]
  --labels <folder>        operations.csv, links.csv and schemas.csv of real repositories
  --repositories <folder>  the repositories, one folder each, named as in the labels
  --case <text>            only cases whose name contains the text; prints differences, writes nothing
  --differences            print every difference
  --raise-floor            write the totals of the cases into test/accuracy/floor.json where they are higher`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      labels: { type: 'string' },
      repositories: { type: 'string' },
      case: { type: 'string' },
      differences: { type: 'boolean', default: false },
      'raise-floor': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if ((values.labels === undefined) !== (values.repositories === undefined)) {
    throw new Error(`--labels and --repositories belong together\n${USAGE}`);
  }
  return values;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const filter = options.case ?? '';
  const totals = await runCases(loadCases().filter(({ name }) => name.includes(filter)));
  printDifferences(totals.differences, options.differences || filter !== '');
  if (filter !== '') return;
  const cases = caseSection(totals);
  console.log(cases);
  writeSection('cases', cases);
  if (options['raise-floor']) writeFloor(raised(totals));
  if (options.labels === undefined || options.repositories === undefined) return;
  // npm runs scripts in the package's folder; a relative path means the folder the user is in.
  const [labels, repositories] = [options.labels, options.repositories].map((path) =>
    resolve(process.env['INIT_CWD'] ?? '.', path),
  );
  const outcomes = await runLabels(labels ?? '', repositories ?? '');
  const real = repositoriesSection(outcomes);
  console.log(real);
  if (options.differences) for (const line of outcomes.flatMap((outcome) => outcome.differences)) console.log(line);
  writeSection('repositories', real);
}

function raised(totals: CaseTotals): Floor {
  return {
    operations: floorOf(totals.operations),
    links: floorOf(totals.links),
    routes: floorOf(totals.routes),
    paths: floorOf(totals.paths),
  };
}

function printDifferences(differences: ReadonlyMap<string, readonly string[]>, all: boolean): void {
  const known = readKnown();
  for (const [name, lines] of differences) {
    const reason = known[name];
    if (!all && reason !== undefined) continue;
    console.log(
      `${name}${reason === undefined ? '' : ` (known: ${reason})`}\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
  }
}

function caseSection(totals: CaseTotals): string {
  const known = Object.entries(readKnown());
  const languages = [...totals.languages].map(([language, count]) => `${count} ${language}`).join(', ');
  return [
    `${totals.count} cases (${languages}). Cases whose scan differs from what they say: ${totals.differences.size}.`,
    operationsTable(totals.operations),
    linksTable(totals.links),
    countsTable('endpoints', totals.routes),
    countsTable('whole paths', totals.paths),
    ...(known.length === 0
      ? []
      : ['Known differences:', known.map(([name, reason]) => `- \`${name}\`: ${reason}`).join('\n')]),
  ].join('\n\n');
}

function repositoriesSection(outcomes: readonly LabelledOutcome[]): string {
  const sum = (pick: (outcome: LabelledOutcome) => Tallies): Tallies => {
    const into: Tallies = new Map();
    for (const outcome of outcomes) addTallies(into, pick(outcome));
    return into;
  };
  const repositories = outcomes.flatMap((outcome) => outcome.repositories);
  return [
    repositories.map(({ name, commit }) => `- ${name} at ${commit}`).join('\n'),
    operationsTable(sum(({ operations }) => operations)),
    linksTable(sum(({ links }) => links)),
    recallTable(
      'endpoints',
      sum(({ routes }) => routes),
    ),
    recallTable(
      'hops of the labelled workflows',
      sum(({ hops }) => hops),
    ),
    recallTable(
      'whole paths',
      sum(({ paths }) => paths),
    ),
    countsTable(
      'schemas',
      sum(({ schemas }) => schemas),
    ),
  ].join('\n\n');
}

/** Replaces what stands between the marks of a section of the document. */
function writeSection(name: string, content: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/accuracy.md has no ${begin} … ${end}`);
  writeFileSync(DOCUMENT, `${before}${begin}\n\n${content}\n\n${end}${after}`);
}

await main();
