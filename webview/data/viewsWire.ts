import type { Candidate, EdgeKind, Evidence, GraphEdge, GraphNode, SourceLocation } from '#protocol/graph.ts';
import type {
  CandidateDetail,
  EntityDiagram,
  NodeGroup,
  NodeGroupDetail,
  WorkflowDetail,
  WorkflowGroups,
  WorkflowHop,
} from '#protocol/views.ts';
import { type Guard, isNumber, isText, listOf, oneOf, recordOf, shape } from './guards.ts';
import { isColumn, isConfidence, isNode, RELATION_KINDS } from './wire.ts';

const EDGE_KINDS: Record<EdgeKind, true> = {
  handles: true,
  calls: true,
  performs: true,
  requests: true,
  delivers: true,
  accesses: true,
  navigates: true,
};

const isLocation = shape<SourceLocation>({ root: isText, file: isText, line: isNumber }, {});
const isEdge = shape<GraphEdge>(
  { source: isText, target: isText, kind: oneOf(EDGE_KINDS), rule: isText, confidence: isConfidence },
  {
    evidence: shape<Evidence>({ from: isLocation, to: isLocation }, { detail: isText }),
    candidates: listOf(shape<Candidate>({ node: isText, reason: isText }, {})),
  },
);

const isHop = shape<WorkflowHop>(
  { node: isNode, parent: isNumber },
  {
    edge: isEdge,
    candidates: listOf(shape<CandidateDetail>({ id: isText, reason: isText }, { node: isNode })),
  },
);

export const isWorkflowDetail = shape<WorkflowDetail>(
  {
    id: isText,
    name: isText,
    reads: listOf(isText),
    writes: listOf(isText),
    confidence: isConfidence,
    story: isText,
    hops: listOf(isHop),
  },
  {},
);

export const isWorkflowGroups = shape<WorkflowGroups>(
  {
    groups: listOf(shape<WorkflowGroups['groups'][number]>({ key: isText, label: isText, workflows: isNumber }, {})),
    total: isNumber,
  },
  {},
);

export const isNodeGroup = shape<NodeGroup>(
  { key: isText, counts: recordOf(isNumber), providers: listOf(isText) },
  { routes: listOf(isText) },
);

export const isNodeGroupDetail = shape<NodeGroupDetail>(
  {
    key: isText,
    nodes: listOf(isNode),
    nodes_total: isNumber,
    workflows: listOf(shape<NodeGroupDetail['workflows'][number]>({ id: isText, name: isText }, {})),
  },
  {},
);

export const isEntityDiagram = shape<EntityDiagram>(
  {
    tables: listOf(
      shape<EntityDiagram['tables'][number]>(
        {
          table: isText,
          entity: isText,
          root: isText,
          file: isText,
          line: isNumber,
          columns: listOf(isColumn),
          columns_total: isNumber,
        },
        {},
      ),
    ),
    relations: listOf(
      shape<EntityDiagram['relations'][number]>(
        { source: isText, target: isText, kind: oneOf(RELATION_KINDS) },
        { via: isText },
      ),
    ),
    total: isNumber,
  },
  {},
);

/** A node with the links that end and start at it (`GET /scan/{id}/nodes/{node}`). */
export interface NodeLinks {
  node: GraphNode;
  incoming: NodeLink[];
  outgoing: NodeLink[];
}
export interface NodeLink {
  edge: GraphEdge;
  node: GraphNode;
}

const isLink: Guard<NodeLink> = shape<NodeLink>({ edge: isEdge, node: isNode }, {});
export const isNodeLinks = shape<NodeLinks>({ node: isNode, incoming: listOf(isLink), outgoing: listOf(isLink) }, {});
