/** `npm run check`: runs every static check, also after one has failed, and ends with exit code 1 when any did. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { Type } from 'typebox';
import { PRODUCT_VERSION } from '#protocol/version.ts';

const ROOT = join(import.meta.dirname, '..');

const CHECKS = [
  { name: 'lint', command: ['oxlint'] },
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the webview', command: ['tsc', '--noEmit', '-p', 'tsconfig.webview.json'] },
  { name: 'unused code', command: ['knip'] },
] as const;

function run(name: string, [program, ...args]: readonly [string, ...string[]]): boolean {
  const started = performance.now();
  const result = spawnSync(join(ROOT, 'node_modules/.bin', program), args, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  const passed = result.status === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${passed ? 'ok    ' : 'failed'} ${name} (${seconds} s)`);
  if (!passed) console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
  return passed;
}

/** The version is written in two places, because the bundles cannot read package.json. */
function versionsAgree(): boolean {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { version } = Value.Parse(Type.Object({ version: Type.String() }), manifest);
  const agree = version === PRODUCT_VERSION;
  console.log(`${agree ? 'ok    ' : 'failed'} versions`);
  if (!agree) console.log(`package.json says ${version}, protocol/version.ts says ${PRODUCT_VERSION}`);
  return agree;
}

const results = [...CHECKS.map(({ name, command }) => run(name, command)), versionsAgree()];
if (results.includes(false)) process.exitCode = 1;
