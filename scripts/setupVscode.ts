/**
 * Puts a real VS Code (code-server, the workbench and its Node extension host) into `.cache/vscode/` for the tests in
 * `test/vscode/`. Needs only the npm registry, and gcc, make and python3 for two small native modules. Does nothing
 * when the stamp file names the version wanted.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeServerFolder, CODE_SERVER_VERSION, NODE_BINARY } from '../test/vscode/installation.ts';

/** Raised when the steps below change, so that an older installation is made again. */
const RECIPE = 1;
const STAMP = join(codeServerFolder, 'stamp.txt');
const WANTED = `code-server@${CODE_SERVER_VERSION} recipe ${RECIPE} node ${process.version}\n`;
const VSCODE = join(codeServerFolder, 'node_modules', 'code-server', 'lib', 'vscode');

/** npm's own variables, inherited when this runs under `npm run`, would carry this project's .npmrc into the installs. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const projectOnly =
    /^npm_(config_(ignore_scripts|local_prefix|save_exact|omit|include|workspace)|lifecycle_|package_)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !projectOnly.test(name)));
  return { ...env, PATH: `${join(NODE_BINARY, '..')}:${process.env['PATH'] ?? ''}` };
}

function npm(folder: string, ...args: string[]): void {
  const started = Date.now();
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.error(`  npm ${args.slice(0, 3).join(' ')} (${Math.round((Date.now() - started) / 1000)} s)`);
}

/** Compiles the log writer, without which output channels and log files of VS Code stay empty. */
function buildNativeModules(): void {
  const headers = join(NODE_BINARY, '..', '..');
  if (!existsSync(join(headers, 'include', 'node', 'common.gypi'))) {
    throw new Error(`Node's headers are missing below ${headers}: run this with the Node of node_modules/.bin`);
  }
  const flags = ['--ignore-scripts=false', `--nodedir=${headers}`];
  npm(VSCODE, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog', ...flags);
}

/** Removes what the tests never start: two thirds of the size. */
function trim(): void {
  const unused = ['node_modules/@github', 'node_modules/@microsoft/mxc-sdk', 'extensions/copilot'];
  const debuggers = readdirSync(join(VSCODE, 'extensions')).filter((name) => name.startsWith('ms-vscode.js-debug'));
  for (const path of [...unused, ...debuggers.map((name) => join('extensions', name))]) {
    rmSync(join(VSCODE, path), { recursive: true, force: true });
  }
  const prebuilds = ['node_modules/@vscode/ripgrep-universal/bin', 'node_modules/node-pty/prebuilds'];
  const platform = `${process.platform}-${process.arch}`;
  for (const folder of prebuilds.map((path) => join(VSCODE, path)).filter((path) => existsSync(path))) {
    for (const name of readdirSync(folder).filter((entry) => !entry.startsWith(platform))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function install(): void {
  rmSync(codeServerFolder, { recursive: true, force: true });
  mkdirSync(codeServerFolder, { recursive: true });
  writeFileSync(join(codeServerFolder, 'package.json'), '{ "private": true }\n');
  npm(codeServerFolder, 'install', `code-server@${CODE_SERVER_VERSION}`, '--ignore-scripts');
  npm(VSCODE, 'install', '--omit=dev', '--ignore-scripts');
  npm(join(VSCODE, 'extensions'), 'install', '--omit=dev', '--ignore-scripts');
  buildNativeModules();
  trim();
  writeFileSync(STAMP, WANTED);
}

if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === WANTED) {
  console.error(`VS Code for the tests is installed (code-server ${CODE_SERVER_VERSION})`);
} else {
  console.error(`Installing VS Code for the tests (code-server ${CODE_SERVER_VERSION}) into .cache/vscode`);
  install();
}
