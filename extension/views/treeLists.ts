import { type GraphNode, type NodeKind, UNRESOLVED_REASONS, type UnresolvedReason } from '#protocol/graph.ts';
import {
  EndpointPage,
  type EndpointRow,
  TablePage,
  type TableRow,
  UnresolvedPage,
  type UnresolvedRow,
  WorkflowPage,
  type WorkflowRow,
} from '#protocol/http.ts';
import {
  type NodeGroup,
  NodeGroupDetail,
  NodeGroupPage,
  type WorkflowGrouping,
  WorkflowGroups,
} from '#protocol/views.ts';
import type { ScanResults } from '../scan/results.ts';
import { KIND_ICONS, REASON_WORDS } from './kinds.ts';
import { usesText } from '../editor/markText.ts';
import { chainRows } from './treeChain.ts';
import {
  accessDescription,
  nodeRow,
  pagedRows,
  type ReadPage,
  relatedRows,
  type TreeRow,
  whereabouts,
} from './treeRow.ts';

const PAGE_SIZE = 200;

/** How the reader wants the tree. */
export interface TreeWishes {
  /** Text that every line has to contain; empty for all. */
  filter: string;
  /** What workflows are grouped by; `none` for one list. */
  grouping: WorkflowGrouping | 'none';
}

/** A line that a list begins with. */
export type ListRow = TreeRow & { total: number };

/** Lists that put nodes together: of which kinds, by what, and the panel's view of them. */
export interface NodeGrouping {
  label: string;
  icon: string;
  kinds: NodeKind[];
  by: 'target' | 'component';
  view: { tab: string; key: string };
}

const GROUP_ICONS: Record<WorkflowGrouping, string> = {
  page: 'browser',
  endpoint: 'plug',
  table: 'table',
  confidence: 'verified',
};

interface CursorPage<Item> {
  items: Item[];
  total: number;
  next_cursor: string | null;
}

/** The lists of one scan as the reader wants them; long ones come without the lists inside their rows. */
export class TreeLists {
  readonly #results: ScanResults;
  readonly #scanId: string;
  readonly #wishes: TreeWishes;

  constructor(results: ScanResults, scanId: string, wishes: TreeWishes) {
    this.#results = results;
    this.#scanId = scanId;
    this.#wishes = wishes;
  }

  async workflows(): Promise<ListRow> {
    const { grouping } = this.#wishes;
    const flat = await this.#list('Workflows', 'git-merge', this.#workflowPages({}), (row) => this.#workflow(row));
    const view = { tab: 'workflows' };
    if (grouping === 'none') return { ...flat, view };
    return { ...flat, view, children: () => this.#workflowGroups(grouping) };
  }

  async endpoints(): Promise<ListRow> {
    const read = this.#pages('endpoints', { sort: 'target' }, (path) =>
      this.#results.page(this.#scanId, path, EndpointPage),
    );
    const row = await this.#list('Endpoints', 'plug', read, (item) => this.#endpoint(item));
    return { ...row, view: { tab: 'endpoints' } };
  }

  async tables(): Promise<ListRow> {
    const read = this.#pages('tables', { sort: 'name' }, (path) => this.#results.page(this.#scanId, path, TablePage));
    const row = await this.#list('Tables', 'table', read, (item) => this.#table(item));
    return { ...row, view: { tab: 'tables' } };
  }

  /** Nodes put together by what they are about: a queue, a file, a component. */
  async groups({ label, icon, kinds, by, view }: NodeGrouping): Promise<ListRow> {
    const kind = kinds.join(',');
    const read: ReadPage<NodeGroup> = async (from, limit) => {
      const path = `node-groups?${this.#query({ kind, by, limit: `${limit}`, offset: from ?? '0' })}`;
      const { items, total, next_offset: next } = await this.#results.page(this.#scanId, path, NodeGroupPage);
      return { items, total, next: next === null ? null : `${next}` };
    };
    const row = await this.#list(label, icon, read, (group) => ({
      label: by === 'component' ? shortName(group.key) : group.key,
      description: groupDescription(group),
      tooltip: group.key,
      icon: KIND_ICONS[kinds.find((each) => group.counts[each] !== undefined) ?? 'function'],
      view: { tab: view.tab, [view.key]: group.key },
      children: () => this.#groupNodes(kind, by, group.key),
    }));
    return { ...row, view: { tab: view.tab } };
  }

  /** What could not be joined, by reason, the most frequent first. */
  async problems(): Promise<ListRow> {
    const rows = await Promise.all(UNRESOLVED_REASONS.map((reason) => this.#problemsOf(reason)));
    const found = rows.filter((row) => row.total > 0).toSorted((a, b) => b.total - a.total);
    const total = found.reduce((sum, row) => sum + row.total, 0);
    return { ...listRow('Problems', 'warning', total, async () => found), view: { tab: 'unresolved' } };
  }

  async #problemsOf(reason: UnresolvedReason): Promise<ListRow> {
    const read = this.#pages('unresolved', { kind: reason }, (path) =>
      this.#results.page(this.#scanId, path, UnresolvedPage),
    );
    const words = REASON_WORDS[reason];
    const toRow = (item: UnresolvedRow): TreeRow => ({ ...nodeRow(item.node_detail), tooltip: item.detail });
    const row = await this.#list(words.charAt(0).toUpperCase() + words.slice(1), 'circle-outline', read, toRow);
    return { ...row, view: { tab: 'unresolved', 'unresolved.reason': reason } };
  }

  async #workflowGroups(by: WorkflowGrouping): Promise<TreeRow[]> {
    const path = `workflow-groups?${this.#query({ by })}`;
    const { groups, total } = await this.#results.page(this.#scanId, path, WorkflowGroups);
    const rows = groups.map(({ key, label, workflows }) => {
      const read = this.#workflowPages({ group_by: by, group: key });
      const children = pagedRows(PAGE_SIZE, read, (row) => this.#workflow(row));
      const row = listRow(label, GROUP_ICONS[by], workflows, children);
      return { ...row, view: { tab: 'workflows', 'workflows.by': by, 'workflows.group': key } };
    });
    const left = total - groups.length;
    return left > 0 ? [...rows, { label: `${left} more groups, in the panel`, icon: 'ellipsis' }] : rows;
  }

  #workflow({ id, name, entry_node: entry, reads, writes, confidence }: WorkflowRow): TreeRow {
    return {
      ...nodeRow(entry),
      label: name,
      description: accessDescription(reads, writes, confidence === 'certain' ? '' : confidence),
      view: { tab: 'workflows', workflow: id },
      children: async () => chainRows((await this.#results.workflow(this.#scanId, id)).hops),
    };
  }

  #endpoint({ node, reads, writes, callers_total: callers = 0, handlers_total: handlers = 0 }: EndpointRow): TreeRow {
    const orphan = callers === 0 ? 'no caller found' : '';
    return {
      ...nodeRow(node),
      description: accessDescription(reads, writes, orphan, whereabouts(node.file, node.start_line)),
      view: { tab: 'endpoints', endpoint: node.id },
      ...(callers + handlers > 0 ? { children: () => this.#endpointEnds(node) } : {}),
    };
  }

  async #endpointEnds({ id }: GraphNode): Promise<TreeRow[]> {
    const { incoming, outgoing } = await this.#results.node(this.#scanId, id);
    const nodes = (ends: typeof incoming, kind: string): GraphNode[] =>
      ends.filter(({ edge }) => edge.kind === kind).map(({ node }) => node);
    return [
      ...relatedRows('handled by', nodes(outgoing, 'handles')),
      ...relatedRows('called by', nodes(incoming, 'requests')),
    ];
  }

  #table({ table, schema, readers_total: readers = 0, writers_total: writers = 0 }: TableRow): TreeRow {
    const place = schema && { root: schema.root, file: schema.file, line: schema.line, column: 1 };
    return {
      label: table,
      description: usesText(readers, writers),
      icon: 'table',
      table,
      view: { tab: 'tables', table },
      ...(place && { place }),
      ...(readers + writers > 0 ? { children: () => this.#tableUses(table) } : {}),
    };
  }

  async #tableUses(table: string): Promise<TreeRow[]> {
    const found = await this.#results.table(this.#scanId, table);
    if (!found) return [];
    return [
      ...relatedRows('written by', found.writers, found.writers_total),
      ...relatedRows('read by', found.readers, found.readers_total),
    ];
  }

  async #groupNodes(kind: string, by: string, key: string): Promise<TreeRow[]> {
    const path = `node-group?${new URLSearchParams({ kind, by, key }).toString()}`;
    const { nodes, nodes_total: total } = await this.#results.page(this.#scanId, path, NodeGroupDetail);
    const rows = nodes.map((node) => nodeRow(node));
    const left = total - nodes.length;
    return left > 0 ? [...rows, { label: `${left} more, in the panel`, icon: 'ellipsis' }] : rows;
  }

  #workflowPages(query: Record<string, string>): ReadPage<WorkflowRow> {
    return this.#pages('workflows', query, (path) => this.#results.page(this.#scanId, path, WorkflowPage));
  }

  #pages<Item>(
    list: string,
    query: Record<string, string>,
    get: (path: string) => Promise<CursorPage<Item>>,
  ): ReadPage<Item> {
    return async (from, limit) => {
      const cursor: Record<string, string> = from === null ? {} : { cursor: from };
      const page = await get(`${list}?${this.#query({ ...query, ...cursor, brief: 'true', limit: `${limit}` })}`);
      return { items: page.items, total: page.total, next: page.next_cursor };
    };
  }

  async #list<Item>(
    label: string,
    icon: string,
    read: ReadPage<Item>,
    toRow: (item: Item) => TreeRow,
  ): Promise<ListRow> {
    const { total } = await read(null, 1);
    return listRow(label, icon, total, pagedRows(PAGE_SIZE, read, toRow));
  }

  #query(values: Record<string, string>): string {
    const { filter } = this.#wishes;
    return new URLSearchParams(filter === '' ? values : { ...values, q: filter }).toString();
  }
}

function listRow(label: string, icon: string, total: number, children: () => Promise<TreeRow[]>): ListRow {
  const description = total.toLocaleString('en-US');
  return { label, icon, description, total, children, spoken: `${label}, ${description}` };
}

/** `Shop.Web.CheckoutComponent` → `CheckoutComponent`; a path keeps its file name. */
function shortName(key: string): string {
  return (
    key
      .slice(key.lastIndexOf('/') + 1)
      .split('.')
      .findLast((part) => !/^(ts|js|tsx|jsx|html|cs)$/.test(part)) ?? key
  );
}

const COUNT_WORDS: Partial<Record<NodeKind, string>> = {
  message_send: 'sent',
  message_receive: 'received',
  file_read: 'read',
  cache_read: 'read',
  file_write: 'write',
  cache_write: 'write',
  ui_action: 'actions',
};

function groupDescription({ counts, routes = [] }: NodeGroup): string {
  const words: [string, number][] = [];
  for (const [kind, word] of Object.entries(COUNT_WORDS)) {
    const number = Object.entries(counts).find(([name]) => name === kind)?.[1] ?? 0;
    if (number > 0) words.push([word, number]);
  }
  return [...routes.slice(0, 2), ...words.map(([word, number]) => `${number} ${word}`)].join(' · ');
}
