/**
 * Makes dist/pinata.vsix: `node scripts/package.ts`, with `--if-stale` only when something in it is newer. It is
 * complete by itself, with no node_modules beside it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, 'dist', 'pinata.vsix');

/** One file of every part; a package without them would install and then fail. */
const REQUIRED = [
  'dist/extension/main.cjs',
  'dist/extension/parts.cjs',
  'dist/extension/mcp.cjs',
  'dist/server/pinata.js',
  'dist/server/engineProcess.js',
  'dist/server/grammars/web-tree-sitter.wasm',
  'dist/webview/panel.js',
  'dist/webview/codicon.ttf',
  'extension/media/icon.png',
];

const INPUTS = [
  'package.json',
  '.vscodeignore',
  '{README,CHANGELOG}.md',
  'LICENSE',
  'extension/media/**',
  'dist/{extension,server,webview}/**',
];

function isStale(): boolean {
  const made = statSync(OUTPUT, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  return globSync(INPUTS, { cwd: ROOT }).some((path) => statSync(join(ROOT, path)).mtimeMs > made);
}

function assertBuilt(): void {
  const missing = REQUIRED.filter((path) => !existsSync(join(ROOT, path)));
  if (missing.length > 0) throw new Error(`Build first (node scripts/build.ts): ${missing.join(', ')} is missing`);
}

function packageExtension(): void {
  const vsce = join(ROOT, 'node_modules', '@vscode', 'vsce', 'vsce');
  const links = ['--allow-missing-repository', '--no-rewrite-relative-links'];
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--out', OUTPUT, ...links], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
}

execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.ts'), '--if-stale'], { stdio: 'inherit' });
if (!process.argv.includes('--if-stale') || isStale()) {
  assertBuilt();
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  packageExtension();
  console.log(`dist/pinata.vsix ${(statSync(OUTPUT).size / 1024 / 1024).toFixed(1)} MB`);
}
