import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Keeps `extension/parts.ts` out of the bundle that loads it: at run time it lies beside it. */
const partsApart: Plugin = {
  name: 'parts apart',
  setup: (bundler) =>
    bundler.onResolve({ filter: /\/parts\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './parts.cjs', external: true } : null,
    ),
};

/**
 * Bundles the extension into CommonJS files: VS Code's module `vscode` stays outside, everything else is inside.
 * `main` is what activation needs, `parts` is loaded at the first use, `mcp` runs in a process of its own.
 */
export async function buildExtension(outputFolder = join(ROOT, 'dist/extension')): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'extension/main.ts', parts: 'extension/parts.ts', mcp: 'extension/ai/mcpServer.ts' },
    plugins: [partsApart],
    outdir: outputFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // Node of VS Code 1.101, the oldest supported.
    target: 'node22',
    // `require` instead: VS Code answers that one when it is asked for `vscode`, wherever the file lies.
    supported: { 'dynamic-import': false },
    // The last two are native accelerators that `ws` asks for in a `try` and works without.
    external: ['vscode', 'bufferutil', 'utf-8-validate'],
    // Half the size to compile at activation; names stay, for the stack traces in the log.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}

if (import.meta.main) await buildExtension();
