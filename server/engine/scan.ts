import type { EntitySchema, FileLedger, GraphEdge, GraphNode, Unresolved, Workflow } from '#protocol/graph.ts';

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
}

/**
 * Scans folders: discover, parse, lower, link, build the graph.
 * @throws {EngineError} when a root cannot be read; nothing else a source file contains makes it throw
 */
export async function scan(_request: EngineRequest, _hooks: EngineHooks): Promise<EngineResult> {
  await Promise.resolve();
  throw new Error('the pipeline is being put together');
}
