import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder for Pinata by the platform's convention; `PINATA_DATA_DIR` overrides it. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env['PINATA_DATA_DIR']) return env['PINATA_DATA_DIR'];
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'pinata');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'pinata');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pinata');
}

/** Path of the database in a data folder. */
export function databasePath(dataFolder: string): string {
  return join(dataFolder, 'pinata.sqlite');
}
