import type { DatabaseSync } from 'node:sqlite';
import {
  type EntitySchema,
  type GraphEdge,
  type GraphNode,
  NODE_KINDS,
  UNRESOLVED_REASONS,
  type Workflow,
} from '#protocol/graph.ts';
import type {
  EndpointPage,
  FilePage,
  FileRow,
  NodePage,
  PageQuery,
  TablePage,
  TableRow,
  UnresolvedPage,
  WorkflowPage,
  WorkflowRow,
} from '#protocol/http.ts';
import type {
  EntityDiagram,
  EntityDiagramQuery,
  WorkflowDetail,
  WorkflowGroupQuery,
  WorkflowGroups,
  WorkflowQuery,
} from '#protocol/views.ts';
import { entityDiagram } from './entityDiagram.ts';
import { NodeGroups } from './nodeGroups.ts';
import { type ListSpec, PageQueries, type Restriction, type RowPage } from './pageQueries.ts';
import {
  parseEdge,
  parseEndpoint,
  parseNode,
  parseSchema,
  parseTable,
  parseUnresolved,
  parseWorkflow,
} from './resultReader.ts';
import type { NodeDetail } from './store.ts';
import { workflowDetail, workflowGroups } from './workflowLists.ts';

const NODE_FILTERS = { kind: 'kind', file: 'file', target: 'target', confidence: 'confidence' } as const;
const NODE_TEXT = ['name', 'target', 'file'];
const NODE_SORTS = {
  name: 'name',
  kind: 'kind',
  file: "file || char(9) || printf('%09d', line)",
  line: 'line',
  target: "coalesce(target, '')",
  confidence: 'confidence',
};

const NODES: ListSpec = {
  table: 'nodes',
  text: NODE_TEXT,
  filters: NODE_FILTERS,
  kinds: NODE_KINDS,
  sorts: NODE_SORTS,
};
const WORKFLOWS: ListSpec = {
  ...NODES,
  table: 'workflows',
  filters: { kind: 'kind', file: 'file', confidence: 'confidence' },
  members: { target: 'target' },
  sorts: {
    ...NODE_SORTS,
    steps: 'step_count',
    // What people press and open comes before what other programs call.
    entry: `CASE kind WHEN 'ui_action' THEN 0 WHEN 'ui_page' THEN 1 WHEN 'api_endpoint' THEN 2 ELSE 3 END`,
  },
};
const ENDPOINTS: ListSpec = {
  ...NODES,
  table: 'endpoints',
  filters: {
    ...NODE_FILTERS,
    kind: `CASE WHEN handlers > 0 AND callers > 0 THEN 'linked' WHEN handlers > 0 THEN 'no_caller'
      WHEN callers > 0 THEN 'no_handler' ELSE 'no_caller_no_handler' END`,
  },
  kinds: ['linked', 'no_caller', 'no_handler', 'no_caller_no_handler'],
  sorts: { ...NODE_SORTS, callers: 'callers', handlers: 'handlers' },
};
const TABLES: ListSpec = {
  table: 'tables',
  text: NODE_TEXT,
  filters: {
    file: 'file',
    target: 'name',
    kind: `CASE WHEN readers + writers = 0 THEN 'unused' WHEN writers = 0 THEN 'never_written'
      WHEN readers = 0 THEN 'never_read' ELSE 'used' END`,
  },
  kinds: ['unused', 'never_written', 'never_read', 'used'],
  sorts: { name: 'name', file: 'file', readers: 'readers', writers: 'writers' },
};
const UNRESOLVED: ListSpec = {
  ...NODES,
  table: 'unresolved',
  filters: { ...NODE_FILTERS, kind: 'reason' },
  kinds: UNRESOLVED_REASONS,
  sorts: { ...NODE_SORTS, reason: 'reason' },
};
const FILES: ListSpec = {
  table: 'files',
  text: ['path', 'reason'],
  filters: { kind: 'status', file: 'path' },
  kinds: ['scanned', 'skipped', 'failed'],
  sorts: { path: 'path', status: 'status', reason: "coalesce(reason, '')" },
};

/** Most steps on one page of workflows; a page ends early rather than hold up the event loop. */
const STEPS_PER_PAGE = 1500;
/** Most edges on each side of a node: an answer stays below a megabyte. */
const EDGES_PER_NODE = 300;

/** Reads the lists of a result; `scan` is the row number of a scan whose result is written. */
export class ResultLists {
  readonly #database: DatabaseSync;
  readonly #pages: PageQueries;
  readonly groups: NodeGroups;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.groups = new NodeGroups(database);
    this.#pages = new PageQueries(database);
  }

  nodes(scan: number, query: PageQuery): NodePage {
    const page = this.#pages.page(NODES, scan, query, 'item.body');
    return { ...pageFields(page), items: page.rows.map((row) => parseNode(row['body'])) };
  }

  /** A filter on `target` restricts workflows to those that read or write this table. */
  workflows(scan: number, query: WorkflowQuery): WorkflowPage {
    const group = nodeRestriction(scan, query) ?? groupRestriction(scan, query);
    const page = this.#pages.page(WORKFLOWS, scan, query, 'item.body, item.step_count', group);
    const find = this.#nodeFinder(scan);
    if (query.brief === true) {
      return { ...pageFields(page), items: page.rows.map((row) => briefWorkflow(parseWorkflow(row['body']), find)) };
    }
    const findEdge = this.#edgeFinder(scan);
    const items: WorkflowRow[] = [];
    let steps = 0;
    for (const row of page.rows) {
      steps += Number(row['step_count']);
      if (items.length > 0 && steps > STEPS_PER_PAGE) {
        const last = page.rows[items.length - 1];
        return {
          ...pageFields(page),
          items,
          next_cursor: this.#pages.cursorAfter(WORKFLOWS, scan, query, last, group),
        };
      }
      items.push(workflowRow(parseWorkflow(row['body']), find, findEdge));
    }
    return { ...pageFields(page), items };
  }

  /** One workflow with the proof of every hop. */
  workflow(scan: number, id: string): WorkflowDetail | null {
    const row = this.#database.prepare('SELECT body FROM workflows WHERE scan = ? AND id = ?').get(scan, id);
    return row ? workflowDetail(parseWorkflow(row['body']), this.#nodeFinder(scan), this.#edgeFinder(scan)) : null;
  }

  workflowGroups(scan: number, query: WorkflowGroupQuery): WorkflowGroups {
    return workflowGroups(this.#database, scan, query);
  }

  entityDiagram(scan: number, query: EntityDiagramQuery): EntityDiagram {
    const rows = this.#database.prepare('SELECT body FROM schemas WHERE scan = ? ORDER BY ord').all(scan);
    return entityDiagram(
      rows.map((row) => parseSchema(row['body'])),
      query,
    );
  }

  endpoints(scan: number, query: PageQuery): EndpointPage {
    const page = this.#pages.page(ENDPOINTS, scan, query, 'item.body');
    const find = this.#nodeFinder(scan);
    const items = page.rows.flatMap((row) => {
      const stored = parseEndpoint(row['body']);
      const node = find(stored.node);
      if (!node) return [];
      const { callers, handlers } = query.brief === true ? firstOf(stored) : stored;
      const totals = { callers_total: stored.callers.length, handlers_total: stored.handlers.length };
      return [{ ...stored, ...totals, node, callers: all(callers, find), handlers: all(handlers, find) }];
    });
    return { ...pageFields(page), items };
  }

  tables(scan: number, query: PageQuery): TablePage {
    const page = this.#pages.page(TABLES, scan, query, 'item.body');
    const find = this.#nodeFinder(scan);
    const items = page.rows.map((row): TableRow => {
      const { node: nodeId, ...stored } = parseTable(row['body']);
      if (query.brief === true) return briefTable(stored);
      const node = nodeId === undefined ? undefined : find(nodeId);
      const readers = all(stored.readers, find);
      return { ...stored, ...(node && { node }), readers, writers: all(stored.writers, find) };
    });
    return { ...pageFields(page), items };
  }

  unresolved(scan: number, query: PageQuery): UnresolvedPage {
    const page = this.#pages.page(UNRESOLVED, scan, query, 'item.body');
    const find = this.#nodeFinder(scan);
    const items = page.rows.flatMap((row) => {
      const stored = parseUnresolved(row['body']);
      const node = find(stored.node);
      return node ? [{ ...stored, node_detail: node }] : [];
    });
    return { ...pageFields(page), items };
  }

  files(scan: number, query: PageQuery): FilePage {
    const page = this.#pages.page(FILES, scan, query, 'item.path, item.status, item.reason');
    const items = page.rows.map((row): FileRow => {
      const reason = row['reason'];
      const status = row['status'] === 'failed' ? 'failed' : row['status'] === 'skipped' ? 'skipped' : 'scanned';
      return { path: String(row['path']), status, ...(typeof reason === 'string' && { reason }) };
    });
    return { ...pageFields(page), items };
  }

  node(scan: number, nodeId: string): NodeDetail | null {
    const find = this.#nodeFinder(scan);
    const node = find(nodeId);
    if (!node) return null;
    const side = (column: 'source' | 'target', other: 'source' | 'target') =>
      this.#database
        .prepare(`SELECT body FROM edges WHERE scan = ? AND ${column} = ? ORDER BY ord LIMIT ${EDGES_PER_NODE}`)
        .all(scan, nodeId)
        .flatMap((row) => {
          const edge = parseEdge(row['body']);
          const end = find(edge[other]);
          return end ? [{ edge, node: end }] : [];
        });
    return { node, incoming: side('target', 'source'), outgoing: side('source', 'target') };
  }

  /** Looks edges up by their place in the result, each once for the page that is being put together. */
  #edgeFinder(scan: number): FindEdge {
    const select = this.#database.prepare('SELECT body FROM edges WHERE scan = ? AND ord = ?');
    const found = new Map<number, GraphEdge | undefined>();
    return (ord) => {
      if (found.has(ord)) return found.get(ord);
      const row = select.get(scan, ord);
      const edge = row ? parseEdge(row['body']) : undefined;
      found.set(ord, edge);
      return edge;
    };
  }

  /** Looks nodes up by id, each once for the page that is being put together. */
  #nodeFinder(scan: number): FindNode {
    const select = this.#database.prepare('SELECT body FROM nodes WHERE scan = ? AND id = ?');
    const found = new Map<string, GraphNode | undefined>();
    return (id) => {
      if (found.has(id)) return found.get(id);
      const row = select.get(scan, id);
      const node = row ? parseNode(row['body']) : undefined;
      found.set(id, node);
      return node;
    };
  }
}

type FindNode = (id: string) => GraphNode | undefined;
type FindEdge = (ord: number) => GraphEdge | undefined;

function pageFields(page: RowPage): { total: number; next_cursor: string | null } {
  return { total: page.total, next_cursor: page.next_cursor };
}

function all(ids: string[], find: FindNode): GraphNode[] {
  return ids.flatMap((id) => find(id) ?? []);
}

function firstOf(stored: { callers: string[]; handlers: string[] }): { callers: string[]; handlers: string[] } {
  return { callers: [], handlers: stored.handlers.slice(0, 1) };
}

/** A table without the lists inside it; the totals stay. */
function briefTable({ schema, ...table }: { table: string; schema?: EntitySchema }): TableRow {
  return {
    ...table,
    readers: [],
    writers: [],
    ...(schema && { schema: { ...schema, columns: [], relations: [], migrations: [] } }),
  };
}

/** A workflow without its steps. */
function briefWorkflow(workflow: Workflow, find: FindNode): WorkflowRow {
  const entry = find(workflow.entry);
  if (!entry) throw new Error(`workflow ${workflow.id} has no entry node in the store`);
  return { ...workflow, story: '', steps: [], entry_node: entry, step_count: workflow.steps.length, chain: [] };
}

/** Restricts workflows to those that pass through one node, when the query names one. */
function nodeRestriction(scan: number, { node }: WorkflowQuery): Restriction | undefined {
  if (node === undefined) return undefined;
  return {
    sql: `ord IN (SELECT place.value FROM workflow_nodes AS passing, json_each(passing.workflows) AS place
      WHERE passing.scan = ? AND passing.node = ?)`,
    values: [scan, node],
  };
}

/** Restricts workflows to one group, when the query names one. */
function groupRestriction(scan: number, { group_by: by, group }: WorkflowQuery): Restriction | undefined {
  if (by === undefined || group === undefined) return undefined;
  return {
    sql: 'ord IN (SELECT workflow FROM workflow_groups WHERE scan = ? AND grouping = ? AND key = ?)',
    values: [scan, by, group],
  };
}

function edgeFields(edge: GraphEdge): Partial<WorkflowRow['chain'][number]> {
  const detail = edge.evidence?.detail;
  return {
    edge_kind: edge.kind,
    edge_rule: edge.rule,
    edge_confidence: edge.confidence,
    ...(detail !== undefined && { edge_detail: detail }),
  };
}

/** A workflow with its chain; the depth of a step is one more than that of the step its edge starts at. */
function workflowRow(workflow: Workflow, find: FindNode, findEdge: FindEdge): WorkflowRow {
  const depths = new Map<string, number>([[workflow.entry, 0]]);
  const chain: WorkflowRow['chain'] = [];
  for (const step of workflow.steps) {
    const node = find(step.node);
    if (!node) continue;
    const edge = step.edge === undefined ? undefined : findEdge(step.edge);
    const depth = edge ? (depths.get(edge.source) ?? 0) + 1 : (depths.get(step.node) ?? 0);
    if (!depths.has(step.node)) depths.set(step.node, depth);
    chain.push({ node, depth, ...(edge && edgeFields(edge)) });
  }
  const entry = find(workflow.entry) ?? chain[0]?.node;
  if (!entry) throw new Error(`workflow ${workflow.id} has no entry node in the store`);
  return { ...workflow, entry_node: entry, chain };
}
