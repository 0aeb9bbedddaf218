/**
 * Builds everything into dist/: `node scripts/build.ts`, with `--if-stale` only when a source is newer than the last
 * build.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'dist/stamp.txt');
const STEPS = ['buildServer', 'buildWebview', 'buildExtension'];
const SOURCES = ['{protocol,server,extension,webview}/**', 'scripts/build*.ts', 'package-lock.json'];

/** Milliseconds; -Infinity when the file is not there. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}

/** Folders count too: a removed file changes the time of its folder. */
function isStale(): boolean {
  const built = modified(STAMP);
  return globSync(SOURCES, { cwd: ROOT }).some((path) => modified(join(ROOT, path)) > built);
}

function build(): void {
  rmSync(STAMP, { force: true });
  const started = new Date();
  for (const step of STEPS)
    execFileSync(process.execPath, [join(ROOT, 'scripts', `${step}.ts`)], { stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  // The time the build began: a file saved while it ran makes it stale.
  writeFileSync(STAMP, `${started.toISOString()}\n`);
  utimesSync(STAMP, started, started);
}

if (!process.argv.includes('--if-stale') || isStale()) {
  const started = performance.now();
  process.stderr.write('Building … ');
  build();
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
