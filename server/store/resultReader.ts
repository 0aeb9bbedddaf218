import type { DatabaseSync } from 'node:sqlite';
import { Type } from 'typebox';
import {
  Confidence,
  type EdgeKind,
  EntitySchema,
  FileProblem,
  GraphEdge,
  GraphNode,
  NodeKind,
  type ScanResult,
  type Suppressed,
  Unresolved,
  Workflow,
} from '#protocol/graph.ts';
import type { ListedEndpoint, TableSummary } from './resultIndex.ts';
import { storedJson } from './storedJson.ts';

/** Rows read at once; the event loop gets its turn between two chunks. */
const CHUNK_ROWS = 500;
/** Nodes kept at hand: workflows next to each other share many. */
const KEPT_NODES = 10_000;
/** Whoever reads a workflow looks its steps up. */
const CHUNK_WORKFLOWS = 40;

/** What a result holds many of. */
export interface ResultItems {
  nodes: GraphNode;
  edges: GraphEdge;
  workflows: Workflow;
  schemas: EntitySchema;
  unresolved: Unresolved;
  skipped: FileProblem;
  failed: FileProblem;
  endpoints: ListedEndpoint;
  tables: TableSummary;
}
export type ResultSection = keyof ResultItems;

/** What a result holds once. */
export interface ResultHead {
  scan: ScanResult['scan'];
  roots: ScanResult['roots'];
  files: { found: number; scanned: number };
  suppressed: Suppressed[];
  notices: string[];
}

/** The two ends of an edge; nodes by id. */
export interface Link {
  source: string;
  target: string;
}

/** A node's identity and what may change of it. */
export type NodeFacts = Pick<GraphNode, 'id' | 'kind' | 'confidence' | 'provider'>;

/** A whole result, read in pieces, so that a result of any size can be exported and compared. */
export interface ResultReader {
  readonly head: ResultHead;
  /** The items of a section in the order of the result, a few hundred at a time. */
  items<K extends ResultSection>(section: K): AsyncIterable<ResultItems[K][]>;
  /** The same as JSON texts. */
  texts(section: ResultSection): AsyncIterable<string[]>;
  /** What may change of nodes that keep their identity, besides their places; far quicker than the nodes. */
  facts(): AsyncIterable<NodeFacts[]>;
  /** The ends of all edges of a kind. */
  links(kind: EdgeKind): AsyncIterable<Link[]>;
  node(id: string): GraphNode | undefined;
  /** @param index place among the edges of the result, as steps of workflows name it */
  edge(index: number): GraphEdge | undefined;
}

const Ids = Type.Array(Type.String());
export const parseNode = storedJson(GraphNode, 'node');
export const parseEdge = storedJson(GraphEdge, 'edge');
export const parseWorkflow = storedJson(Workflow, 'workflow');
export const parseSchema = storedJson(EntitySchema, 'schema');
export const parseUnresolved = storedJson(Unresolved, 'unresolved operation');
const parseFileProblem = storedJson(FileProblem, 'file');
export const parseEndpoint = storedJson(
  Type.Object({ node: Type.String(), callers: Ids, handlers: Ids, reads: Ids, writes: Ids }),
  'endpoint',
);
export const parseTable = storedJson(
  Type.Object({
    table: Type.String(),
    node: Type.Optional(Type.String()),
    schema: Type.Optional(EntitySchema),
    readers: Ids,
    writers: Ids,
    readers_total: Type.Integer(),
    writers_total: Type.Integer(),
  }),
  'table',
);

const StoredFacts = Type.Object({
  id: Type.String(),
  kind: NodeKind,
  confidence: Confidence,
  provider: Type.Union([Type.String(), Type.Null()]),
});
const checkFacts = storedJson(StoredFacts, 'node');

function parseFacts(text: unknown): NodeFacts {
  const { provider, ...facts } = checkFacts(text);
  return provider === null ? facts : { ...facts, provider };
}

const PARSERS: { [K in ResultSection]: (text: unknown) => ResultItems[K] } = {
  nodes: parseNode,
  edges: parseEdge,
  workflows: parseWorkflow,
  schemas: parseSchema,
  unresolved: parseUnresolved,
  skipped: parseFileProblem,
  failed: parseFileProblem,
  endpoints: parseEndpoint,
  tables: parseTable,
};

/** Reads the result of one scan from the database; `scan` is its row number. */
export class StoredResult implements ResultReader {
  readonly head: ResultHead;
  readonly #database: DatabaseSync;
  readonly #scan: number;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #selectNode;
  readonly #selectEdge;

  constructor(database: DatabaseSync, scan: number, head: ResultHead) {
    this.#database = database;
    this.#scan = scan;
    this.head = head;
    this.#selectNode = database.prepare('SELECT body FROM nodes WHERE scan = ? AND id = ?');
    this.#selectEdge = database.prepare('SELECT body FROM edges WHERE scan = ? AND ord = ?');
  }

  async *items<K extends ResultSection>(section: K): AsyncIterable<ResultItems[K][]> {
    const parse: (text: unknown) => ResultItems[K] = PARSERS[section];
    for await (const texts of this.texts(section)) yield texts.map(parse);
  }

  async *texts(section: ResultSection): AsyncIterable<string[]> {
    const isFile = section === 'skipped' || section === 'failed';
    const sql = isFile
      ? `SELECT ord, json_object('path', path, 'reason', reason) AS body FROM files
         WHERE scan = ? AND status = ? AND ord > ?`
      : `SELECT ord, body FROM ${section} WHERE scan = ? AND ord > ?`;
    const size = section === 'workflows' ? CHUNK_WORKFLOWS : CHUNK_ROWS;
    for await (const rows of this.#chunks(sql, isFile ? [section] : [], size)) {
      yield rows.map((row) => String(row['body']));
    }
  }

  async *facts(): AsyncIterable<NodeFacts[]> {
    const sql = `SELECT ord, json_object('id', id, 'kind', kind, 'confidence', confidence, 'provider', body ->> '$.provider') AS body
      FROM nodes WHERE scan = ? AND ord > ?`;
    for await (const rows of this.#chunks(sql, [])) yield rows.map((row) => parseFacts(row['body']));
  }

  async *links(kind: EdgeKind): AsyncIterable<Link[]> {
    const sql = 'SELECT ord, source, target FROM edges WHERE scan = ? AND kind = ? AND ord > ?';
    for await (const rows of this.#chunks(sql, [kind])) {
      yield rows.map((row) => ({ source: String(row['source']), target: String(row['target']) }));
    }
  }

  node(id: string): GraphNode | undefined {
    const known = this.#nodes.get(id);
    if (known) return known;
    const row = this.#selectNode.get(this.#scan, id);
    const node = row && parseNode(row['body']);
    if (this.#nodes.size >= KEPT_NODES) this.#nodes.clear();
    if (node) this.#nodes.set(id, node);
    return node;
  }

  edge(index: number): GraphEdge | undefined {
    const row = this.#selectEdge.get(this.#scan, index);
    return row && parseEdge(row['body']);
  }

  async *#chunks(sql: string, values: string[], size = CHUNK_ROWS): AsyncIterable<Record<string, unknown>[]> {
    const select = this.#database.prepare(`${sql} ORDER BY ord LIMIT ${size}`);
    let after = -1;
    while (this.#database.isOpen) {
      const rows = select.all(this.#scan, ...values, after);
      if (rows.length > 0) yield rows;
      if (rows.length < size) return;
      after = Number(rows.at(-1)?.['ord']);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
