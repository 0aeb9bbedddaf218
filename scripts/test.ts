/**
 * `npm test`: sets up what the tests need, builds, checks, and runs all tests. Arguments go to vitest. The totals of
 * the tests are left in test/artefacts/results.json.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { installSystemPackages } from './setup.ts';

const ROOT = join(import.meta.dirname, '..');
const RESULTS = join(ROOT, 'test/artefacts/results.json');

function runNode(script: string, ...args: string[]): boolean {
  return spawnSync(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

/** Runs the steps in order; a failing check does not keep the tests from running, and fails the whole. */
function main(): boolean {
  rmSync(RESULTS, { force: true });
  try {
    installSystemPackages();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
  if (!runNode('scripts/setupVscode.ts')) return false;
  // Packaging builds first.
  if (!runNode('scripts/package.ts')) return false;
  const checked = runNode('scripts/check.ts');
  const tested = runNode(
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${RESULTS}`,
    ...process.argv.slice(2),
  );
  if (!checked) console.error('npm run check failed; its findings stand above the tests.');
  return checked && tested;
}

process.exitCode = main() ? 0 : 1;
