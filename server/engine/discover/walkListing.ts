import fs from 'node:fs';
import path from 'node:path';
import { failureReason } from './failureReason.ts';
import { isIgnoredFolder } from './ignoredFolders.ts';
import { breathe, emptyListing, isWanted, type Lister, type Listing, nestedIn } from './listing.ts';
import { PatternSet } from './patterns.ts';

const MAX_GITIGNORE_BYTES = 1024 * 1024;
const FOLDERS_PER_PART = 200;

/** The patterns of one .gitignore file; `base` is its folder relative to the root, with a slash at its end. */
interface IgnoreFile {
  base: string;
  patterns: PatternSet;
}

interface Folder {
  /** Relative to the root, with a slash at its end; '' for the root. */
  base: string;
  ignoreFiles: readonly IgnoreFile[];
}

/**
 * Lists a folder without git's help, with the .gitignore files in it.
 * @param listRepository lists a repository inside the folder
 */
export async function* listByWalk(root: string, signal: AbortSignal, listRepository: Lister): AsyncGenerator<Listing> {
  let listing = emptyListing();
  const open: Folder[] = [{ base: '', ignoreFiles: [] }];
  for (let count = 1, folder = open.pop(); folder !== undefined; folder = open.pop(), count++) {
    if (count % FOLDERS_PER_PART === 0) {
      yield listing;
      listing = emptyListing();
      await breathe(signal);
    }
    const entries = readFolder(root, folder.base, listing);
    if (folder.base !== '' && entries.some((entry) => entry.name === '.git')) {
      const name = folder.base.slice(0, -1);
      for await (const part of listRepository(path.join(root, name))) yield nestedIn(name, part);
    } else {
      sortEntries(root, folder, entries, listing, open);
    }
  }
  yield listing;
}

function readFolder(root: string, base: string, listing: Listing): fs.Dirent[] {
  try {
    return fs.readdirSync(path.join(root, base), { withFileTypes: true });
  } catch (error) {
    listing.failed.push({ file: base.slice(0, -1), reason: failureReason(error) });
    return [];
  }
}

function sortEntries(root: string, folder: Folder, entries: fs.Dirent[], listing: Listing, open: Folder[]): void {
  const folderPath = path.join(root, folder.base);
  const ignoreFiles = withIgnoreFile(folder, folderPath, entries);
  for (const entry of entries) {
    const file = folder.base + entry.name;
    if (isFolder(entry, folderPath)) {
      if (isIgnoredFolder(folderPath, entry.name) || isIgnored(`${file}/`, ignoreFiles)) continue;
      open.push({ base: `${file}/`, ignoreFiles });
    } else if (isWanted(entry.name)) {
      if (!isIgnored(file, ignoreFiles)) listing.files.push(file);
    } else if (entry.isSymbolicLink() && !isIgnored(file, ignoreFiles)) {
      listing.links.push(file);
    }
  }
}

/** Some file systems do not tell in the listing what an entry is. */
function isFolder(entry: fs.Dirent, folderPath: string): boolean {
  if (entry.isDirectory()) return true;
  const isKnown =
    entry.isFile() ||
    entry.isSymbolicLink() ||
    entry.isFIFO() ||
    entry.isSocket() ||
    entry.isCharacterDevice() ||
    entry.isBlockDevice();
  if (isKnown) return false;
  return fs.lstatSync(path.join(folderPath, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function withIgnoreFile(folder: Folder, folderPath: string, entries: fs.Dirent[]): readonly IgnoreFile[] {
  if (!entries.some((entry) => entry.name === '.gitignore' && entry.isFile())) return folder.ignoreFiles;
  const patterns = readPatterns(path.join(folderPath, '.gitignore'));
  return patterns === undefined ? folder.ignoreFiles : [{ base: folder.base, patterns }, ...folder.ignoreFiles];
}

function readPatterns(file: string): PatternSet | undefined {
  try {
    if (fs.statSync(file).size > MAX_GITIGNORE_BYTES) return undefined;
    return new PatternSet(
      fs
        .readFileSync(file, 'utf8')
        .replace(/^\uFEFF/, '')
        .split(/\r?\n/),
    );
  } catch {
    // Without its patterns more is scanned than was meant, which does no harm.
    return undefined;
  }
}

/** The deepest .gitignore file that mentions a path decides. */
function isIgnored(file: string, ignoreFiles: readonly IgnoreFile[]): boolean {
  for (const { base, patterns } of ignoreFiles) {
    const verdict = patterns.verdict(file.slice(base.length));
    if (verdict !== undefined) return verdict;
  }
  return false;
}
