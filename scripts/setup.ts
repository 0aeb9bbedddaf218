/**
 * Installs what the tests need from the system: Debian packages when this runs as root, otherwise it names what is
 * missing. Does nothing when everything is there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program the tests start, under any of its names, and the Debian packages it comes in. */
const REQUIREMENTS = [
  { programs: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium', 'fonts-dejavu-core'] },
  { programs: ['redis-server'], packages: ['redis-server'] },
  { programs: ['git'], packages: ['git'] },
  // VS Code's log writer is compiled.
  { programs: ['g++'], packages: ['g++'] },
  { programs: ['make'], packages: ['make'] },
  { programs: ['python3'], packages: ['python3'] },
] as const;

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // Not in this folder; the next one is tried.
      return false;
    }
  });
}

/**
 * Makes sure that every program the tests start is installed.
 * @throws {Error} naming the packages to install when they cannot be installed from here
 */
export function installSystemPackages(): void {
  const missing = REQUIREMENTS.filter(({ programs }) => !programs.some(isOnPath));
  if (missing.length === 0) return;
  const packages = missing.flatMap((requirement) => [...requirement.packages]);
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    const programs = missing.map((requirement) => requirement.programs[0]).join(', ');
    throw new Error(
      `The tests need ${programs}. On Debian and Ubuntu: sudo apt-get install ${packages.join(' ')}; elsewhere ` +
        'install them in the way of the system and put them on the PATH.',
    );
  }
  process.stderr.write(`Installing ${packages.join(', ')} … `);
  const started = performance.now();
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' } as const;
  // An unreachable source of packages must not fail the run when another one holds them.
  spawnSync('apt-get', ['update', '-qq'], options);
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  process.stderr.write(`${Math.round((performance.now() - started) / 1000)} s\n`);
}

if (import.meta.main) installSystemPackages();
