import { createHash } from 'node:crypto';
import { globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** In the bundle all code, grammars and rule packs lie in one folder; in the source tree they are the engine's. */
const BUNDLED = !import.meta.url.endsWith('.ts');
const FOLDER = fileURLToPath(new URL(BUNDLED ? './' : '../', import.meta.url));
const PARTS = BUNDLED ? ['*.js', 'rules/*.json', 'grammars/*.wasm'] : ['**/*.ts', '**/*.json'];

let identity: string | undefined;

/**
 * Names the engine that runs: what another one has cached is of no use to this one, since it may read or link
 * differently. Of the files' names, sizes and times, so that a change while developing counts as well as an update.
 */
export function engineIdentity(): string {
  identity ??= computeIdentity();
  return identity;
}

function computeIdentity(): string {
  const hash = createHash('sha256');
  for (const file of globSync(PARTS, { cwd: FOLDER }).sort()) {
    const { size, mtimeMs } = statSync(`${FOLDER}${file}`);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
