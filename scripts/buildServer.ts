import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

const NODE_BUILTINS = new Set(builtinModules);
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Output name of each program of the server, and the source file it starts from. */
export const SERVER_ENTRIES: Readonly<Record<string, string>> = {
  pinata: 'server/cli/main.ts',
  engineProcess: 'server/scans/engineProcess.ts',
  parseWorker: 'server/engine/parse/worker.ts',
};

/** piscina starts its threads from a file of its own package; in the bundle that file is an entry of its own. */
const PISCINA_WORKER = 'node_modules/piscina/dist/worker.js';

/** Packages that are asked for in a `try` and work without: native accelerators and pretty printers. */
const OPTIONAL_PACKAGES = ['@napi-rs/nice', 'bufferutil', 'utf-8-validate', 'pino-pretty'];

/** Places where a package looks for a file beside itself, and where that file lies beside the bundle. */
const FILE_REFERENCES = [
  {
    module: 'piscina/dist/index.js',
    text: "(0, node_path_1.resolve)(__dirname, 'worker.js')",
    replacement: "(0, node_path_1.resolve)(__dirname, 'piscinaWorker.js')",
  },
  {
    module: '@fastify/swagger-ui/index.js',
    text: "path.join(__dirname, './static/logo.svg')",
    replacement: "path.join(__dirname, 'swagger/logo.svg')",
  },
  {
    module: '@fastify/swagger-ui/lib/routes.js',
    text: "path.join(__dirname, '..', 'static')",
    replacement: "path.join(__dirname, 'swagger')",
  },
] as const;

/** Rewrites FILE_REFERENCES, and fails the build when a package no longer holds the text that is rewritten. */
const relocateFiles: Plugin = {
  name: 'relocate-files',
  setup(builder) {
    builder.onLoad({ filter: /node_modules.(piscina|@fastify.swagger-ui).*\.js$/ }, ({ path }) => {
      const reference = FILE_REFERENCES.find(({ module }) => path.replaceAll('\\', '/').endsWith(`/${module}`));
      if (!reference) return undefined;
      const source = readFileSync(path, 'utf8');
      if (source.includes(reference.text)) {
        return { contents: source.replace(reference.text, reference.replacement), loader: 'js' };
      }
      return { errors: [{ text: `${reference.module} no longer holds ${reference.text}: adapt FILE_REFERENCES` }] };
    });
  },
};

/** CommonJS packages in an ES module bundle expect these two names. */
const COMMONJS_NAMES = `import { createRequire as createRequireForBundle } from 'node:module';
const require = createRequireForBundle(import.meta.url);
const __dirname = import.meta.dirname;`;

interface ServerBuild {
  /** Output name → source file. */
  entries: Readonly<Record<string, string>>;
  /** Folder that is emptied and written; it needs nothing beside it to run. */
  outputFolder: string;
}

/**
 * Bundles the server's programs into one folder that runs without node_modules: shared chunks (piscina marks
 * transferable values with a symbol of its own, so the worker and the code in it must share one copy), the grammars,
 * the rule packs and the files of the API documentation page.
 * @throws {Error} when a package that is not optional would be missing at run time
 */
export async function buildServer({ entries, outputFolder }: ServerBuild): Promise<void> {
  rmSync(outputFolder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { ...entries, piscinaWorker: PISCINA_WORKER },
    outdir: outputFolder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The extension launches the server on VS Code's own Node, which is 22 in the oldest supported version.
    target: 'node22',
    chunkNames: 'chunk-[hash]',
    banner: { js: COMMONJS_NAMES },
    external: OPTIONAL_PACKAGES,
    plugins: [relocateFiles],
    metafile: true,
    logLevel: 'warning',
  });
  assertSelfContained(metafile);
  writeFileSync(join(outputFolder, 'package.json'), '{ "type": "module" }\n');
  copyInto(join(outputFolder, 'grammars'), [
    'node_modules/tree-sitter-*/*.wasm',
    'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  ]);
  copyInto(join(outputFolder, 'rules'), ['server/engine/rules/packs/*.json']);
  if (Object.keys(metafile.inputs).some((input) => input.includes('@fastify/swagger-ui/'))) {
    cpSync(join(ROOT, 'node_modules/@fastify/swagger-ui/static'), join(outputFolder, 'swagger'), { recursive: true });
  }
}

function assertSelfContained(metafile: Metafile): void {
  const missing = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const imported of output.imports) {
      const builtIn = imported.path.startsWith('node:') || NODE_BUILTINS.has(imported.path.split('/')[0] ?? '');
      if (imported.external && !builtIn && !OPTIONAL_PACKAGES.includes(imported.path)) missing.add(imported.path);
    }
  }
  if (missing.size > 0) throw new Error(`the server bundle would need at run time: ${[...missing].join(', ')}`);
}

function copyInto(folder: string, patterns: string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const file of globSync(patterns, { cwd: ROOT })) cpSync(join(ROOT, file), join(folder, basename(file)));
}

if (import.meta.main) {
  await buildServer({ entries: SERVER_ENTRIES, outputFolder: join(ROOT, 'dist/server') });
}
