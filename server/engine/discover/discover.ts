import fs from 'node:fs';
import path from 'node:path';
import type { FileProblem } from '#protocol/graph.ts';
import { EngineError } from '../errors.ts';
import { type Language, languageOf } from '../languages.ts';
import type { ScanRoot } from '../scan.ts';
import { errorCode, failureReason } from './failureReason.ts';
import { listByGit } from './gitListing.ts';
import { breathe, type Lister, type Listing } from './listing.ts';
import { isConfigFile, isGeneratedCode, isMigration, isMinifiedCode, isTestCode } from './pathRules.ts';
import { PatternSet } from './patterns.ts';
import { listByWalk } from './walkListing.ts';

const MAX_SOURCE_BYTES = 5 * 1024 * 1024;
const MAX_CONFIG_BYTES = 1024 * 1024;
const FILES_PER_BREATH = 4000;
const READABLE_BY_ALL = 0o444;

export interface DiscoverOptions {
  /** Extensions with their dot; all scanned ones when absent. */
  fileTypes?: readonly string[] | undefined;
  /** Patterns in .gitignore syntax, relative to each root. */
  excludePatterns?: readonly string[] | undefined;
  includeTests: boolean;
}

/** A file the linker reads for its settings (package.json, *.csproj …); it is not counted as found. */
export interface ConfigFile {
  /** Name of the root. */
  root: string;
  /** Path relative to the root, with forward slashes. */
  file: string;
  /** Absolute path. */
  path: string;
  /** Bytes. */
  size: number;
}

/** A source file to read. */
export interface DiscoveredFile extends ConfigFile {
  language: Language;
  /** What the file system says of the file: the same as long as nobody changes or replaces it. */
  stamp: string;
  /** What generated the file, as far as its path tells. */
  generated?: 'migration' | 'client';
}

/** Files by root, then by path in code-unit order. `found` = `files` + `skipped` + `failed`. */
export interface Discovery {
  files: DiscoveredFile[];
  configs: ConfigFile[];
  skipped: FileProblem[];
  failed: FileProblem[];
  found: number;
}

/** A root with the path that symbolic links lead to. */
interface RealRoot extends ScanRoot {
  realPath: string;
}

/**
 * Lists the files to read in `roots`, and for each other source file why it is not read.
 * @throws {EngineError} when a root is missing, is no folder or cannot be read
 * @throws the signal's reason when it is aborted
 */
export async function discover(
  roots: readonly ScanRoot[],
  options: DiscoverOptions,
  signal: AbortSignal,
): Promise<Discovery> {
  signal.throwIfAborted();
  const realRoots = roots.map(openRoot);
  const collector = new Collector(realRoots, options);
  for (const root of realRoots) {
    for await (const { files, links, failed } of listFolder(root.path, signal)) {
      for (const [i, file] of files.entries()) {
        if (i % FILES_PER_BREATH === FILES_PER_BREATH - 1) await breathe(signal);
        collector.addFile(root, file);
      }
      for (const link of links) collector.addLink(root, link);
      for (const { file, reason } of failed) collector.fail(root, file, reason);
    }
  }
  return collector.finish();
}

async function* listFolder(folder: string, signal: AbortSignal): AsyncGenerator<Listing, void> {
  const listNested: Lister = (nested) => listFolder(nested, signal);
  const isListed = yield* listByGit(folder, signal, listNested);
  if (!isListed) yield* listByWalk(folder, signal, listNested);
}

function openRoot(root: ScanRoot): RealRoot {
  const advice = 'Check the path, or remove the folder from the scan.';
  try {
    if (!fs.statSync(root.path).isDirectory()) {
      throw new EngineError('root_not_a_folder', `“${root.path}” is a file, not a folder. Choose the folder it is in.`);
    }
    fs.opendirSync(root.path).closeSync();
    return { ...root, realPath: fs.realpathSync(root.path) };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new EngineError('root_missing', `The folder “${root.path}” does not exist. ${advice}`, { cause: error });
    }
    const message = `The folder “${root.path}” cannot be read: ${failureReason(error)}. ${advice}`;
    throw new EngineError('root_unreadable', message, { cause: error });
  }
}

/** Applies the rules to listed files, one after the other, and keeps the ledger. */
class Collector {
  readonly #roots: readonly RealRoot[];
  readonly #fileTypes: ReadonlySet<string> | undefined;
  readonly #excluded: PatternSet | undefined;
  readonly #includeTests: boolean;
  /** Real paths of the scanned files, each with the path it is scanned as. */
  readonly #scanned = new Map<string, string>();
  readonly #links: { root: RealRoot; file: string }[] = [];
  readonly #byRoot = new Map<RealRoot, Discovery>();

  constructor(roots: readonly RealRoot[], options: DiscoverOptions) {
    this.#roots = roots;
    this.#fileTypes = options.fileTypes && new Set(options.fileTypes.map((type) => type.toLowerCase()));
    this.#excluded = options.excludePatterns?.length ? new PatternSet(options.excludePatterns) : undefined;
    this.#includeTests = options.includeTests;
    for (const root of roots) this.#byRoot.set(root, { files: [], configs: [], skipped: [], failed: [], found: 0 });
  }

  addFile(root: RealRoot, file: string): void {
    const absolute = absolutePath(root.path, file);
    const isCandidate = this.#isCandidate(file);
    if (!isCandidate && !isConfigFile(file)) return;
    let stats: fs.Stats | undefined;
    try {
      stats = fs.lstatSync(absolute, { throwIfNoEntry: false });
    } catch (error) {
      if (isCandidate) this.fail(root, file, failureReason(error));
      return;
    }
    if (stats === undefined) {
      // Tracked but deleted, unless the name could not be decoded and so names no file.
      if (isCandidate && file.includes('\uFFFD')) this.fail(root, file, 'its name is not valid UTF-8');
      return;
    }
    if (stats.isSymbolicLink()) this.addLink(root, file);
    else if (!stats.isDirectory()) this.#addStats(root, file, absolute, stats, isCandidate);
  }

  /** Links are followed when all other files are known, so that a file is scanned under its own path. */
  addLink(root: RealRoot, file: string): void {
    this.#links.push({ root, file });
  }

  fail(root: RealRoot, file: string, reason: string): void {
    this.#ledger(root).failed.push({ path: file === '' ? root.name : `${root.name}/${file}`, reason });
  }

  finish(): Discovery {
    this.#links.sort((a, b) => this.#roots.indexOf(a.root) - this.#roots.indexOf(b.root) || compare(a.file, b.file));
    for (const { root, file } of this.#links) this.#followLink(root, file);
    const ledgers = [...this.#byRoot.values()];
    const files = ledgers.flatMap((ledger) => sorted(ledger.files, (item) => item.file));
    const configs = ledgers.flatMap((ledger) => sorted(ledger.configs, (item) => item.file));
    const skipped = ledgers.flatMap((ledger) => sorted(ledger.skipped, (item) => item.path));
    const failed = ledgers.flatMap((ledger) => sorted(ledger.failed, (item) => item.path));
    return { files, configs, skipped, failed, found: files.length + skipped.length + failed.length };
  }

  #isCandidate(file: string): boolean {
    if (languageOf(file) === undefined) return false;
    return this.#fileTypes?.has(file.slice(file.lastIndexOf('.')).toLowerCase()) ?? true;
  }

  #ledger(root: RealRoot): Discovery {
    const ledger = this.#byRoot.get(root);
    if (ledger === undefined) throw new Error(`"${root.name}" is none of the roots of this scan`);
    return ledger;
  }

  #skip(root: RealRoot, file: string, reason: string): void {
    this.#ledger(root).skipped.push({ path: `${root.name}/${file}`, reason });
  }

  #addStats(root: RealRoot, file: string, absolute: string, stats: fs.Stats, isCandidate: boolean): void {
    if (isConfigFile(file) && stats.isFile() && stats.size <= MAX_CONFIG_BYTES) {
      this.#ledger(root).configs.push({ root: root.name, file, path: absolute, size: stats.size });
    }
    if (isCandidate) this.#addCandidate(root, file, absolute, stats, absolutePath(root.realPath, file));
  }

  #addCandidate(root: RealRoot, file: string, absolute: string, stats: fs.Stats, realPath: string): void {
    const skip = this.#skipReason(file, stats);
    if (skip !== undefined) return this.#skip(root, file, skip);
    const failure = unreadableReason(absolute, stats);
    if (failure !== undefined) return this.fail(root, file, failure);
    const scannedAs = this.#scanned.get(realPath);
    if (scannedAs !== undefined) return this.#skip(root, file, `already scanned as ${scannedAs}`);
    const language = languageOf(file);
    if (language === undefined) return;
    this.#scanned.set(realPath, `${root.name}/${file}`);
    const stamp = stampOf(stats);
    const found: DiscoveredFile = { root: root.name, file, path: absolute, size: stats.size, stamp, language };
    if (isMigration(file)) found.generated = 'migration';
    this.#ledger(root).files.push(found);
  }

  #skipReason(file: string, stats: fs.Stats): string | undefined {
    const pattern = this.#excluded?.excludedBy(file);
    if (pattern !== undefined) return `excluded by pattern "${pattern}"`;
    if (!this.#includeTests && isTestCode(file)) return 'test code';
    if (isGeneratedCode(file)) return 'generated code';
    if (isMinifiedCode(file)) return 'minified or bundled code';
    if (!stats.isFile()) return 'not a regular file';
    return stats.size > MAX_SOURCE_BYTES ? 'larger than 5 MB' : undefined;
  }

  #followLink(root: RealRoot, file: string): void {
    const absolute = absolutePath(root.path, file);
    const isCandidate = this.#isCandidate(file);
    try {
      const target = fs.realpathSync(absolute);
      const stats = fs.statSync(target);
      if (!this.#roots.some(({ realPath }) => isInside(realPath, target))) {
        if (isCandidate || stats.isDirectory()) this.#skip(root, file, 'symbolic link leaves the scanned folders');
        return;
      }
      // A folder's files are listed where it lies, unless it is ignored there.
      if (!isCandidate || stats.isDirectory()) return;
      if (this.#scanned.has(target)) this.#skip(root, file, 'symbolic link to a scanned file');
      else this.#addCandidate(root, file, absolute, stats, target);
    } catch (error) {
      if (isCandidate) this.#skip(root, file, brokenLinkReason(error));
    }
  }
}

function stampOf({ size, mtimeMs, ctimeMs, ino }: fs.Stats): string {
  return `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
}

function absolutePath(folder: string, file: string): string {
  const base = folder.endsWith(path.sep) ? folder : folder + path.sep;
  return base + (path.sep === '/' ? file : file.replaceAll('/', path.sep));
}

function isInside(folder: string, target: string): boolean {
  const relative = path.relative(folder, target);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Why a file cannot be opened; tried only when the mode does not already allow it to everybody. */
function unreadableReason(file: string, stats: fs.Stats): string | undefined {
  if ((stats.mode & READABLE_BY_ALL) === READABLE_BY_ALL) return undefined;
  try {
    // Non-blocking, should the regular file have become a FIFO since it was looked at.
    fs.closeSync(fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK));
    return undefined;
  } catch (error) {
    return failureReason(error);
  }
}

function brokenLinkReason(error: unknown): string {
  return errorCode(error) === 'ENOENT'
    ? 'symbolic link to a missing file'
    : `symbolic link that cannot be followed: ${failureReason(error)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sorted<T>(items: T[], key: (item: T) => string): T[] {
  return items.toSorted((a, b) => compare(key(a), key(b)));
}
