/**
 * Makes dist/pinata.vsix from what is built: `node scripts/package.ts`. It is complete by itself, with no node_modules
 * beside it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, 'dist', 'pinata.vsix');

/** One file of every part; a package without them would install and then fail. */
const REQUIRED = [
  'dist/extension/main.cjs',
  'dist/server/pinata.js',
  'dist/server/engineProcess.js',
  'dist/server/grammars/web-tree-sitter.wasm',
  'dist/webview/panel.js',
  'dist/webview/codicon.ttf',
  'extension/media/icon.png',
];

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
assertBuilt();
mkdirSync(join(ROOT, 'dist'), { recursive: true });
packageExtension();
console.log(`dist/pinata.vsix ${(statSync(OUTPUT).size / 1024 / 1024).toFixed(1)} MB`);
