import type { TSchema } from 'typebox';
import type { GraphNode, NodeKind, UnresolvedReason } from '#protocol/graph.ts';
import {
  EndpointPage,
  type EndpointRow,
  NodePage,
  type ScanOverview,
  TablePage,
  type TableRow,
  UnresolvedPage,
  type UnresolvedRow,
  WorkflowPage,
  type WorkflowRow,
} from '#protocol/http.ts';
import type { ScanResults } from '../scan/results.ts';
import type { CodePlace } from './openCode.ts';

const PAGE_SIZE = 200;

/** One line of the tree, as data: the view only draws it. `children` is asked for when the line is opened. */
export interface TreeRow {
  label: string;
  description?: string;
  tooltip?: string;
  /** Name of a codicon. */
  icon?: string;
  /** Where a click leads. */
  place?: CodePlace;
  children?: () => Promise<TreeRow[]>;
  expanded?: boolean;
  /** Loads the next page of the list this line ends; the list is then drawn again. */
  more?: () => Promise<void>;
}

const ICONS: Record<NodeKind, string> = {
  database_read: 'database',
  database_write: 'database',
  api_call: 'globe',
  api_endpoint: 'plug',
  file_read: 'file',
  file_write: 'save',
  message_send: 'send',
  message_receive: 'inbox',
  cache_read: 'archive',
  cache_write: 'archive',
  data_transform: 'symbol-misc',
  ui_action: 'play',
  ui_page: 'browser',
  scheduled_task: 'watch',
  function: 'symbol-method',
  table: 'table',
};

const REASONS: Record<UnresolvedReason, string> = {
  dynamic_url: 'address only known at run time',
  external_host: 'goes to another host',
  unknown_receiver: 'type of the receiver unknown',
  no_endpoint_matches: 'no endpoint matches',
  no_handler_found: 'no handler found',
  no_caller_found: 'no caller found',
  no_receiver_found: 'no receiver found',
  unknown_table: 'table unknown',
  ambiguous: 'several fit equally well',
};

const MESSAGES: NodeKind[] = ['message_send', 'message_receive'];
const FILES: NodeKind[] = ['file_read', 'file_write', 'cache_read', 'cache_write'];

/** The top lines, with totals; a list without entries is left out. */
export async function topRows(results: ScanResults, scanId: string): Promise<TreeRow[]> {
  const overview = await results.overview(scanId);
  const read = <T extends TSchema>(name: string, schema: T) => {
    return (query: string) => results.page(scanId, `${name}${name.includes('?') ? '&' : '?'}${query}`, schema);
  };
  const nodes = (kinds: NodeKind[]) => read(`results?kind=${kinds.join(',')}`, NodePage);
  const total = (kinds: NodeKind[]): number =>
    kinds.reduce((sum, kind) => sum + (overview.nodes_by_kind[kind] ?? 0), 0);
  return [
    list('Workflows', 'git-merge', overview.workflows, read('workflows', WorkflowPage), workflowRow),
    list('Endpoints', 'plug', total(['api_endpoint']), read('endpoints', EndpointPage), endpointRow),
    list('Tables', 'table', overview.tables, read('tables', TablePage), tableRow),
    list('Messages', 'mail', total(MESSAGES), nodes(MESSAGES), nodeRow),
    list('Files & Caches', 'archive', total(FILES), nodes(FILES), nodeRow),
    list('Pages', 'browser', total(['ui_page']), nodes(['ui_page']), nodeRow),
    list('Problems', 'warning', problemCount(overview), read('unresolved', UnresolvedPage), problemRow),
  ].filter((row) => row.total > 0);
}

function problemCount(overview: ScanOverview): number {
  return Object.values(overview.unresolved_by_reason).reduce((sum, count) => sum + count, 0);
}

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

function list<Item>(
  label: string,
  icon: string,
  total: number,
  read: (query: string) => Promise<Page<Item>>,
  toRow: (item: Item) => TreeRow,
): TreeRow & { total: number } {
  const loaded: TreeRow[] = [];
  let cursor: string | null = null;
  let begun = false;
  const load = async (): Promise<void> => {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await read(`limit=${PAGE_SIZE}${from}`);
    loaded.push(...page.items.map((item) => toRow(item)));
    cursor = page.next_cursor;
    begun = true;
  };
  const children = async (): Promise<TreeRow[]> => {
    if (!begun) await load();
    if (cursor === null) return loaded;
    const left = `${(total - loaded.length).toLocaleString('en-US')} more`;
    return [...loaded, { label: 'Show more…', description: left, icon: 'ellipsis', more: load }];
  };
  return { label, icon, description: total.toLocaleString('en-US'), total, children };
}

function nodeRow(node: GraphNode): TreeRow {
  return {
    label: node.name,
    description: whereabouts(node.file, node.start_line),
    tooltip: [node.symbol, node.snippet, `${node.root}/${node.file}:${node.start_line}`].filter(Boolean).join('\n'),
    icon: ICONS[node.kind],
    place: placeOf(node),
  };
}

function placeOf(node: GraphNode): CodePlace {
  return { root: node.root, file: node.file, line: node.start_line, column: node.start_column };
}

function whereabouts(file: string, line: number): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}

function workflowRow(workflow: WorkflowRow): TreeRow {
  return {
    ...nodeRow(workflow.entry_node),
    label: workflow.name,
    description: tables(workflow.reads, workflow.writes),
    tooltip: workflow.story,
    icon: 'git-merge',
    children: async () => nest(workflow.chain),
  };
}

function tables(reads: string[], writes: string[]): string {
  const parts = [
    reads.length > 0 ? `reads ${reads.join(', ')}` : '',
    writes.length > 0 ? `writes ${writes.join(', ')}` : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

/** The chain is in depth-first order: below a step stand the deeper ones up to the next that is not. */
function nest(chain: WorkflowRow['chain']): TreeRow[] {
  const rows: TreeRow[] = [];
  for (let at = 0; at < chain.length;) {
    const step = chain[at];
    if (!step) break;
    const next = chain.findIndex((other, index) => index > at && other.depth <= step.depth);
    const end = next === -1 ? chain.length : next;
    const below = nest(chain.slice(at + 1, end));
    rows.push({ ...nodeRow(step.node), ...withChildren(below), expanded: true });
    at = end;
  }
  return rows;
}

function endpointRow({ node, callers, handlers, reads, writes }: EndpointRow): TreeRow {
  const related = [...labelled('handled by', handlers), ...labelled('called by', callers)];
  return {
    ...nodeRow(node),
    description: [tables(reads, writes), whereabouts(node.file, node.start_line)].filter(Boolean).join(' · '),
    ...withChildren(related),
  };
}

function tableRow({ table, node, schema, readers, writers }: TableRow): TreeRow {
  const place = schema ? { root: schema.root, file: schema.file, line: schema.line, column: 1 } : node && placeOf(node);
  return {
    label: table,
    description: `${readers.length} read · ${writers.length} write`,
    icon: 'table',
    ...(place ? { place } : {}),
    ...withChildren([...labelled('read by', readers), ...labelled('written by', writers)]),
  };
}

function problemRow(problem: UnresolvedRow): TreeRow {
  return { ...nodeRow(problem.node_detail), description: REASONS[problem.reason], tooltip: problem.detail };
}

function labelled(relation: string, nodes: GraphNode[]): TreeRow[] {
  return nodes.map((node) => {
    const row = nodeRow(node);
    return { ...row, description: `${relation} · ${row.description ?? ''}` };
  });
}

function withChildren(rows: TreeRow[]): Pick<TreeRow, 'children'> {
  return rows.length > 0 ? { children: async () => rows } : {};
}
