/**
 * `npm run bench:synthetic [-- --sizes 1000,10000,50000,100000] [--runs 1] [--write]`: scans generated workspaces of
 * growing size through the bundled server and fits how time and memory grow with the number of files.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchServer, type ScanRun } from './benchServer.ts';
import { markdownTable } from '../markdownTable.ts';
import { circumstances, median, spread, writeSection } from './report.ts';
import { FILES_A_FEATURE, featureFiles, sharedFiles } from './syntheticFeature.ts';

function generate(size: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'pinata-synthetic-'));
  const write = (files: Record<string, string>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  };
  const features = Math.round(size / FILES_A_FEATURE);
  write(sharedFiles(features));
  for (let number = 0; number < features; number++) write(featureFiles(number));
  return folder;
}

async function measure(size: number, rounds: number): Promise<ScanRun[]> {
  const folder = generate(size);
  try {
    const runs: ScanRun[] = [];
    for (let number = 0; number < rounds; number++) {
      process.stderr.write(`${size} files: round ${number + 1} of ${rounds}\n`);
      await using server = await BenchServer.start(folder);
      runs.push(await server.scan(folder));
    }
    return runs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Slope of the least-squares line through the logarithms: 1 is linear growth, 2 is quadratic. */
function exponent(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (index: 0 | 1): number => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  const variance = logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return covariance / variance;
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,50000,100000' },
    runs: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const sizes = values.sizes.split(',').map(Number);
const measured: { size: number; runs: ScanRun[] }[] = [];
for (const size of sizes) measured.push({ size, runs: await measure(size, Number(values.runs)) });

const rows = measured.map(({ size, runs }) => [
  String(size),
  spread(
    runs.map(({ wallSeconds }) => wallSeconds),
    1,
  ),
  spread(
    runs.map(({ cpuSeconds }) => cpuSeconds),
    1,
  ),
  spread(
    runs.map(({ peakMb }) => peakMb),
    0,
  ),
  (size / median(runs.map(({ wallSeconds }) => wallSeconds))).toFixed(0),
  String(runs[0]?.nodes ?? 0),
]);
const growth = (of: (run: ScanRun) => number): string =>
  exponent(measured.map(({ size, runs }) => [size, median(runs.map(of))] as const)).toFixed(2);
const text = [
  markdownTable(['files', 'wall s', 'CPU s', 'peak MB, all processes', 'files/s', 'nodes'], rows),
  measured.length > 1
    ? `Growth with the number of files (1 is linear): wall time ${growth(({ wallSeconds }) => wallSeconds)}, ` +
      `processor time ${growth(({ cpuSeconds }) => cpuSeconds)}, memory ${growth(({ peakMb }) => peakMb)}.`
    : '',
  circumstances(),
]
  .filter((part) => part !== '')
  .join('\n\n');
console.log(text);
if (values.write) writeSection('synthetic', 'Growth on generated workspaces', text);
