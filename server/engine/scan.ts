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
import { discover, type DiscoveredFile, type Discovery } from './discover/discover.ts';
import { redact } from './graph/redact.ts';
import { addSnippets } from './graph/snippets.ts';
import { buildWorkflows } from './graph/workflows.ts';
import { link, type Linked } from './link/link.ts';
import { SourceFile } from './link/sourceFile.ts';
import { Tree } from './lower/tree.ts';
import { parseAll } from './parse/parseAll.ts';
import type { ParsedFile } from './parse/parseFile.ts';
import { Quarantine } from './parse/quarantine.ts';

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
}

/** What a scan found; the same for the same tree whatever the order, the machine or the number of threads. */
export interface EngineResult {
  cancelled: boolean;
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
  const discovery = await unlessAborted(hooks.signal, async () => discoverFiles(request, hooks.signal));
  clock.end('discovering');
  if (!discovery) return emptyResult(clock);

  const parsed = await parseFiles(discovery.files, request, hooks);
  clock.end('scanning');
  const { sources, ledger, scannedFiles } = sortOut(discovery, parsed);
  const linked = await unlessAborted(hooks.signal, async () =>
    linkFiles(sources, discovery, ledger, request.trusted ?? false, hooks),
  );
  clock.end('linking');
  if (!linked) return { ...emptyResult(clock), files: ledger, scannedFiles };

  const { failed, ...graph } = linked;
  noteUnlinked(ledger, failed);
  const workflows = buildWorkflows(linked.nodes, linked.edges);
  const paths = new Map(discovery.files.map((file) => [`${file.root}\0${file.file}`, file.path]));
  addSnippets(linked.nodes, (root, file) => paths.get(`${root}\0${file}`));
  for (const node of linked.nodes) if (node.target !== undefined) node.target = redact(node.target);
  clock.end('workflows');
  return { cancelled: hooks.signal.aborted, phases: clock.phases, files: ledger, scannedFiles, ...graph, workflows };
}

async function discoverFiles(request: EngineRequest, signal: AbortSignal): Promise<Discovery> {
  const options = {
    fileTypes: request.fileTypes,
    excludePatterns: request.excludePatterns,
    includeTests: request.includeTests ?? false,
  };
  return discover(request.roots, options, signal);
}

async function parseFiles(
  files: readonly DiscoveredFile[],
  request: EngineRequest,
  hooks: EngineHooks,
): Promise<(ParsedFile | undefined)[]> {
  let filesScanned = 0;
  const report = (currentFile?: string): void => {
    const fraction = files.length === 0 ? 1 : filesScanned / files.length;
    hooks.onProgress({
      phase: 'scanning',
      filesScanned,
      totalFiles: files.length,
      nodesFound: 0,
      fraction,
      currentFile,
    });
  };
  report();
  return parseAll(files, {
    threads: request.threads,
    isolated: request.isolated,
    fileBudgetMs: request.fileBudgetMs,
    threadMemoryMb: request.threadMemoryMb,
    quarantine: Quarantine.open(request.cacheFolder),
    signal: hooks.signal,
    onParsed(count, lastFile) {
      filesScanned += count;
      report(lastFile);
    },
  });
}

/** Every file found is scanned, skipped or failed. */
function sortOut(discovery: Discovery, parsed: readonly (ParsedFile | undefined)[]) {
  const skipped: FileProblem[] = [...discovery.skipped];
  const failed: FileProblem[] = [...discovery.failed];
  const sources: SourceFile[] = [];
  const scannedFiles: string[] = [];
  for (const [index, file] of discovery.files.entries()) {
    const result = parsed[index];
    const path = `${file.root}/${file.file}`;
    if (result === undefined) skipped.push({ path, reason: 'the scan was cancelled before it was read' });
    else if (result.status === 'skipped') skipped.push({ path, reason: result.reason });
    else if (result.status === 'failed') failed.push({ path, reason: result.reason });
    else {
      scannedFiles.push(path);
      const { root, language } = file;
      const generated = result.generated || file.generated !== undefined;
      sources.push(
        new SourceFile({
          index: sources.length,
          root,
          path: file.file,
          language,
          generated,
          tree: new Tree(result.tree),
        }),
      );
    }
  }
  const ledger = {
    found: discovery.found,
    scanned: sources.length,
    skipped: skipped.sort(byPath),
    failed: failed.sort(byPath),
  };
  return { sources, ledger, scannedFiles };
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
  trusted: boolean,
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
  return link(sources, discovery.configs, { trusted, progress });
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
