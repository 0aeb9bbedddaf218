import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import type { StoredRoot } from '../store/store.ts';

export type FolderProblem =
  | 'path_not_absolute'
  | 'path_not_found'
  | 'not_a_folder'
  | 'outside_allowed_roots'
  | 'unreadable';

/** A folder that cannot be scanned or a file that cannot be read, with a message for the user. */
export class FolderError extends Error {
  readonly code: FolderProblem;
  constructor(code: FolderProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FolderError';
    this.code = code;
  }
}

/** The folders below which the server may scan and read. All comparisons are made on real paths. */
export class AllowedFolders {
  #roots: string[] = [];

  get roots(): readonly string[] {
    return this.#roots;
  }

  /** Replaces the roots. @throws {FolderError} when one is no folder */
  async set(paths: readonly string[]): Promise<void> {
    this.#roots = await Promise.all(paths.map((path) => realFolder(path)));
  }

  /**
   * The real path of a folder that may be scanned.
   * @throws {FolderError}
   */
  async check(path: string): Promise<string> {
    if (!isAbsolute(path)) throw new FolderError('path_not_absolute', `${path} is not an absolute path.`);
    const real = await realFolder(path);
    if (!this.contains(real)) {
      throw new FolderError('outside_allowed_roots', `${path} is outside the folders this server may scan.`);
    }
    await access(real, constants.R_OK | constants.X_OK).catch((error: unknown) => {
      throw new FolderError('unreadable', `${path} cannot be read by this user.`, { cause: error });
    });
    return real;
  }

  /** Whether a real path lies in an allowed folder. */
  contains(real: string): boolean {
    return this.#roots.some((root) => isWithin(real, root));
  }
}

/** Whether a real path is a folder itself or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Names for the roots of a scan, from real paths; a folder inside another one of them is scanned with that one. */
export function nameRoots(paths: readonly string[]): StoredRoot[] {
  const distinct = [...new Set(paths)];
  const outermost = distinct.filter((path) => !distinct.some((other) => other !== path && isWithin(path, other)));
  const taken = new Set<string>();
  return outermost.map((path) => {
    const name = freeName(path, taken);
    taken.add(name);
    return { name, path };
  });
}

function freeName(path: string, taken: ReadonlySet<string>): string {
  const name = basename(path) || 'root';
  if (!taken.has(name)) return name;
  const longer = join(basename(dirname(path)), name).replaceAll(sep, '-');
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? longer : `${longer}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

async function realFolder(path: string): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new FolderError('path_not_found', `${path} does not exist.`, { cause: error });
  });
  if (!(await stat(real)).isDirectory()) throw new FolderError('not_a_folder', `${path} is not a folder.`);
  return real;
}
