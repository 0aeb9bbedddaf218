import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isIgnoredFolder, isThirdPartyFolder } from './ignoredFolders.ts';
import { emptyListing, isWanted, type Lister, type Listing, nestedIn } from './listing.ts';

const GIT_TIMEOUT_MS = 120_000;
/** `ls-files --stage` prints `<mode> <object> <stage>\t<path>`. */
const MODE_LENGTH = 6;
/** The workspace's git configuration must not start programs, and core.fsmonitor names one. */
const SAFE_SETTINGS = ['-c', 'core.fsmonitor=false'];
const LINK_MODE = '120000';
const SUBMODULE_MODE = '160000';

interface GitOutput {
  entries: string[];
  messages: string;
}

/**
 * Lists what git knows of a folder: tracked files, and untracked ones that are not ignored.
 * @param listNested lists a repository or submodule inside this one
 * @returns false, having listed nothing, when git is missing, or the folder is in no work tree or is ignored as a whole
 */
export async function* listByGit(
  folder: string,
  signal: AbortSignal,
  listNested: Lister,
): AsyncGenerator<Listing, boolean> {
  // Two processes: finding untracked files takes git ten times as long as naming the tracked ones.
  const untrackedRun = runGit(folder, ['--others', '--exclude-standard'], signal);
  const trackedRun = runGit(folder, ['--cached', '--stage'], signal);
  const tracked = await trackedRun;
  signal.throwIfAborted();
  if (tracked === undefined) return false;
  const folders = new Folders(folder);
  const nested = new Set<string>();
  if (tracked.entries.length > 0) yield trackedFiles(tracked.entries, folder, folders, nested);
  const untracked = await untrackedRun;
  signal.throwIfAborted();
  if (tracked.entries.length === 0 && (untracked?.entries.length ?? 0) === 0) return false;
  yield untrackedFiles(untracked, folder, folders, nested);
  for (const name of nested) {
    for await (const part of listNested(path.join(folder, name))) yield nestedIn(name, part);
  }
  return true;
}

function trackedFiles(entries: string[], root: string, folders: Folders, nested: Set<string>): Listing {
  const listing = emptyListing();
  let previous = '';
  for (const entry of entries) {
    const tab = entry.indexOf('\t');
    const mode = entry.slice(0, MODE_LENGTH);
    const file = entry.slice(tab + 1);
    const isWantedFile = isWanted(file);
    const isSpecial = mode === LINK_MODE || mode === SUBMODULE_MODE;
    // A file in conflict stands in the index once for each side.
    if (!(isWantedFile || isSpecial) || file === previous || !isSafePath(file)) continue;
    if (!folders.isUsable(parentOf(file), true)) continue;
    previous = file;
    if (mode === SUBMODULE_MODE) {
      if (isRepository(path.join(root, file))) nested.add(file);
    } else {
      (isWantedFile ? listing.files : listing.links).push(file);
    }
  }
  return listing;
}

function untrackedFiles(run: GitOutput | undefined, root: string, folders: Folders, nested: Set<string>): Listing {
  const listing = emptyListing();
  if (run === undefined) listing.failed.push({ file: '', reason: 'git could not list the files it does not track' });
  for (const entry of run?.entries ?? []) {
    const isFolder = entry.endsWith('/');
    const file = isFolder ? entry.slice(0, -1) : entry;
    if (!isSafePath(file) || !folders.isUsable(isFolder ? file : parentOf(file), false)) continue;
    if (isFolder) nested.add(file);
    else if (isWanted(file)) listing.files.push(file);
    else if (isLink(path.join(root, file))) listing.links.push(file);
  }
  listing.failed.push(...unreadableFolders(run?.messages ?? ''));
  return listing;
}

function parentOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), 0));
}

/** An index is data of the workspace: a crafted one may name files outside of it. */
function isSafePath(file: string): boolean {
  if (file === '' || file.startsWith('/')) return false;
  if (path.sep === '\\' && /[\\:]/.test(file)) return false;
  return !file.includes('..') || !file.split('/').includes('..');
}

function isRepository(folder: string): boolean {
  return fs.existsSync(path.join(folder, '.git'));
}

function isLink(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Remembers of each folder whether files in it count. */
class Folders {
  readonly #root: string;
  readonly #real = new Map<string, boolean>();
  readonly #tracked = new Map<string, boolean>();
  readonly #untracked = new Map<string, boolean>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Whether files in the folder are read. Tracked files are ignored in fewer folders than untracked ones: who tracks
   * a folder called `build` has code in it.
   */
  isUsable(folder: string, tracked: boolean): boolean {
    if (folder === '') return true;
    const known = (tracked ? this.#tracked : this.#untracked).get(folder);
    if (known !== undefined) return known;
    const parent = parentOf(folder);
    const usable =
      this.isUsable(parent, tracked) &&
      !this.#isIgnored(parent, folder.slice(folder.lastIndexOf('/') + 1), tracked) &&
      this.#isRealFolder(folder);
    (tracked ? this.#tracked : this.#untracked).set(folder, usable);
    return usable;
  }

  #isIgnored(parent: string, name: string, tracked: boolean): boolean {
    const parentPath = path.join(this.#root, parent);
    return tracked ? isThirdPartyFolder(path.basename(parentPath), name) : isIgnoredFolder(parentPath, name);
  }

  /** A tracked folder may since have been replaced by a link to anywhere: git then still lists its files. */
  #isRealFolder(folder: string): boolean {
    let real = this.#real.get(folder);
    if (real === undefined) {
      real = fs.lstatSync(path.join(this.#root, folder), { throwIfNoEntry: false })?.isDirectory() ?? false;
      this.#real.set(folder, real);
    }
    return real;
  }
}

function unreadableFolders(messages: string): { file: string; reason: string }[] {
  const found = messages.matchAll(/^warning: could not open directory '(.+?)\/?': (.+)$/gm);
  return [...found].map(([, file = '', reason = '']) => ({ file, reason: reason.toLowerCase() }));
}

/** @returns undefined when git is missing, fails or is aborted */
function runGit(folder: string, what: string[], signal: AbortSignal): Promise<GitOutput | undefined> {
  const { promise, resolve } = Promise.withResolvers<GitOutput | undefined>();
  const git = spawn('git', [...SAFE_SETTINGS, '-C', folder, 'ls-files', '-z', ...what], {
    // Not the scanned folder: Windows would run a `git.exe` that lies there.
    cwd: path.dirname(process.execPath),
    env: gitEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    timeout: GIT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    signal,
  });
  const entries = new EntrySplitter();
  let messages = '';
  git.stdout.on('data', (chunk: Buffer) => entries.push(chunk));
  git.stderr.on('data', (chunk: Buffer) => {
    if (messages.length < 100_000) messages += chunk.toString();
  });
  // A program that could not be started may end with `error` alone.
  git.on('error', () => resolve(undefined));
  git.on('close', (code) => resolve(code === 0 ? { entries: entries.entries, messages } : undefined));
  return promise;
}

function gitEnvironment(): NodeJS.ProcessEnv {
  // GIT_DIR and its like come from hooks and would name another repository.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would fetch missing objects with a command from its configuration.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    LC_ALL: 'C',
  };
}

/** Splits output at NUL characters as it comes. */
class EntrySplitter {
  readonly entries: string[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split('\0');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.entries.push(part);
  }
}
