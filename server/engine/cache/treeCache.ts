import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../contentHash.ts';
import type { DiscoveredFile } from '../discover/discover.ts';
import { AtomTable, type SharedTree, shareTexts, type TreeData, withTextIds } from '../lower/tree.ts';
import { engineIdentity } from './engineIdentity.ts';
import {
  type OpenPack,
  openTreePack,
  type PackContent,
  type PackEntry,
  PARTIAL_SUFFIX,
  writeTreePack,
} from './treePack.ts';

/**
 * Milliseconds a file must have been left alone before it was read for its stamp to be trusted: file systems keep times
 * coarsely, so that a change right after the reading may leave the stamp as it was. Git's index has the same rule.
 */
const SETTLED = 2000;
/** Saves a file that no scan uses any more is kept for: branches are switched to and fro. */
const KEPT_SAVES = 5;
/** Beyond this many unsettled files a pack is written again although no tree is new: each costs a reading a scan. */
const MANY_UNSETTLED = 200;
/** Packs of workspaces beyond this many in all, and those nobody has used for so long, are removed. */
const KEPT_PACKS = 20;
const KEPT_DAYS = 30;
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const SUFFIX = '.trees';

/** A file that is in the cache; its tree is number `index` of the pack's, or has been added since. */
interface Kept {
  entry: PackEntry;
  index?: number;
  added?: SharedTree;
}

/** What is known of a file without its tree. */
export type KnownFile =
  | { status: 'parsed'; generated: boolean; hash: string }
  | { status: 'skipped'; reason: string; hash: string };

/**
 * Lowered trees of a workspace's files by their content, kept in the cache folder from one scan to the next. A file is
 * not even read when the file system says that nobody has touched it; one that was touched is read, and parsed only
 * when its content is new. The trees themselves are read when the first of them is asked for.
 */
export class TreeCache {
  readonly #path: string | undefined;
  readonly #pack: OpenPack | undefined;
  readonly #startedAt = Date.now();
  readonly #byPath = new Map<string, Kept>();
  readonly #byContent = new Map<string, Kept>();
  readonly #used = new Map<string, Kept>();
  #content: PackContent | undefined;
  #atoms: AtomTable | undefined;
  #added = 0;
  #unsettled = 0;

  private constructor(path: string | undefined, pack: OpenPack | undefined) {
    this.#path = path;
    this.#pack = pack;
    for (const [index, entry] of pack?.entries.entries() ?? []) {
      const kept = { entry, index };
      this.#byPath.set(entry.path, kept);
      this.#byContent.set(contentKey(entry), kept);
    }
  }

  /**
   * @param folder the cache folder; without one nothing is kept
   * @param scope what is scanned and how: scans with the same scope share a pack
   */
  static open(folder: string | undefined, scope: unknown): TreeCache {
    if (folder === undefined) return new TreeCache(undefined, undefined);
    const name = createHash('sha256').update(JSON.stringify(scope)).digest('hex').slice(0, 32);
    const path = join(folder, `${name}${SUFFIX}`);
    return new TreeCache(path, openTreePack(path, engineIdentity()));
  }

  /** What is known of a file as it is now, undefined when it must be parsed. */
  find(file: DiscoveredFile): KnownFile | undefined {
    if (this.#byPath.size === 0) return undefined;
    const known = this.#byPath.get(file.path);
    const isSame = known?.entry.stamp === file.stamp && known.entry.language === file.language;
    if (known && isSame && this.#isSettled(file)) return this.#use(file, known);
    return this.#findByContent(file);
  }

  #findByContent(file: DiscoveredFile): KnownFile | undefined {
    let hash: string;
    try {
      hash = contentHash(readFileSync(file.path));
    } catch {
      // The parser reports it.
      return undefined;
    }
    const known = this.#byContent.get(contentKey({ ...file, hash }));
    if (known) this.#unsettled++;
    return known && this.#use(file, known);
  }

  #isSettled({ stamp }: DiscoveredFile): boolean {
    const [, modified, changed] = stamp.split(':');
    return Math.max(Number(modified), Number(changed)) < (this.#pack?.readAt ?? 0) - SETTLED;
  }

  #use({ path, stamp, language }: DiscoveredFile, kept: Kept): KnownFile {
    const entry = { ...kept.entry, path, stamp, language, age: 0 };
    this.#used.set(path, { ...kept, entry });
    const { hash, skipped, generated = false } = entry;
    return skipped === undefined ? { status: 'parsed', generated, hash } : { status: 'skipped', reason: skipped, hash };
  }

  /** Whether the trees of all files that were found can be read. A damaged pack is noticed only now. */
  get isWhole(): boolean {
    return this.#byPath.size === 0 || this.#trees().trees.length > 0;
  }

  /** The same cache with nothing in it. */
  emptied(): TreeCache {
    return new TreeCache(this.#path, undefined);
  }

  /** The string table of all trees of the scan. */
  get atoms(): AtomTable {
    this.#atoms ??= new AtomTable(this.#trees().texts);
    return this.#atoms;
  }

  /** The tree of a file that was found or added; undefined when the pack turns out to be damaged. */
  tree({ path }: DiscoveredFile): SharedTree | undefined {
    const kept = this.#used.get(path);
    return kept && this.#treeOf(kept);
  }

  #treeOf({ added, index }: Kept): SharedTree | undefined {
    return added ?? (index === undefined ? undefined : this.#trees().trees[index]);
  }

  #trees(): PackContent {
    this.#content ??= this.#pack?.content() ?? { texts: [''], trees: [] };
    return this.#content;
  }

  /** Keeps a file that has been skipped for what it holds. */
  addSkipped(file: DiscoveredFile, hash: string, reason: string): void {
    this.#add(file, { hash, skipped: reason, nodes: 0, atoms: 0, root: 0 });
  }

  /** Keeps a tree that has been parsed; its texts become those of the scan's table. */
  addTree(file: DiscoveredFile, hash: string, generated: boolean, data: TreeData): void {
    const added = shareTexts(data, this.atoms);
    const size = { nodes: added.nodes.length, atoms: added.atoms.length, root: added.root };
    this.#add(file, { hash, generated, ...size }, added);
  }

  #add(
    { path, stamp, language }: DiscoveredFile,
    read: Omit<PackEntry, 'path' | 'stamp' | 'language' | 'age'>,
    added?: SharedTree,
  ): void {
    this.#added++;
    this.#used.set(path, { entry: { path, stamp, language, age: 0, ...read }, ...(added && { added }) });
  }

  /** Ends with the cache, writing nothing. */
  close(): void {
    if (!this.#content) this.#pack?.close();
    this.#content ??= { texts: [''], trees: [] };
  }

  /**
   * Writes what was used and added for the next scan, when that is not in the pack already, and closes the cache.
   * @throws when the cache cannot be written; the next scan parses again
   */
  save(): void {
    try {
      if (this.#path === undefined) return;
      if (this.#added > 0 || this.#unsettled >= MANY_UNSETTLED) this.#write(this.#path);
      else if (this.#pack) markUsed(this.#path);
    } finally {
      this.close();
    }
  }

  #write(path: string): void {
    const kept = [...this.#used.values(), ...this.#unused()].map(({ entry, ...place }) => ({
      entry,
      tree: this.#treeOf({ entry, ...place }),
    }));
    const complete = kept.filter(({ entry, tree }) => tree !== undefined || entry.skipped !== undefined);
    writeTreePack(path, {
      identity: engineIdentity(),
      readAt: this.#startedAt,
      entries: complete.map(({ entry }) => entry),
      ...compactTexts(
        this.atoms.texts,
        complete.map(({ tree }) => tree),
      ),
    });
  }

  /** Files of the last scans that are not there now. Nobody looked at them, so only their content tells them. */
  #unused(): Kept[] {
    return [...this.#byPath.values()]
      .filter(({ entry }) => !this.#used.has(entry.path) && entry.age < KEPT_SAVES)
      .map((kept) => ({ ...kept, entry: { ...kept.entry, stamp: '', age: kept.entry.age + 1 } }));
  }
}

/** Leaves out texts of files that are gone, once they are most of the table. */
function compactTexts(texts: readonly string[], trees: readonly (SharedTree | undefined)[]): PackContent {
  const isUsed = new Uint8Array(texts.length);
  isUsed[0] = 1;
  for (const tree of trees) for (const atom of tree?.atoms ?? []) isUsed[atom] = 1;
  const kept = texts.filter((_, id) => isUsed[id] === 1);
  if (kept.length > texts.length / 2) return { texts: [...texts], trees: [...trees] };
  const newIds = new Int32Array(texts.length);
  let next = 0;
  for (const [id, used] of isUsed.entries()) if (used === 1) newIds[id] = next++;
  return { texts: kept, trees: trees.map((tree) => tree && withTextIds(tree, newIds)) };
}

/** Razor classes are named by the path, so their trees are of a path as well. */
function contentKey({ hash, language, path }: { hash: string; language: string; path: string }): string {
  return language === 'razor' ? `${language}\0${hash}\0${path}` : `${language}\0${hash}`;
}

function markUsed(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

/**
 * Removes packs of workspaces that have not been scanned for long, the oldest of too many, and what a process left that
 * was killed while it wrote one.
 */
export function removeOldPacks(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX) || (name.includes(SUFFIX) && name.endsWith(PARTIAL_SUFFIX)))
    .map((name) => ({ path: join(folder, name), usedAt: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.usedAt - a.usedAt);
  const [packs, partial] = [
    files.filter(({ path }) => path.endsWith(SUFFIX)),
    files.filter(({ path }) => !path.endsWith(SUFFIX)),
  ];
  const old = packs.filter(({ usedAt }, index) => index >= KEPT_PACKS || Date.now() - usedAt > KEPT_DAYS * DAY);
  const abandoned = partial.filter(({ usedAt }) => Date.now() - usedAt > HOUR);
  for (const { path } of [...old, ...abandoned]) rmSync(path, { force: true });
}
