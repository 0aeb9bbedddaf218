import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DiscoveredFile } from '../discover/discover.ts';
import { AtomTable, type SharedTree } from '../lower/tree.ts';
import { contentHash } from '../parse/quarantine.ts';
import type { ReadFile } from '../readFiles.ts';
import { engineIdentity } from './engineIdentity.ts';
import { type PackEntry, readTreePack, type TreePack, writeTreePack } from './treePack.ts';

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
const DAY = 24 * 60 * 60 * 1000;
const SUFFIX = '.trees';

type CachedFile = Exclude<ReadFile, { status: 'failed' }>;

interface Kept {
  entry: PackEntry;
  tree: SharedTree | undefined;
}

/**
 * Lowered trees of a workspace's files by their content, kept in the cache folder from one scan to the next. A file is
 * not even read when the file system says that nobody has touched it; one that was touched is read, and parsed only
 * when its content is new.
 */
export class TreeCache {
  /** The string table of all trees of the scan. */
  readonly atoms: AtomTable;
  readonly #path: string | undefined;
  readonly #startedAt = Date.now();
  readonly #readAt: number;
  readonly #byPath = new Map<string, Kept>();
  readonly #byContent = new Map<string, Kept>();
  readonly #used = new Map<string, Kept>();
  #added = 0;
  #unsettled = 0;

  private constructor(path: string | undefined, pack: TreePack | undefined) {
    this.#path = path;
    this.#readAt = pack?.readAt ?? 0;
    this.atoms = new AtomTable(pack?.texts);
    for (const [index, entry] of pack?.entries.entries() ?? []) {
      const kept = { entry, tree: pack?.trees[index] };
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
    return new TreeCache(path, readTreePack(path, engineIdentity()));
  }

  /** What is known of a file as it is now, undefined when it must be parsed. */
  find(file: DiscoveredFile): CachedFile | undefined {
    if (this.#byPath.size === 0) return undefined;
    const known = this.#byPath.get(file.path);
    const isSame = known?.entry.stamp === file.stamp && known.entry.language === file.language;
    if (known && isSame && this.#isSettled(file)) return this.#use(file, known);
    return this.#findByContent(file);
  }

  #findByContent(file: DiscoveredFile): CachedFile | undefined {
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
    return Math.max(Number(modified), Number(changed)) < this.#readAt - SETTLED;
  }

  #use({ path, stamp, language }: DiscoveredFile, { entry, tree }: Kept): CachedFile {
    this.#used.set(path, { entry: { ...entry, path, stamp, language, age: 0 }, tree });
    const { hash } = entry;
    if (!tree) return { status: 'skipped', reason: entry.skipped ?? '', hash };
    return { status: 'parsed', tree, generated: entry.generated ?? false, hash };
  }

  /** Keeps what has been parsed. */
  add({ path, stamp, language }: DiscoveredFile, read: CachedFile): void {
    this.#added++;
    const entry = { path, stamp, language, hash: read.hash, age: 0, nodes: 0, atoms: 0, root: 0 };
    if (read.status === 'skipped') {
      this.#used.set(path, { entry: { ...entry, skipped: read.reason }, tree: undefined });
      return;
    }
    const { tree, generated } = read;
    const size = { nodes: tree.nodes.length, atoms: tree.atoms.length, root: tree.root };
    this.#used.set(path, { entry: { ...entry, ...size, generated }, tree });
  }

  /**
   * Writes what was used and added for the next scan; does nothing when that is in the pack already.
   * @throws when the cache cannot be written; the next scan parses again
   */
  save(): void {
    if (this.#path === undefined || (this.#added === 0 && this.#unsettled < MANY_UNSETTLED)) return;
    const unused = [...this.#byPath.values()]
      .filter(({ entry }) => !this.#used.has(entry.path) && entry.age < KEPT_SAVES)
      .map(({ entry, tree }) => ({
        // Nobody looked at it: only its content can say that it is still what it was.
        entry: { ...entry, stamp: '', age: entry.age + 1 },
        tree,
      }));
    const kept = [...this.#used.values(), ...unused];
    writeTreePack(this.#path, {
      identity: engineIdentity(),
      readAt: this.#startedAt,
      texts: this.atoms.texts,
      entries: kept.map(({ entry }) => entry),
      trees: kept.map(({ tree }) => tree),
    });
  }
}

/** Razor classes are named by the path, so their trees are of a path as well. */
function contentKey({ hash, language, path }: { hash: string; language: string; path: string }): string {
  return language === 'razor' ? `${language}\0${hash}\0${path}` : `${language}\0${hash}`;
}

/** Removes packs of workspaces that have not been scanned for long, and the oldest of too many. */
export function removeOldPacks(folder: string): void {
  const packs = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => ({ path: join(folder, name), usedAt: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.usedAt - a.usedAt);
  for (const [index, { path, usedAt }] of packs.entries()) {
    if (index >= KEPT_PACKS || Date.now() - usedAt > KEPT_DAYS * DAY) rmSync(path, { force: true });
  }
}
