import type {
  EntitySchema,
  FileLedger,
  FileProblem,
  GraphEdge,
  GraphNode,
  Suppressed,
  Unresolved,
  Workflow,
} from '#protocol/graph.ts';
import { fingerprintOf } from './cache/fingerprint.ts';
import { removeOldPacks, TreeCache } from './cache/treeCache.ts';
import { discover, type DiscoveredFile, type Discovery } from './discover/discover.ts';
import { redact } from './graph/redact.ts';
import { addSnippets, type FileVersion } from './graph/snippets.ts';
import { buildWorkflows } from './graph/workflows.ts';
import { link, type Linked } from './link/link.ts';
import { SourceFile } from './link/sourceFile.ts';
import { type LoadedSettings, loadWorkspaceSettings } from './link/workspaceSettings.ts';
import { Tree } from './lower/tree.ts';
import { Quarantine } from './parse/quarantine.ts';
import { type ReadFile, readFiles } from './readFiles.ts';

/** Milliseconds a cancelled scan may spend on linking what it has read. */
const PARTIAL_LINK_BUDGET = 1000;

/** A folder to scan; `name` is unique among the roots and stands in results, `path` is absolute. */
export interface ScanRoot {
  name: string;
  path: string;
}

export interface EngineRequest {
  roots: ScanRoot[];
  /** Extensions with their dot; all supported ones when absent. */
  fileTypes?: string[] | undefined;
  /** Patterns in .gitignore syntax, relative to each root. */
  excludePatterns?: string[] | undefined;
  includeTests?: boolean | undefined;
  /** Whether the workspace is trusted: only then its own rule packs are used. */
  trusted?: boolean | undefined;
  /** Folder of what is kept from scan to scan; nothing is kept when absent. */
  cacheFolder?: string | undefined;
  /** Always parse in threads, so that a file that brings its thread down does not bring the process down. */
  isolated?: boolean | undefined;
  /** Milliseconds one file may keep a parser thread. */
  fileBudgetMs?: number | undefined;
  /** Most heap of one parser thread in MiB. */
  threadMemoryMb?: number | undefined;
  /** Number of parser threads; chosen by the number of processors and files when absent. */
  threads?: number | undefined;
}

export interface EngineProgress {
  phase: 'discovering' | 'scanning' | 'linking';
  filesScanned: number;
  /** Number of files to read, null while it is unknown. */
  totalFiles: number | null;
  nodesFound: number;
  /** Share of the phase that is done, 0..1, null when unknown. */
  fraction: number | null;
  currentFile?: string | undefined;
}

export interface EngineHooks {
  onProgress(progress: EngineProgress): void;
  /** Aborting ends the scan; what was found until then is returned with `cancelled`. */
  signal: AbortSignal;
  /** Whether the result of an earlier scan with this fingerprint is at hand and is taken instead of linking again. */
  reuseResult?(fingerprint: string): boolean;
}

/** What a scan found; the same for the same tree whatever the order, the machine or the number of threads. */
export interface EngineResult {
  cancelled: boolean;
  /** Nothing was linked, because `reuseResult` has the same result at hand. */
  reused?: true;
  /** Of all that the result depends on; absent when a file could not be read or the scan was cancelled. */
  fingerprint?: string;
  /** Keeps what was read for the next scan; takes a moment, so call it when nobody waits any more. */
  saveCache?(): void;
  /** Milliseconds by phase. */
  phases: Record<string, number>;
  files: FileLedger;
  /** Paths of the scanned files, root name first. */
  scannedFiles: string[];
  nodes: GraphNode[];
  edges: GraphEdge[];
  workflows: Workflow[];
  schemas: EntitySchema[];
  unresolved: Unresolved[];
  suppressed: Suppressed[];
  notices: string[];
}

/**
 * Scans folders: discover, parse, lower, link, build the graph.
 * @throws {EngineError} when a root cannot be read; nothing else a source file contains makes it throw
 */
export async function scan(request: EngineRequest, hooks: EngineHooks): Promise<EngineResult> {
  const clock = new PhaseClock();
  hooks.onProgress({ phase: 'discovering', filesScanned: 0, totalFiles: null, nodesFound: 0, fraction: null });
  const discovering = unlessAborted(hooks.signal, async () => discoverFiles(request, hooks.signal));
  // While git lists the files.
  const cache = TreeCache.open(request.cacheFolder, scopeOf(request));
  try {
    const discovery = await discovering;
    clock.end('discovering');
    if (discovery) return await scanFiles(discovery, cache, request, hooks, clock);
    cache.close();
    return emptyResult(clock);
  } catch (error) {
    cache.close();
    throw error;
  }
}

async function scanFiles(
  discovery: Discovery,
  known: TreeCache,
  request: EngineRequest,
  hooks: EngineHooks,
  clock: PhaseClock,
): Promise<EngineResult> {
  let cache = known;
  let read = await readAll(discovery.files, cache, request, hooks);
  const saveCache = (): void => save(cache, request.cacheFolder);
  const settings = loadWorkspaceSettings(discovery.configs, request.trusted ?? false);
  const fingerprint = fingerprintOf({ ...scopeOf(request), trusted: request.trusted }, settings, discovery, read);
  if (fingerprint !== undefined && hooks.reuseResult?.(fingerprint) === true) {
    clock.end('scanning');
    return {
      ...emptyResult(clock),
      ...ledgerOf(discovery, read),
      cancelled: false,
      reused: true,
      fingerprint,
      saveCache,
    };
  }
  if (!cache.isWhole) {
    cache = cache.emptied();
    read = await readAll(discovery.files, cache, request, hooks);
  }
  clock.end('scanning');
  const { files, scannedFiles } = ledgerOf(discovery, read);
  const sources = sourcesOf(discovery, read, cache);
  const linked = await unlessAborted(hooks.signal, async () => linkFiles(sources, discovery, files, settings, hooks));
  clock.end('linking');
  if (!linked) return { ...emptyResult(clock), files, scannedFiles, saveCache };

  const { failed, ...graph } = linked;
  noteUnlinked(files, failed);
  const workflows = buildWorkflows(linked.nodes, linked.edges);
  addSnippets(linked.nodes, readVersions(discovery.files, read));
  for (const node of linked.nodes) if (node.target !== undefined) node.target = redact(node.target);
  clock.end('workflows');
  const cancelled = hooks.signal.aborted;
  const { phases } = clock;
  return {
    cancelled,
    phases,
    files,
    scannedFiles,
    ...graph,
    workflows,
    saveCache,
    ...(!cancelled && failed.size === 0 && fingerprint !== undefined && { fingerprint }),
  };
}

/** What decides which files are read, and as what: scans that agree in it share a cache. */
function scopeOf({ roots, fileTypes, excludePatterns, includeTests }: EngineRequest) {
  return { roots, fileTypes, excludePatterns, includeTests: includeTests ?? false };
}

/** Keeps the trees for the next scan; a cache that cannot be written only makes that one slower. */
function save(cache: TreeCache, folder: string | undefined): void {
  if (folder === undefined) return;
  try {
    cache.save();
    removeOldPacks(folder);
  } catch {
    // A full disk, or a cache that may only be read: the next scan parses again.
  }
}

/** Absolute path and content hash of the scanned files, by root and path. */
function readVersions(
  files: readonly DiscoveredFile[],
  read: readonly (ReadFile | undefined)[],
): (root: string, file: string) => FileVersion | undefined {
  const versions = new Map<string, FileVersion>();
  for (const [index, { root, file, path }] of files.entries()) {
    const result = read[index];
    if (result?.status === 'parsed') versions.set(`${root}\0${file}`, { path, hash: result.hash });
  }
  return (root, file) => versions.get(`${root}\0${file}`);
}

async function discoverFiles(request: EngineRequest, signal: AbortSignal): Promise<Discovery> {
  const options = {
    fileTypes: request.fileTypes,
    excludePatterns: request.excludePatterns,
    includeTests: request.includeTests ?? false,
  };
  return discover(request.roots, options, signal);
}

async function readAll(
  files: readonly DiscoveredFile[],
  cache: TreeCache,
  request: EngineRequest,
  hooks: EngineHooks,
): Promise<(ReadFile | undefined)[]> {
  return readFiles(files, cache, {
    threads: request.threads,
    isolated: request.isolated,
    fileBudgetMs: request.fileBudgetMs,
    threadMemoryMb: request.threadMemoryMb,
    quarantine: Quarantine.open(request.cacheFolder),
    signal: hooks.signal,
    onRead(filesScanned, currentFile) {
      const fraction = files.length === 0 ? 1 : filesScanned / files.length;
      const totalFiles = files.length;
      hooks.onProgress({ phase: 'scanning', filesScanned, totalFiles, nodesFound: 0, fraction, currentFile });
    },
  });
}

/** Every file found is scanned, skipped or failed. */
function ledgerOf(
  discovery: Discovery,
  read: readonly (ReadFile | undefined)[],
): { files: FileLedger; scannedFiles: string[] } {
  const skipped: FileProblem[] = [...discovery.skipped];
  const failed: FileProblem[] = [...discovery.failed];
  const scannedFiles: string[] = [];
  for (const [index, file] of discovery.files.entries()) {
    const result = read[index];
    const path = `${file.root}/${file.file}`;
    if (result === undefined) skipped.push({ path, reason: 'the scan was cancelled before it was read' });
    else if (result.status === 'skipped') skipped.push({ path, reason: result.reason });
    else if (result.status === 'failed') failed.push({ path, reason: result.reason });
    else scannedFiles.push(path);
  }
  const files = {
    found: discovery.found,
    scanned: scannedFiles.length,
    skipped: skipped.sort(byPath),
    failed: failed.sort(byPath),
  };
  return { files, scannedFiles };
}

function sourcesOf(discovery: Discovery, read: readonly (ReadFile | undefined)[], cache: TreeCache): SourceFile[] {
  const sources: SourceFile[] = [];
  for (const [at, file] of discovery.files.entries()) {
    const result = read[at];
    const tree = result?.status === 'parsed' ? cache.tree(file) : undefined;
    if (result?.status !== 'parsed' || !tree) continue;
    const { root, file: path, language } = file;
    const generated = result.generated || file.generated !== undefined;
    const index = sources.length;
    sources.push(new SourceFile({ index, root, path, language, generated, tree: new Tree(tree, cache.atoms) }));
  }
  return sources;
}

/** A file that was read but could not be linked counts as failed. */
function noteUnlinked(ledger: FileLedger, failed: ReadonlyMap<SourceFile, string>): void {
  for (const [file, reason] of failed) {
    ledger.failed.push({ path: `${file.root}/${file.path}`, reason: `cannot be linked: ${reason}` });
    ledger.scanned--;
  }
  ledger.failed.sort(byPath);
}

function byPath(a: FileProblem, b: FileProblem): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

async function linkFiles(
  sources: SourceFile[],
  discovery: Discovery,
  ledger: FileLedger,
  settings: LoadedSettings,
  hooks: EngineHooks,
): Promise<Linked> {
  const { scanned } = ledger;
  // A cancelled scan keeps what it found, as far as that can be linked in a moment.
  let deadline = hooks.signal.aborted ? performance.now() + PARTIAL_LINK_BUDGET : Number.POSITIVE_INFINITY;
  const progress = async (fraction: number, nodesFound: number): Promise<void> => {
    hooks.onProgress({
      phase: 'linking',
      filesScanned: scanned,
      totalFiles: discovery.files.length,
      nodesFound,
      fraction,
    });
    await turn();
    if (!hooks.signal.aborted) return;
    deadline = Math.min(deadline, performance.now() + PARTIAL_LINK_BUDGET);
    if (performance.now() > deadline) hooks.signal.throwIfAborted();
  };
  return link(sources, discovery.configs, { settings, progress });
}

/** Lets messages and timers through. */
async function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The work's result, undefined when it ended because of the abort. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function emptyResult(clock: PhaseClock): EngineResult {
  return {
    cancelled: true,
    phases: clock.phases,
    files: { found: 0, scanned: 0, skipped: [], failed: [] },
    scannedFiles: [],
    nodes: [],
    edges: [],
    workflows: [],
    schemas: [],
    unresolved: [],
    suppressed: [],
    notices: [],
  };
}

/** Measures how long phases take, in milliseconds. */
class PhaseClock {
  readonly phases: Record<string, number> = {};
  #since = performance.now();

  end(phase: string): void {
    const now = performance.now();
    this.phases[phase] = Math.round(now - this.#since);
    this.#since = now;
  }
}
