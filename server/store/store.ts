import type { GraphEdge, GraphNode } from '#protocol/graph.ts';
import type {
  EndpointPage,
  FilePage,
  NodePage,
  PageQuery,
  ScanList,
  ScanListQuery,
  ScanOverview,
  TablePage,
  UnresolvedPage,
  WorkflowPage,
} from '#protocol/http.ts';
import type { FileMarks, MarksQuery } from '#protocol/marks.ts';
import type { ScanRequest, ScanStatus, ScanSummary } from '#protocol/scan.ts';
import type {
  EntityDiagram,
  EntityDiagramQuery,
  NodeGroupDetail,
  NodeGroupDetailQuery,
  NodeGroupPage,
  NodeGroupQuery,
  WorkflowDetail,
  WorkflowGroupQuery,
  WorkflowGroups,
  WorkflowQuery,
} from '#protocol/views.ts';
import type { ResultReader } from './resultReader.ts';

/** A folder of a scan; `name` is unique in the scan, `path` absolute. */
export interface StoredRoot {
  name: string;
  path: string;
}

export interface NewScan {
  request: ScanRequest;
  roots: StoredRoot[];
  status: ScanStatus;
}

/** A node with the edges that end and start at it and the nodes at their other ends. */
export interface NodeDetail {
  node: GraphNode;
  incoming: { edge: GraphEdge; node: GraphNode }[];
  outgoing: { edge: GraphEdge; node: GraphNode }[];
}

/** The cursor of a page query was not made by this query. */
export class BadCursorError extends Error {
  constructor() {
    super('cursor: not one that this list has given out with these filters and this order');
    this.name = 'BadCursorError';
  }
}

/** A kind that a page query asks for is none of the list's. */
export class BadKindError extends Error {
  constructor(allowed: readonly string[]) {
    super(`kind: use one of ${allowed.join(', ')}, or several with commas`);
    this.name = 'BadKindError';
  }
}

/** The sort key of a page query is none of the list's. */
export class BadSortError extends Error {
  constructor(allowed: readonly string[]) {
    super(`sort: use one of ${allowed.join(', ')}`);
    this.name = 'BadSortError';
  }
}

/**
 * History and results of scans. The server reads and keeps the history; results are written by the engine process
 * through `ResultWriter`. Lists of a scan whose result is not written yet are empty.
 */
export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  createScan(scan: NewScan): Promise<void>;
  /** Records the newest statuses of running scans and that their server is alive. */
  heartbeat(statuses: ScanStatus[]): Promise<void>;
  /**
   * Records a terminal status; the first one recorded of a scan stays.
   * @param error what went wrong at full length; a status holds a shortened text
   */
  finishScan(status: ScanStatus, error?: string): Promise<void>;
  /** Marks scans whose server has died as `error`, "interrupted". @returns their new statuses */
  markInterrupted(): Promise<ScanStatus[]>;
  status(scanId: string): Promise<ScanStatus | null>;
  summary(scanId: string): Promise<ScanSummary | null>;
  /** A page of the history, newest first. @throws {BadCursorError} */
  summaries(query: ScanListQuery): Promise<ScanList>;
  /** The newest scan with this folder as its first root. */
  lastScanOf(path: string): Promise<ScanSummary | null>;
  roots(scanId: string): Promise<StoredRoot[]>;
  overview(scanId: string): Promise<ScanOverview | null>;
  nodes(scanId: string, query: PageQuery): Promise<NodePage>;
  node(scanId: string, nodeId: string): Promise<NodeDetail | null>;
  workflows(scanId: string, query: WorkflowQuery): Promise<WorkflowPage>;
  workflow(scanId: string, workflowId: string): Promise<WorkflowDetail | null>;
  workflowGroups(scanId: string, query: WorkflowGroupQuery): Promise<WorkflowGroups>;
  nodeGroups(scanId: string, query: NodeGroupQuery): Promise<NodeGroupPage>;
  nodeGroup(scanId: string, query: NodeGroupDetailQuery): Promise<NodeGroupDetail>;
  entityDiagram(scanId: string, query: EntityDiagramQuery): Promise<EntityDiagram>;
  endpoints(scanId: string, query: PageQuery): Promise<EndpointPage>;
  tables(scanId: string, query: PageQuery): Promise<TablePage>;
  unresolved(scanId: string, query: PageQuery): Promise<UnresolvedPage>;
  files(scanId: string, query: PageQuery): Promise<FilePage>;
  /** What an editor shows beside the lines of one file. */
  fileMarks(scanId: string, query: MarksQuery): Promise<FileMarks>;
  /** Whether a file (`root/relative/path`) was scanned. */
  hasScannedFile(scanId: string, path: string): Promise<boolean>;
  /** The whole result, for exports and comparisons; null for an unknown scan. */
  reader(scanId: string): Promise<ResultReader | null>;
  /** Removes a scan and its results, in pieces so that others are not held up. @returns whether there was one */
  deleteScan(scanId: string): Promise<boolean>;
  /** @throws when the store cannot be read */
  ping(): Promise<void>;
  close(): Promise<void>;
}
