import { type Static, Type } from 'typebox';

/** Kinds of operation nodes; spec and wire name are the same word. */
export const OPERATION_KINDS = [
  'database_read',
  'database_write',
  'api_call',
  'api_endpoint',
  'file_read',
  'file_write',
  'message_send',
  'message_receive',
  'cache_read',
  'cache_write',
  'data_transform',
  'ui_action',
  'ui_page',
  'scheduled_task',
] as const;
export const OperationKind = Type.Enum([...OPERATION_KINDS]);
export type OperationKind = Static<typeof OperationKind>;

/** Kinds of all nodes: the operations, the functions that perform them and the tables they access. */
export const NODE_KINDS = [...OPERATION_KINDS, 'function', 'table'] as const;
export const NodeKind = Type.Enum([...NODE_KINDS]);
export type NodeKind = Static<typeof NodeKind>;

export const EDGE_KINDS = ['handles', 'calls', 'performs', 'requests', 'delivers', 'accesses', 'navigates'] as const;
export const EdgeKind = Type.Enum([...EDGE_KINDS]);
export type EdgeKind = Static<typeof EdgeKind>;

/** How sure a fact is; a path is as sure as its weakest hop. */
export const CONFIDENCES = ['certain', 'likely', 'possible'] as const;
export const Confidence = Type.Enum([...CONFIDENCES]);
export type Confidence = Static<typeof Confidence>;

/** Why an operation could not be joined. */
export const UNRESOLVED_REASONS = [
  'dynamic_url',
  'external_host',
  'unknown_receiver',
  'no_endpoint_matches',
  'no_handler_found',
  'no_caller_found',
  'no_receiver_found',
  'unknown_table',
  'ambiguous',
] as const;
export const UnresolvedReason = Type.Enum([...UNRESOLVED_REASONS]);
export type UnresolvedReason = Static<typeof UnresolvedReason>;

/**
 * A node of the graph. Lines and columns are 1-based; `file` is relative to the root named by `root`, with forward
 * slashes. `id` depends on root, file, kind, enclosing symbol, target and ordinal, never on a line.
 */
export const GraphNode = Type.Object(
  {
    id: Type.String(),
    kind: NodeKind,
    name: Type.String(),
    root: Type.String(),
    file: Type.String(),
    start_line: Type.Integer({ minimum: 1 }),
    start_column: Type.Integer({ minimum: 1 }),
    end_line: Type.Integer({ minimum: 1 }),
    end_column: Type.Integer({ minimum: 1 }),
    target: Type.Optional(Type.String()),
    method: Type.Optional(Type.String()),
    provider: Type.Optional(Type.String()),
    rule: Type.String(),
    confidence: Confidence,
    snippet: Type.Optional(Type.String()),
    symbol: Type.Optional(Type.String({ description: 'Qualified name of the enclosing function or type' })),
  },
  { additionalProperties: false, $id: 'GraphNode' },
);
export type GraphNode = Static<typeof GraphNode>;

/** A place in the source; `root` and `file` as in a node. */
export const SourceLocation = Type.Object(
  { root: Type.String(), file: Type.String(), line: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false, $id: 'SourceLocation' },
);
export type SourceLocation = Static<typeof SourceLocation>;

/** The proof of an edge: both locations and, where it took more than one fact, how they were put together. */
export const Evidence = Type.Object(
  {
    from: SourceLocation,
    to: SourceLocation,
    detail: Type.Optional(Type.String()),
  },
  { additionalProperties: false, $id: 'Evidence' },
);
export type Evidence = Static<typeof Evidence>;

/** A target that was considered for an edge: rejected with a reason, or equally good when the edge is `possible`. */
export const Candidate = Type.Object(
  { node: Type.String(), reason: Type.String() },
  { additionalProperties: false, $id: 'Candidate' },
);
export type Candidate = Static<typeof Candidate>;

export const GraphEdge = Type.Object(
  {
    source: Type.String(),
    target: Type.String(),
    kind: EdgeKind,
    rule: Type.String(),
    confidence: Confidence,
    evidence: Type.Optional(Evidence),
    candidates: Type.Optional(Type.Array(Candidate)),
  },
  { additionalProperties: false, $id: 'GraphEdge' },
);
export type GraphEdge = Static<typeof GraphEdge>;

/** One hop of a workflow: the node reached and the index into `edges` of the edge that led to it. */
export const WorkflowStep = Type.Object(
  {
    node: Type.String(),
    edge: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false, $id: 'WorkflowStep' },
);
export type WorkflowStep = Static<typeof WorkflowStep>;

export const Workflow = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    entry: Type.String(),
    steps: Type.Array(WorkflowStep),
    reads: Type.Array(Type.String()),
    writes: Type.Array(Type.String()),
    confidence: Confidence,
    story: Type.String(),
  },
  { additionalProperties: false, $id: 'Workflow' },
);
export type Workflow = Static<typeof Workflow>;

export const SchemaColumn = Type.Object(
  {
    name: Type.String(),
    type: Type.Optional(Type.String()),
    key: Type.Optional(Type.Boolean()),
    nullable: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, $id: 'SchemaColumn' },
);
export type SchemaColumn = Static<typeof SchemaColumn>;

export const SchemaRelation = Type.Object(
  {
    kind: Type.Enum(['one_to_one', 'one_to_many', 'many_to_one', 'many_to_many', 'owns', 'inherits']),
    entity: Type.String(),
    via: Type.Optional(Type.String()),
  },
  { additionalProperties: false, $id: 'SchemaRelation' },
);
export type SchemaRelation = Static<typeof SchemaRelation>;

/** An entity, the table it is mapped to and where that is declared. */
export const EntitySchema = Type.Object(
  {
    entity: Type.String(),
    table: Type.String(),
    root: Type.String(),
    file: Type.String(),
    line: Type.Integer({ minimum: 1 }),
    columns: Type.Array(SchemaColumn),
    relations: Type.Array(SchemaRelation),
    migrations: Type.Array(
      Type.Object(
        { file: Type.String(), line: Type.Integer({ minimum: 1 }), change: Type.String() },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, $id: 'EntitySchema' },
);
export type EntitySchema = Static<typeof EntitySchema>;

export const Unresolved = Type.Object(
  { node: Type.String(), reason: UnresolvedReason, detail: Type.String() },
  { additionalProperties: false, $id: 'Unresolved' },
);
export type Unresolved = Static<typeof Unresolved>;

/** A node or link that `pinata.json` takes out of the result. */
export const Suppressed = Type.Union(
  [
    Type.Object({ node: Type.String(), reason: Type.String() }, { additionalProperties: false }),
    Type.Object(
      { source: Type.String(), target: Type.String(), reason: Type.String() },
      { additionalProperties: false },
    ),
  ],
  { $id: 'Suppressed' },
);
export type Suppressed = Static<typeof Suppressed>;

export const FileProblem = Type.Object(
  { path: Type.String(), reason: Type.String() },
  { additionalProperties: false, $id: 'FileProblem' },
);
export type FileProblem = Static<typeof FileProblem>;

/** `found` = `scanned` + `skipped.length` + `failed.length`. Paths start with the root's name and a slash. */
export const FileLedger = Type.Object(
  {
    found: Type.Integer({ minimum: 0 }),
    scanned: Type.Integer({ minimum: 0 }),
    skipped: Type.Array(FileProblem),
    failed: Type.Array(FileProblem),
  },
  { additionalProperties: false, $id: 'FileLedger' },
);
export type FileLedger = Static<typeof FileLedger>;

export const RESULT_FORMAT = 'pinata-result/1';

/** The result file. Values that differ between two scans of one tree stand only under `scan` and `roots`. */
export const ScanResult = Type.Object(
  {
    format: Type.Literal(RESULT_FORMAT),
    tool: Type.Object({ name: Type.Literal('pinata'), version: Type.String() }, { additionalProperties: false }),
    scan: Type.Object(
      {
        scan_id: Type.String(),
        status: Type.Enum(['completed', 'cancelled', 'error']),
        started_at: Type.String(),
        finished_at: Type.String(),
        duration_ms: Type.Integer({ minimum: 0 }),
        phases: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 0 }))),
      },
      { additionalProperties: false },
    ),
    roots: Type.Array(Type.Object({ name: Type.String(), path: Type.String() }, { additionalProperties: false })),
    files: FileLedger,
    nodes: Type.Array(GraphNode),
    edges: Type.Array(GraphEdge),
    workflows: Type.Array(Workflow),
    schemas: Type.Array(EntitySchema),
    unresolved: Type.Array(Unresolved),
    suppressed: Type.Optional(Type.Array(Suppressed)),
    notices: Type.Optional(
      Type.Array(Type.String(), {
        description: 'What the user should know of the scan: settings that could not be read',
      }),
    ),
  },
  { additionalProperties: false, $id: 'ScanResult' },
);
export type ScanResult = Static<typeof ScanResult>;
