import { type Static, Type } from 'typebox';
import { Confidence, GraphEdge, GraphNode, NodeKind, SchemaColumn, SchemaRelation } from './graph.ts';
import { PageQuery } from './http.ts';

/** What workflows can be grouped by: where they start, the endpoints and tables on their way, how sure they are. */
export const WORKFLOW_GROUPINGS = ['page', 'endpoint', 'table', 'confidence'] as const;
export const WorkflowGrouping = Type.Enum([...WORKFLOW_GROUPINGS]);
export type WorkflowGrouping = Static<typeof WorkflowGrouping>;

/** Query of the list of workflows; `group_by` and `group` together restrict it to one group. */
export const WorkflowQuery = Type.Object(
  {
    ...PageQuery.properties,
    group_by: Type.Optional(WorkflowGrouping),
    group: Type.Optional(Type.String({ maxLength: 500, description: 'Key of a group of `group_by`' })),
    node: Type.Optional(
      Type.String({ maxLength: 500, description: 'Only workflows that pass through this node, at most 200' }),
    ),
  },
  { additionalProperties: false, $id: 'WorkflowQuery' },
);
export type WorkflowQuery = Static<typeof WorkflowQuery>;

export const WorkflowGroupQuery = Type.Object(
  {
    by: WorkflowGrouping,
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Text contained in name, entry or file' })),
    confidence: Type.Optional(Confidence),
  },
  { additionalProperties: false, $id: 'WorkflowGroupQuery' },
);
export type WorkflowGroupQuery = Static<typeof WorkflowGroupQuery>;

/** Groups of workflows, the largest first; a workflow that touches two tables is in the groups of both. */
export const WorkflowGroups = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        { key: Type.String(), label: Type.String(), workflows: Type.Integer({ minimum: 1 }) },
        { additionalProperties: false },
      ),
    ),
    total: Type.Integer({ minimum: 0, description: 'All groups; the list is cut at 2000' }),
  },
  { additionalProperties: false, $id: 'WorkflowGroups' },
);
export type WorkflowGroups = Static<typeof WorkflowGroups>;

/** A target considered for a link, with its node when the result holds it. */
export const CandidateDetail = Type.Object(
  { node: Type.Optional(GraphNode), id: Type.String(), reason: Type.String() },
  { additionalProperties: false, $id: 'CandidateDetail' },
);
export type CandidateDetail = Static<typeof CandidateDetail>;

/** A hop of a workflow with the proof of the link that led to it. */
export const WorkflowHop = Type.Object(
  {
    node: GraphNode,
    parent: Type.Integer({ minimum: -1, description: 'Index of the hop the link starts at; -1 at the entry' }),
    edge: Type.Optional(GraphEdge),
    candidates: Type.Optional(Type.Array(CandidateDetail)),
  },
  { additionalProperties: false, $id: 'WorkflowHop' },
);
export type WorkflowHop = Static<typeof WorkflowHop>;

/** One workflow with the proof of every hop; depth first, in the order of the source. */
export const WorkflowDetail = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    reads: Type.Array(Type.String()),
    writes: Type.Array(Type.String()),
    confidence: Confidence,
    story: Type.String(),
    hops: Type.Array(WorkflowHop),
  },
  { additionalProperties: false, $id: 'WorkflowDetail' },
);
export type WorkflowDetail = Static<typeof WorkflowDetail>;

/** Query of lists that put nodes together: by what they are about (`target`) or where they stand (`component`). */
export const NodeGroupQuery = Type.Object(
  {
    kind: Type.String({ maxLength: 400, description: 'Node kinds, separated by commas' }),
    by: Type.Enum(['target', 'component']),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Text contained in the key' })),
    offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false, $id: 'NodeGroupQuery' },
);
export type NodeGroupQuery = Static<typeof NodeGroupQuery>;

/** Nodes with the same target, or in the same component; how many there are of each kind. */
export const NodeGroup = Type.Object(
  {
    key: Type.String(),
    counts: Type.Partial(Type.Record(NodeKind, Type.Integer())),
    providers: Type.Array(Type.String()),
    routes: Type.Optional(Type.Array(Type.String(), { description: 'Routes at which a component is a page' })),
  },
  { additionalProperties: false, $id: 'NodeGroup' },
);
export type NodeGroup = Static<typeof NodeGroup>;

export const NodeGroupPage = Type.Object(
  {
    items: Type.Array(NodeGroup),
    total: Type.Integer({ minimum: 0 }),
    next_offset: Type.Union([Type.Integer(), Type.Null()]),
  },
  { additionalProperties: false, $id: 'NodeGroupPage' },
);
export type NodeGroupPage = Static<typeof NodeGroupPage>;

/** The nodes of one group, with the workflows that start at them. */
export const NodeGroupDetailQuery = Type.Object(
  {
    kind: Type.String({ maxLength: 400 }),
    by: Type.Enum(['target', 'component']),
    key: Type.String({ maxLength: 2000 }),
  },
  { additionalProperties: false, $id: 'NodeGroupDetailQuery' },
);
export type NodeGroupDetailQuery = Static<typeof NodeGroupDetailQuery>;

export const NodeGroupDetail = Type.Object(
  {
    key: Type.String(),
    nodes: Type.Array(GraphNode),
    nodes_total: Type.Integer({ minimum: 0, description: 'All nodes of the group; the list is cut at 300' }),
    workflows: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }, { additionalProperties: false }), {
      description: 'Those that start at or pass through one of the nodes, at most 100',
    }),
  },
  { additionalProperties: false, $id: 'NodeGroupDetail' },
);
export type NodeGroupDetail = Static<typeof NodeGroupDetail>;

export const EntityDiagramQuery = Type.Object(
  {
    table: Type.Optional(
      Type.String({ maxLength: 1000, description: 'Table in the middle; the most related ones when absent' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 400, default: 40 })),
  },
  { additionalProperties: false, $id: 'EntityDiagramQuery' },
);
export type EntityDiagramQuery = Static<typeof EntityDiagramQuery>;

/** Tables and the relations between them, nearest to the table asked for. */
export const EntityDiagram = Type.Object(
  {
    tables: Type.Array(
      Type.Object(
        {
          table: Type.String(),
          entity: Type.String(),
          root: Type.String(),
          file: Type.String(),
          line: Type.Integer({ minimum: 1 }),
          columns: Type.Array(SchemaColumn, { description: 'Keys first, at most 12' }),
          columns_total: Type.Integer({ minimum: 0 }),
        },
        { additionalProperties: false },
      ),
    ),
    relations: Type.Array(
      Type.Object(
        {
          source: Type.String(),
          target: Type.String(),
          kind: SchemaRelation.properties.kind,
          via: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
    total: Type.Integer({ minimum: 0, description: 'Tables that are related to the one asked for, or all' }),
  },
  { additionalProperties: false, $id: 'EntityDiagram' },
);
export type EntityDiagram = Static<typeof EntityDiagram>;
