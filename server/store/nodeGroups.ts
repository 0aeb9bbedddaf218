import type { DatabaseSync } from 'node:sqlite';
import { GraphNode, type NodeKind, NODE_KINDS } from '#protocol/graph.ts';
import type {
  NodeGroup,
  NodeGroupDetail,
  NodeGroupDetailQuery,
  NodeGroupPage,
  NodeGroupQuery,
} from '#protocol/views.ts';
import { storedJson } from './storedJson.ts';

const DEFAULT_LIMIT = 100;
const MOST_NODES = 300;
const MOST_WORKFLOWS = 100;
/** Groupings kept in memory; results never change once written. */
const CACHED = 12;

const parseNode = storedJson(GraphNode, 'node');

/** Expression of the key by which nodes are put together. */
const KEYS = {
  target: `coalesce(json_extract(body, '$.target'), name)`,
  component: `coalesce(json_extract(body, '$.symbol'), file)`,
} as const;

/** Puts nodes together by target or component: messages, files, caches, pages. */
export class NodeGroups {
  readonly #database: DatabaseSync;
  readonly #cache = new Map<string, NodeGroup[]>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  page(scan: number, query: NodeGroupQuery): NodeGroupPage {
    const text = query.q?.toLowerCase() ?? '';
    const all = this.#groups(scan, query.by, kindsOf(query.kind));
    const matching = text === '' ? all : all.filter((group) => matches(group, text));
    const offset = query.offset ?? 0;
    const end = offset + (query.limit ?? DEFAULT_LIMIT);
    return {
      items: matching.slice(offset, end),
      total: matching.length,
      next_offset: end < matching.length ? end : null,
    };
  }

  detail(scan: number, query: NodeGroupDetailQuery): NodeGroupDetail {
    const kinds = kindsOf(query.kind);
    const where = `scan = ? AND kind IN (${kinds.map(() => '?').join(', ')}) AND ${KEYS[query.by]} = ?`;
    const values = [scan, ...kinds, query.key];
    const nodes = this.#database
      .prepare(`SELECT body FROM nodes WHERE ${where} ORDER BY ord LIMIT ${MOST_NODES}`)
      .all(...values)
      .map((row) => parseNode(row['body']));
    const total = this.#database.prepare(`SELECT count(*) AS n FROM nodes WHERE ${where}`).get(...values);
    return { key: query.key, nodes, nodes_total: Number(total?.['n'] ?? 0), workflows: this.#workflows(scan, nodes) };
  }

  /** Those that start at one of the nodes (a workflow bears the id of its entry) or pass through one. */
  #workflows(scan: number, nodes: readonly GraphNode[]): NodeGroupDetail['workflows'] {
    if (nodes.length === 0) return [];
    const ids = nodes.map((node) => node.id);
    const marks = ids.map(() => '?').join(', ');
    return this.#database
      .prepare(
        `SELECT id, name FROM workflows WHERE scan = ? AND (id IN (${marks}) OR ord IN
         (SELECT workflow FROM workflow_groups WHERE scan = ? AND grouping = 'node' AND key IN (${marks})))
         ORDER BY ord LIMIT ${MOST_WORKFLOWS}`,
      )
      .all(scan, ...ids, scan, ...ids)
      .map((row) => ({ id: String(row['id']), name: String(row['name']) }));
  }

  #groups(scan: number, by: NodeGroupQuery['by'], kinds: NodeKind[]): NodeGroup[] {
    const cacheKey = `${scan} ${by} ${kinds.join(',')}`;
    const known = this.#cache.get(cacheKey);
    if (known) return known;
    const groups = this.#read(scan, by, kinds);
    if (this.#cache.size >= CACHED) this.#cache.clear();
    this.#cache.set(cacheKey, groups);
    return groups;
  }

  #read(scan: number, by: NodeGroupQuery['by'], kinds: NodeKind[]): NodeGroup[] {
    const rows = this.#database
      .prepare(
        `SELECT ${KEYS[by]} AS key, kind, count(*) AS n, coalesce(json_extract(body, '$.provider'), '') AS provider,
         CASE WHEN kind = 'ui_page' THEN coalesce(target, name) ELSE '' END AS route
         FROM nodes WHERE scan = ? AND kind IN (${kinds.map(() => '?').join(', ')})
         GROUP BY 1, 2, 4, 5 ORDER BY 1, min(ord)`,
      )
      .all(scan, ...kinds);
    const groups = new Map<string, NodeGroup>();
    for (const row of rows) {
      const key = String(row['key']);
      const group = groups.get(key) ?? { key, counts: {}, providers: [] };
      groups.set(key, group);
      addRow(
        group,
        kinds.find((kind) => kind === row['kind']),
        row,
      );
    }
    return [...groups.values()];
  }
}

function addRow(group: NodeGroup, kind: NodeKind | undefined, row: Record<string, unknown>): void {
  if (!kind) return;
  group.counts[kind] = (group.counts[kind] ?? 0) + Number(row['n']);
  const provider = String(row['provider']);
  if (provider !== '' && !group.providers.includes(provider)) group.providers.push(provider);
  const route = String(row['route']);
  if (route !== '') group.routes = [...(group.routes ?? []), route];
}

function matches(group: NodeGroup, text: string): boolean {
  return (
    group.key.toLowerCase().includes(text) || (group.routes ?? []).some((route) => route.toLowerCase().includes(text))
  );
}

function kindsOf(text: string): NodeKind[] {
  const wanted = new Set(text.split(',').map((kind) => kind.trim()));
  return NODE_KINDS.filter((kind) => wanted.has(kind));
}
