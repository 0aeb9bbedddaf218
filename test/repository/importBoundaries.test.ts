import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** File of the repository → imports that the lint must refuse there. */
const FORBIDDEN: Record<string, string[]> = {
  'protocol/planted.ts': ['fastify', 'node:fs', 'vscode', '#engine/scan.ts', '../server/cli/main.ts', 'typebox-like'],
  'server/engine/planted.ts': [
    'fastify',
    '@fastify/static',
    'ioredis',
    'ws',
    'vscode',
    'pino',
    'node:http',
    'node:https',
    'node:net',
    'web-tree-sitter',
    '../http/app.ts',
    '../store/sqliteStore.ts',
    '../progress/memoryBus.ts',
    '../../extension/main.ts',
  ],
  'server/engine/link/planted.ts': ['../../scans/coordinator.ts', '../../cli/main.ts', '../../../webview/main.ts'],
  'server/http/planted.ts': ['vscode', '../../extension/main.ts', '../../webview/main.ts'],
  'extension/views/planted.ts': [
    'fastify',
    'ioredis',
    '#engine/scan.ts',
    '../../server/http/app.ts',
    '../../server/scans/coordinator.ts',
    '../../webview/main.ts',
  ],
  'webview/views/planted.ts': [
    'node:fs',
    'fs',
    'fastify',
    'vscode',
    '#engine/scan.ts',
    '@vscode/webview-ui-toolkit',
    '../../server/http/app.ts',
    '../../extension/main.ts',
  ],
};

/** File of the repository → imports that the lint must let pass there. */
const ALLOWED: Record<string, string[]> = {
  'protocol/planted.ts': ['typebox', 'typebox/value', './scan.ts'],
  'server/engine/planted.ts': [
    'node:fs',
    'node:fs/promises',
    '#protocol/graph.ts',
    '#engine/scan.ts',
    'piscina',
    'ignore',
  ],
  'server/engine/link/planted.ts': ['../lower/tree.ts', './types.ts', 'typebox/compile'],
  'server/engine/parse/grammars.ts': ['web-tree-sitter'],
  'server/http/planted.ts': ['fastify', 'node:http', '#engine/scan.ts', '#protocol/http.ts', '../scans/coordinator.ts'],
  'extension/views/planted.ts': ['vscode', 'ws', 'node:path', '#protocol/http.ts', '../server/launch.ts'],
  'webview/views/planted.ts': ['lit', 'lit/decorators.js', '#protocol/graph.ts', '../components/controls.ts'],
  'webview/components/controls.ts': ['@vscode/webview-ui-toolkit'],
};

const LintReport = Type.Object({
  diagnostics: Type.Array(
    Type.Object({
      code: Type.String(),
      filename: Type.String(),
      labels: Type.Array(Type.Object({ span: Type.Object({ line: Type.Integer() }) })),
    }),
  ),
});

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinata-boundaries-'));
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes each file with one import a line, and gives the imports that were refused, by file. */
function refusedImports(files: Record<string, string[]>): Record<string, string[]> {
  for (const [file, specifiers] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    const lines = specifiers.map((specifier, index) => `import * as planted${index} from '${specifier}';`);
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
  }
  const args = ['node_modules/oxlint/bin/oxlint', '--format=json', ...Object.keys(files)];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const { diagnostics } = Value.Parse(LintReport, JSON.parse(stdout));
  const refused = diagnostics.filter(({ code }) => code === 'eslint(no-restricted-imports)');
  return Object.fromEntries(
    Object.entries(files).map(([file, specifiers]) => {
      const lines = refused.filter(({ filename }) => filename === file).map(({ labels }) => labels[0]?.span.line ?? 0);
      return [file, specifiers.filter((_, index) => lines.includes(index + 1))];
    }),
  );
}

describe('the import boundaries of the lint configuration', () => {
  it('refuse every import that would tie the parts together', () => {
    expect(refusedImports(FORBIDDEN)).toEqual(FORBIDDEN);
  });

  it('let the imports pass that the parts are made of', () => {
    const nothing = Object.fromEntries(Object.keys(ALLOWED).map((file) => [file, []]));
    expect(refusedImports(ALLOWED)).toEqual(nothing);
  });
});
