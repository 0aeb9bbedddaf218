import { type Static, type TSchema, Type } from 'typebox';
import { EntitySchema, GraphNode, Unresolved, Workflow, NodeKind, Confidence } from './graph.ts';
import { ScanState, ScanSummary } from './scan.ts';

/** Prefix of every scanner route. */
export const API_PREFIX = '/api/v1/scanner';

/** WebSocket path of a scan's progress, without the prefix; also served under the prefix. */
export function progressPath(scanId: string): string {
  return `/ws/scan/${encodeURIComponent(scanId)}`;
}

/** WebSocket close codes with a meaning of their own. */
export const CLOSE_CODES = {
  done: 1000,
  serverStopping: 1001,
  policy: 1008,
  tooSlow: 1013,
  unknownScan: 4404,
} as const;

/** WebSocket subprotocol that carries the bearer token: `pinata.bearer.<token>`; the server selects `pinata.v1`. */
export const TOKEN_SUBPROTOCOL_PREFIX = 'pinata.bearer.';
export const SUBPROTOCOL = 'pinata.v1';

export const ErrorBody = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    field: Type.Optional(Type.String()),
    request_id: Type.String(),
  },
  { additionalProperties: false, $id: 'ErrorBody' },
);
export type ErrorBody = Static<typeof ErrorBody>;

/** Query of the paged lists. `cursor` is opaque and comes from the previous page's `next_cursor`. */
export const PageQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Text contained in name, target or file' })),
    kind: Type.Optional(Type.String({ maxLength: 400, description: 'One node kind, or several with commas' })),
    file: Type.Optional(Type.String({ maxLength: 1000 })),
    target: Type.Optional(Type.String({ maxLength: 1000 })),
    confidence: Type.Optional(Confidence),
    sort: Type.Optional(Type.String({ maxLength: 40 })),
    order: Type.Optional(Type.Enum(['asc', 'desc'])),
    brief: Type.Optional(
      Type.Boolean({
        description: 'Rows without the lists inside them (chain, callers, columns, readers), for long lists',
      }),
    ),
  },
  { additionalProperties: false, $id: 'PageQuery' },
);
export type PageQuery = Static<typeof PageQuery>;

function page<T extends TSchema>(item: T, id: string) {
  return Type.Object(
    {
      items: Type.Array(item),
      total: Type.Integer({ minimum: 0 }),
      next_cursor: Type.Union([Type.String(), Type.Null()]),
    },
    { additionalProperties: false, $id: id },
  );
}

export const NodePage = page(GraphNode, 'NodePage');
export type NodePage = Static<typeof NodePage>;

/** A workflow with its steps resolved, so that a client needs no second request to draw the chain. */
export const WorkflowRow = Type.Object(
  {
    ...Workflow.properties,
    entry_node: GraphNode,
    step_count: Type.Optional(Type.Integer({ minimum: 0, description: 'All steps; `brief` rows list none' })),
    chain: Type.Array(
      Type.Object(
        {
          node: GraphNode,
          depth: Type.Integer({ minimum: 0 }),
          edge_kind: Type.Optional(Type.String()),
          edge_rule: Type.Optional(Type.String()),
          edge_confidence: Type.Optional(Confidence),
          edge_detail: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, $id: 'WorkflowRow' },
);
export type WorkflowRow = Static<typeof WorkflowRow>;
export const WorkflowPage = page(WorkflowRow, 'WorkflowPage');
export type WorkflowPage = Static<typeof WorkflowPage>;

export const EndpointRow = Type.Object(
  {
    node: GraphNode,
    callers: Type.Array(GraphNode),
    handlers: Type.Array(GraphNode),
    reads: Type.Array(Type.String()),
    writes: Type.Array(Type.String()),
    callers_total: Type.Optional(Type.Integer({ minimum: 0, description: 'All callers; `brief` rows list one' })),
    handlers_total: Type.Optional(Type.Integer({ minimum: 0, description: 'All handlers; `brief` rows list one' })),
  },
  { additionalProperties: false, $id: 'EndpointRow' },
);
export type EndpointRow = Static<typeof EndpointRow>;
export const EndpointPage = page(EndpointRow, 'EndpointPage');
export type EndpointPage = Static<typeof EndpointPage>;

export const TableRow = Type.Object(
  {
    table: Type.String(),
    node: Type.Optional(GraphNode),
    schema: Type.Optional(EntitySchema),
    readers: Type.Array(GraphNode),
    writers: Type.Array(GraphNode),
    readers_total: Type.Optional(Type.Integer({ minimum: 0, description: 'All readers; the list is cut at 200' })),
    writers_total: Type.Optional(Type.Integer({ minimum: 0, description: 'All writers; the list is cut at 200' })),
  },
  { additionalProperties: false, $id: 'TableRow' },
);
export type TableRow = Static<typeof TableRow>;
export const TablePage = page(TableRow, 'TablePage');
export type TablePage = Static<typeof TablePage>;

export const UnresolvedRow = Type.Object(
  { ...Unresolved.properties, node_detail: GraphNode },
  { additionalProperties: false, $id: 'UnresolvedRow' },
);
export type UnresolvedRow = Static<typeof UnresolvedRow>;
export const UnresolvedPage = page(UnresolvedRow, 'UnresolvedPage');
export type UnresolvedPage = Static<typeof UnresolvedPage>;

export const FileRow = Type.Object(
  { path: Type.String(), status: Type.Enum(['scanned', 'skipped', 'failed']), reason: Type.Optional(Type.String()) },
  { additionalProperties: false, $id: 'FileRow' },
);
export type FileRow = Static<typeof FileRow>;
export const FilePage = page(FileRow, 'FilePage');
export type FilePage = Static<typeof FilePage>;

/** Counts for the overview. */
export const ScanOverview = Type.Object(
  {
    scan: ScanSummary,
    nodes_by_kind: Type.Partial(Type.Record(NodeKind, Type.Integer())),
    edges_by_kind: Type.Record(Type.String(), Type.Integer()),
    workflows: Type.Integer(),
    tables: Type.Integer(),
    unresolved_by_reason: Type.Record(Type.String(), Type.Integer()),
    files: Type.Object({
      found: Type.Integer(),
      scanned: Type.Integer(),
      skipped: Type.Integer(),
      failed: Type.Integer(),
    }),
    phases: Type.Record(Type.String(), Type.Integer()),
    hot_files: Type.Optional(
      Type.Array(
        Type.Object(
          { root: Type.String(), file: Type.String(), operations: Type.Integer({ minimum: 1 }) },
          { additionalProperties: false },
        ),
        { description: 'The files with the most operations' },
      ),
    ),
    unused_tables: Type.Optional(
      Type.Object(
        { unused: Type.Integer(), never_written: Type.Integer(), never_read: Type.Integer() },
        {
          additionalProperties: false,
          description: 'Tables that nothing accesses, that are only read, and that are only written',
        },
      ),
    ),
    orphan_endpoints: Type.Optional(
      Type.Object(
        { no_caller: Type.Integer(), no_handler: Type.Integer() },
        { additionalProperties: false, description: 'Endpoints nobody calls, and those whose handler was not found' },
      ),
    ),
    notices: Type.Optional(
      Type.Array(Type.String(), {
        description: 'What the user should know of the scan: settings that could not be read',
      }),
    ),
  },
  { additionalProperties: false, $id: 'ScanOverview' },
);
export type ScanOverview = Static<typeof ScanOverview>;

export const Repository = Type.Object(
  {
    name: Type.String(),
    path: Type.String(),
    is_git: Type.Boolean(),
    last_scan: Type.Union([ScanSummary, Type.Null()]),
  },
  { additionalProperties: false, $id: 'Repository' },
);
export type Repository = Static<typeof Repository>;

export const RepositoryList = Type.Object(
  { repositories: Type.Array(Repository) },
  { additionalProperties: false, $id: 'RepositoryList' },
);
export type RepositoryList = Static<typeof RepositoryList>;

export const Environment = Type.Object(
  {
    version: Type.String(),
    protocol_version: Type.Integer(),
    languages: Type.Array(Type.String()),
    bus: Type.Enum(['memory', 'redis']),
    queue: Type.Enum(['local', 'bullmq']),
    store: Type.Enum(['sqlite', 'postgres']),
    node: Type.String(),
    pid: Type.Integer(),
    notices: Type.Array(Type.String()),
  },
  { additionalProperties: false, $id: 'Environment' },
);
export type Environment = Static<typeof Environment>;

/** The one line `pinata serve` prints on stdout when it is ready. */
export const ReadyLine = Type.Object(
  {
    address: Type.String({ description: 'http://host:port, or the socket path' }),
    token: Type.String(),
    pid: Type.Integer(),
    version: Type.String(),
    protocol_version: Type.Integer(),
  },
  { additionalProperties: false, $id: 'ReadyLine' },
);
export type ReadyLine = Static<typeof ReadyLine>;

export const CancelAnswer = Type.Object(
  { scan_id: Type.String(), accepted: Type.Boolean(), message: Type.String() },
  { additionalProperties: false, $id: 'CancelAnswer' },
);
export type CancelAnswer = Static<typeof CancelAnswer>;

/** Query of `GET /scans`; newest first. */
export const ScanListQuery = Type.Object(
  {
    root: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4096, description: 'Only scans of this folder, by its absolute path' }),
    ),
    status: Type.Optional(ScanState),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
    cursor: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false, $id: 'ScanListQuery' },
);
export type ScanListQuery = Static<typeof ScanListQuery>;

/** Scans; the history comes in pages, what is active as a whole. */
export const ScanList = Type.Object(
  {
    scans: Type.Array(ScanSummary),
    total: Type.Optional(Type.Integer({ minimum: 0, description: 'All scans that the query asks for' })),
    next_cursor: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  { additionalProperties: false, $id: 'ScanList' },
);
export type ScanList = Static<typeof ScanList>;

/** Query of `GET /scan/{id}/source`; `line` is 1-based, `context` the number of lines shown on each side of it. */
export const SourceQuery = Type.Object(
  {
    root: Type.String({ minLength: 1, maxLength: 500 }),
    file: Type.String({ minLength: 1, maxLength: 4096 }),
    line: Type.Integer({ minimum: 1 }),
    context: Type.Optional(Type.Integer({ minimum: 0, maximum: 200, default: 8 })),
  },
  { additionalProperties: false, $id: 'SourceQuery' },
);
export type SourceQuery = Static<typeof SourceQuery>;

/** Lines of a scanned file; `lines[0]` is line `start_line`. Secrets are hidden and long lines are cut. */
export const SourceLines = Type.Object(
  {
    root: Type.String(),
    file: Type.String(),
    start_line: Type.Integer({ minimum: 1 }),
    total_lines: Type.Integer({ minimum: 0 }),
    lines: Type.Array(Type.String()),
  },
  { additionalProperties: false, $id: 'SourceLines' },
);
export type SourceLines = Static<typeof SourceLines>;

/** Answer of `/readyz`; each check is `ok` or says what is wrong. */
export const Readiness = Type.Object(
  { ready: Type.Boolean(), checks: Type.Record(Type.String(), Type.String()) },
  { additionalProperties: false, $id: 'Readiness' },
);
export type Readiness = Static<typeof Readiness>;
