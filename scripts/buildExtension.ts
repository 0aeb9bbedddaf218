import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the extension into one CommonJS file: VS Code's module `vscode` stays outside, everything else is inside.
 * What is behind `import()` is evaluated at its first use, which keeps activation cheap. Beside it lies the MCP server,
 * which runs in a process of its own.
 */
export async function buildExtension(outputFolder = join(ROOT, 'dist/extension')): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'extension/main.ts', mcp: 'extension/ai/mcpServer.ts' },
    outdir: outputFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // Node of VS Code 1.101, the oldest supported.
    target: 'node22',
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
