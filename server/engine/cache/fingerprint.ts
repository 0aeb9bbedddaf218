import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { contentHash } from '../contentHash.ts';
import type { Discovery } from '../discover/discover.ts';
import type { LoadedSettings } from '../link/workspaceSettings.ts';
import type { ReadFile } from '../readFiles.ts';
import { engineIdentity } from './engineIdentity.ts';

/**
 * Names all that a result depends on: the engine, what was asked, every file's content and every file's rule or
 * reason. Two scans with one fingerprint have the same result.
 * @param scope what is scanned and how
 * @param settings with the rule packs they name, which are no settings files by their names
 * @returns undefined when a file was not read, or failed, which another scan may not meet
 */
export function fingerprintOf(
  scope: unknown,
  settings: LoadedSettings,
  discovery: Discovery,
  read: readonly (ReadFile | undefined)[],
): string | undefined {
  const hash = createHash('sha256').update(`${engineIdentity()}\n${JSON.stringify(scope)}\n`);
  for (const [index, file] of discovery.files.entries()) {
    const result = read[index];
    if (result === undefined || result.status === 'failed') return undefined;
    hash.update(`${file.root}\0${file.file}\0${result.hash}\n`);
  }
  for (const config of discovery.configs) hash.update(`${config.root}\0${config.file}\0${contentOf(config.path)}\n`);
  hash.update(JSON.stringify([discovery.skipped, discovery.failed, settings]));
  return hash.digest('hex');
}

function contentOf(path: string): string {
  try {
    return contentHash(readFileSync(path));
  } catch {
    // The linker reads it as absent, too.
    return '';
  }
}
