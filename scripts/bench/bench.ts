/**
 * `npm run bench -- <folder…> [--runs 5] [--write]`: scans each folder cold, again unchanged, after one changed file and
 * after a switch to a branch with 500 changed files, each through the bundled server from the request to the stored
 * result; ast-grep's scanner runs on the same files in alternation. The folder is copied, nothing is changed in it.
 * `--write` puts the tables into docs/performance.md. Linux only: memory and processor time are read from /proc.
 */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { AstGrep } from './astGrep.ts';
import { BenchServer, type ScanRun } from './benchServer.ts';
import { markdownTable } from '../markdownTable.ts';
import { circumstances, median, spread, writeSection } from './report.ts';
import { copyWorkspace, makeBranch, switchBranch, touchFile, type WorkspaceCopy } from './workspaceCopy.ts';

const SCANS = ['cold', 'unchanged', 'one file changed', 'branch switched'] as const;
type ScanKind = (typeof SCANS)[number];
type Runs = Record<ScanKind, ScanRun[]>;

/** Long enough for a stamp to count as settled, so that an unchanged file need not be read again. */
const SETTLE_MS = 2200;

interface Measured {
  workspace: WorkspaceCopy;
  runs: Runs;
  astGrep: Awaited<ReturnType<AstGrep['scan']>>[];
}

async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done, SETTLE_MS));
}

/** One round: a server with an empty store, and the four scans one after the other. */
async function round(workspace: WorkspaceCopy, runs: Runs, number: number): Promise<void> {
  await using server = await BenchServer.start(workspace.folder);
  await settle();
  runs.cold.push(await server.scan(workspace.folder));
  await settle();
  runs.unchanged.push(await server.scan(workspace.folder));
  touchFile(workspace, number);
  runs['one file changed'].push(await server.scan(workspace.folder));
  switchBranch(workspace, 'switched');
  runs['branch switched'].push(await server.scan(workspace.folder));
  switchBranch(workspace, '-');
}

async function measure(folder: string, rounds: number): Promise<Measured> {
  const workspace = await copyWorkspace(folder);
  try {
    makeBranch(workspace);
    using astGrep = AstGrep.open();
    const runs: Runs = { cold: [], unchanged: [], 'one file changed': [], 'branch switched': [] };
    const scans: Measured['astGrep'] = [];
    // Brings all files into the page cache, so that no run pays for the others.
    await astGrep?.scan(workspace.folder);
    for (let number = 0; number < rounds; number++) {
      process.stderr.write(`${workspace.name}: round ${number + 1} of ${rounds}\n`);
      if (astGrep) scans.push(await astGrep.scan(workspace.folder));
      await round(workspace, runs, number);
    }
    return { workspace, runs, astGrep: scans };
  } finally {
    workspace.remove();
  }
}

function report({ workspace, runs, astGrep }: Measured): string {
  const { files, bytes, sourceFiles } = workspace;
  const megabytes = bytes / 1e6;
  const reference = median(astGrep.map(({ wallSeconds }) => wallSeconds));
  const rows = SCANS.map((kind) => scanRow(kind, runs[kind], reference));
  if (astGrep.length > 0) {
    const of = (key: 'wallSeconds' | 'cpuSeconds' | 'peakMb'): number[] => astGrep.map((run) => run[key]);
    rows.push([
      'ast-grep, 20 patterns',
      spread(of('wallSeconds'), 2),
      '1.00',
      spread(of('cpuSeconds'), 1),
      spread(of('peakMb'), 0),
    ]);
  }
  const cold = median(runs.cold.map(({ wallSeconds }) => wallSeconds));
  return [
    `### ${workspace.name} (${workspace.commit})`,
    `${sourceFiles} source files found, ${files.length} read (${megabytes.toFixed(1)} MB; the others are tests, generated or minified), ` +
      `${runs.cold[0]?.nodes ?? 0} nodes. Cold: ${(files.length / cold).toFixed(0)} files/s, ${(megabytes / cold).toFixed(1)} MB/s. ` +
      `The server answered for the status within ${statusPercentile(runs.cold)} ms in 99 of 100 cases meanwhile. ` +
      `Medians of ${runs.cold.length} [least-most].`,
    markdownTable(['scan', 'wall s', '× ast-grep', 'CPU s', 'peak MB, all processes'], rows),
    markdownTable(['phase of the cold scan', 'ms', 'peak MB'], phaseRows(runs.cold)),
  ].join('\n\n');
}

/** The time within which 99 of 100 requests for the status were answered. */
function statusPercentile(runs: readonly ScanRun[]): string {
  const times = runs.flatMap(({ statusMs }) => statusMs).sort((a, b) => a - b);
  return (times[Math.floor(times.length * 0.99)] ?? Number.NaN).toFixed(0);
}

function scanRow(kind: ScanKind, runs: readonly ScanRun[], reference: number): string[] {
  const wall = runs.map(({ wallSeconds }) => wallSeconds);
  return [
    kind,
    spread(wall, 2),
    Number.isNaN(reference) ? '–' : (median(wall) / reference).toFixed(2),
    spread(
      runs.map(({ cpuSeconds }) => cpuSeconds),
      1,
    ),
    spread(
      runs.map(({ peakMb }) => peakMb),
      0,
    ),
  ];
}

function phaseRows(runs: readonly ScanRun[]): string[][] {
  return Object.keys(runs[0]?.phases ?? {}).map((phase) => [
    phase,
    spread(
      runs.map(({ phases }) => phases[phase] ?? Number.NaN),
      0,
    ),
    spreadOfPeaks(runs, phase),
  ]);
}

/** The server's status knows no more than the phases that are told to users. */
function spreadOfPeaks(runs: readonly ScanRun[], phase: string): string {
  const peaks = runs.flatMap(({ peakByStage }) => peakByStage[phase] ?? []);
  return peaks.length === 0 ? '' : spread(peaks, 0);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, write: { type: 'boolean', default: false } },
});
if (positionals.length === 0 || process.platform !== 'linux') {
  console.error('Usage, on Linux: npm run bench -- <folder>... [--runs 5] [--write]');
  process.exit(2);
}
const reports: string[] = [];
for (const folder of positionals) {
  const text = report(await measure(resolve(folder), Number(values.runs)));
  console.log(`${text}\n`);
  reports.push(text);
}
console.log(circumstances());
if (values.write) writeSection('scans', 'Scans', [...reports, circumstances()].join('\n\n'));
