import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = path.dirname(import.meta.dirname);
const SOURCE = path.join(ROOT, 'webview');
const TARGET = path.join(ROOT, 'dist/webview');
const CODICONS = path.join(ROOT, 'node_modules/@vscode/codicons/dist');

/** The VS Code of `engines.vscode` holds Chrome 134; the page runs in any browser of the last two years. */
const BROWSERS = ['chrome120', 'firefox121', 'safari17.4'];

/**
 * The control library tells by inserting a `<style>` element whether the browser knows `:focus-visible`, which a strict
 * Content-Security-Policy reports as a violation and answers with the wrong result. Every browser built for knows it.
 */
const focusVisible: Plugin = {
  name: 'focus-visible-without-style-element',
  setup(builder) {
    builder.onLoad({ filter: /fast-web-utilities[\\/]dist[\\/]dom\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const start = 'export function canUseFocusVisible() {';
      if (!source.includes(start)) throw new Error(`${file} no longer holds canUseFocusVisible: look at it again.`);
      return { contents: source.replace(start, `${start}\n    return true;`), loader: 'js' };
    });
  },
};

/** Builds the panel and the page into dist/webview and gives the size in bytes of each file. */
export async function buildWebview(): Promise<Map<string, number>> {
  await mkdir(TARGET, { recursive: true });
  await build({
    entryPoints: [
      { in: path.join(SOURCE, 'main.ts'), out: 'panel' },
      { in: path.join(SOURCE, 'styles/panel.css'), out: 'panel' },
      { in: path.join(SOURCE, 'themes.css'), out: 'themes' },
    ],
    outdir: TARGET,
    bundle: true,
    minify: true,
    format: 'iife',
    target: BROWSERS,
    legalComments: 'none',
    tsconfig: path.join(ROOT, 'tsconfig.webview.json'),
    plugins: [focusVisible],
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'icon.svg']) await copyFile(path.join(SOURCE, file), path.join(TARGET, file));
  for (const file of ['codicon.css', 'codicon.ttf']) await copyFile(path.join(CODICONS, file), path.join(TARGET, file));
  return sizes(['index.html', 'icon.svg', 'panel.js', 'panel.css', 'themes.css', 'codicon.css', 'codicon.ttf']);
}

async function sizes(files: readonly string[]): Promise<Map<string, number>> {
  const entries = files.map(async (file) => [file, (await stat(path.join(TARGET, file))).size] as const);
  return new Map(await Promise.all(entries));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [file, size] of await buildWebview()) process.stdout.write(`${file} ${(size / 1024).toFixed(1)} KB\n`);
}
