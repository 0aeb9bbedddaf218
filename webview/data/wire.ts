import type { Confidence, EntitySchema, GraphNode, NodeKind, SchemaColumn, SchemaRelation } from '#protocol/graph.ts';
import type {
  EndpointRow,
  FileRow,
  Repository,
  RepositoryList,
  ScanList,
  ScanOverview,
  SourceLines,
  TableRow,
  UnresolvedRow,
  WorkflowRow,
} from '#protocol/http.ts';
import type { ScanAccepted, ScanState, ScanStatus, ScanSummary } from '#protocol/scan.ts';
import { CONFIDENCES, KINDS, SCAN_STATES, UNRESOLVED_REASONS } from '../components/vocabulary.ts';
import { type Guard, isFlag, isNumber, isText, listOf, nullable, oneOf, recordOf, shape } from './guards.ts';

/** A page of any list of the server; it goes on at a cursor or an offset. */
export interface Page<T> {
  items: T[];
  total: number;
  next_cursor?: string | null;
  next_offset?: number | null;
}

export function isPageOf<T>(item: Guard<T>): Guard<Page<T>> {
  return shape<Page<T>>(
    { items: listOf(item), total: isNumber },
    { next_cursor: nullable(isText), next_offset: nullable(isNumber) },
  );
}

export const isKind: Guard<NodeKind> = oneOf(KINDS);
export const isConfidence: Guard<Confidence> = oneOf(CONFIDENCES);
const isScanState: Guard<ScanState> = oneOf(SCAN_STATES);

export const isNode = shape<GraphNode>(
  {
    id: isText,
    kind: isKind,
    name: isText,
    root: isText,
    file: isText,
    start_line: isNumber,
    start_column: isNumber,
    end_line: isNumber,
    end_column: isNumber,
    rule: isText,
    confidence: isConfidence,
  },
  { target: isText, method: isText, provider: isText, snippet: isText, symbol: isText },
);

export const isWorkflowRow = shape<WorkflowRow>(
  {
    id: isText,
    name: isText,
    entry: isText,
    steps: listOf(shape<WorkflowRow['steps'][number]>({ node: isText }, { edge: isNumber })),
    reads: listOf(isText),
    writes: listOf(isText),
    confidence: isConfidence,
    story: isText,
    entry_node: isNode,
    chain: listOf(
      shape<WorkflowRow['chain'][number]>(
        { node: isNode, depth: isNumber },
        { edge_kind: isText, edge_rule: isText, edge_confidence: isConfidence, edge_detail: isText },
      ),
    ),
  },
  { step_count: isNumber },
);

export const isEndpointRow = shape<EndpointRow>(
  { node: isNode, callers: listOf(isNode), handlers: listOf(isNode), reads: listOf(isText), writes: listOf(isText) },
  { callers_total: isNumber, handlers_total: isNumber },
);

export const isColumn = shape<SchemaColumn>({ name: isText }, { type: isText, key: isFlag, nullable: isFlag });
export const RELATION_KINDS: Record<SchemaRelation['kind'], true> = {
  one_to_one: true,
  one_to_many: true,
  many_to_one: true,
  many_to_many: true,
  owns: true,
  inherits: true,
};
const isRelation = shape<SchemaRelation>({ kind: oneOf(RELATION_KINDS), entity: isText }, { via: isText });
const isSchema = shape<EntitySchema>(
  {
    entity: isText,
    table: isText,
    root: isText,
    file: isText,
    line: isNumber,
    columns: listOf(isColumn),
    relations: listOf(isRelation),
    migrations: listOf(shape<EntitySchema['migrations'][number]>({ file: isText, line: isNumber, change: isText }, {})),
  },
  {},
);

export const isTableRow = shape<TableRow>(
  { table: isText, readers: listOf(isNode), writers: listOf(isNode) },
  { node: isNode, schema: isSchema, readers_total: isNumber, writers_total: isNumber },
);

export const isUnresolvedRow = shape<UnresolvedRow>(
  { node: isText, reason: oneOf(UNRESOLVED_REASONS), detail: isText, node_detail: isNode },
  {},
);

const FILE_STATES: Record<FileRow['status'], true> = { scanned: true, skipped: true, failed: true };
export const isFileRow = shape<FileRow>({ path: isText, status: oneOf(FILE_STATES) }, { reason: isText });

const isFolder = shape<{ name: string; path: string }>({ name: isText, path: isText }, {});

export const isScanSummary = shape<ScanSummary>(
  {
    scan_id: isText,
    status: isScanState,
    roots: listOf(isFolder),
    started_at: isText,
    finished_at: nullable(isText),
    duration_ms: nullable(isNumber),
    files_scanned: isNumber,
    nodes_found: isNumber,
    workflows_found: isNumber,
    message: isText,
  },
  { error: isText },
);

export const isScanList = shape<ScanList>(
  { scans: listOf(isScanSummary) },
  { total: isNumber, next_cursor: nullable(isText) },
);

export const isScanStatus = shape<ScanStatus>(
  {
    type: (value): value is 'scan_update' => value === 'scan_update',
    scan_id: isText,
    seq: isNumber,
    status: isScanState,
    progress: nullable(isNumber),
    message: isText,
    files_scanned: isNumber,
    total_files: isNumber,
    nodes_found: isNumber,
    eta_seconds: nullable(isNumber),
    timestamp: isText,
  },
  { current_file: isText, error: isText },
);

export const isScanAccepted = shape<ScanAccepted>(
  { scan_id: isText, status: (value): value is 'queued' => value === 'queued', message: isText },
  {},
);

export const isOverview = shape<ScanOverview>(
  {
    scan: isScanSummary,
    nodes_by_kind: recordOf(isNumber),
    edges_by_kind: recordOf(isNumber),
    workflows: isNumber,
    tables: isNumber,
    unresolved_by_reason: recordOf(isNumber),
    files: shape<ScanOverview['files']>(
      { found: isNumber, scanned: isNumber, skipped: isNumber, failed: isNumber },
      {},
    ),
    phases: recordOf(isNumber),
  },
  {
    notices: listOf(isText),
    hot_files: listOf(
      shape<NonNullable<ScanOverview['hot_files']>[number]>({ root: isText, file: isText, operations: isNumber }, {}),
    ),
    orphan_endpoints: shape<NonNullable<ScanOverview['orphan_endpoints']>>(
      { no_caller: isNumber, no_handler: isNumber },
      {},
    ),
    unused_tables: shape<NonNullable<ScanOverview['unused_tables']>>(
      { unused: isNumber, never_written: isNumber, never_read: isNumber },
      {},
    ),
  },
);

const isRepository = shape<Repository>(
  { name: isText, path: isText, is_git: isFlag, last_scan: nullable(isScanSummary) },
  {},
);
export const isRepositoryList = shape<RepositoryList>({ repositories: listOf(isRepository) }, {});

export const isSourceLines = shape<SourceLines>(
  { root: isText, file: isText, start_line: isNumber, total_lines: isNumber, lines: listOf(isText) },
  {},
);

export const isErrorMessage = shape<{ message: string }>({ message: isText }, {});
