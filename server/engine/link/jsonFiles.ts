import JSON5 from 'json5';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { ConfigFile } from '../discover/discover.ts';

/** A configuration file as a value, with comments and trailing commas; undefined for a broken one. */
export function readJsonFile(config: ConfigFile): unknown {
  try {
    return JSON5.parse(readFileSync(config.path, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** A configuration file as text, '' when it cannot be read. */
export function readTextFile(config: ConfigFile): string {
  try {
    return readFileSync(config.path, 'utf8');
  } catch {
    return '';
  }
}

/** The folder of a file, `root/…` without a trailing slash. */
export function folderOf({ root, file }: { root: string; file: string }): string {
  return posix.dirname(`${root}/${file}`);
}

/** Whether a folder is another one or lies below it; both `root/…`. */
export function isWithin(folder: string, inner: string): boolean {
  return inner === folder || inner.startsWith(`${folder}/`);
}
