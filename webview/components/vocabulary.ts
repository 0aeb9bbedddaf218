import type { Confidence, GraphNode, NodeKind, UnresolvedReason } from '#protocol/graph.ts';
import type { ScanState } from '#protocol/scan.ts';

/** Codicon and the words shown for each node kind; the wire name stays the filter key. */
export const KINDS: Readonly<Record<NodeKind, { icon: string; label: string }>> = {
  ui_action: { icon: 'inspect', label: 'UI action' },
  ui_page: { icon: 'browser', label: 'Page' },
  api_call: { icon: 'call-outgoing', label: 'HTTP call' },
  api_endpoint: { icon: 'globe', label: 'Endpoint' },
  database_read: { icon: 'database', label: 'Database read' },
  database_write: { icon: 'database', label: 'Database write' },
  message_send: { icon: 'send', label: 'Message sent' },
  message_receive: { icon: 'inbox', label: 'Message received' },
  scheduled_task: { icon: 'clockface', label: 'Scheduled task' },
  file_read: { icon: 'file', label: 'File read' },
  file_write: { icon: 'save', label: 'File write' },
  cache_read: { icon: 'archive', label: 'Cache read' },
  cache_write: { icon: 'archive', label: 'Cache write' },
  data_transform: { icon: 'arrow-swap', label: 'Transform' },
  function: { icon: 'symbol-method', label: 'Function' },
  table: { icon: 'table', label: 'Table' },
};

export const CONFIDENCES: Readonly<Record<Confidence, { icon: string; label: string; meaning: string }>> = {
  certain: { icon: 'pass', label: 'Certain', meaning: 'Every hop is proven by types, names and literals.' },
  likely: { icon: 'circle-large', label: 'Likely', meaning: 'One fact was taken from a convention.' },
  possible: { icon: 'question', label: 'Possible', meaning: 'Several targets fit equally well.' },
};

export const UNRESOLVED_REASONS: Readonly<Record<UnresolvedReason, string>> = {
  dynamic_url: 'URL is built while the program runs',
  external_host: 'Calls a host outside the scanned folders',
  unknown_receiver: 'Type of the receiver is not known',
  no_endpoint_matches: 'No endpoint has this method and route',
  no_handler_found: 'Handler was not found',
  no_caller_found: 'No call in the scanned folders reaches it',
  no_receiver_found: 'Nothing receives this message',
  unknown_table: 'Table could not be told',
  ambiguous: 'Several targets fit equally well',
};

export const SCAN_STATES: Readonly<Record<ScanState, string>> = {
  queued: 'Queued',
  discovering: 'Finding files',
  scanning: 'Reading files',
  linking: 'Linking',
  completed: 'Completed',
  error: 'Failed',
  cancelled: 'Cancelled',
};

/** How an edge reads between two hops, going down the chain. */
const EDGE_VERBS: Readonly<Record<string, string>> = {
  handles: 'is handled by',
  calls: 'calls',
  performs: 'performs',
  requests: 'requests',
  delivers: 'delivers to',
  accesses: 'accesses',
  navigates: 'navigates to',
};

export function edgeVerb(kind: string | undefined): string {
  return kind === undefined ? 'leads to' : (EDGE_VERBS[kind] ?? kind);
}

const reasons: Readonly<Record<string, string | undefined>> = UNRESOLVED_REASONS;
const kinds: Readonly<Record<string, { icon: string; label: string } | undefined>> = KINDS;

/** The words for a reason; those of a newer server are made from its wire name. */
export function reasonLabel(reason: string): string {
  return reasons[reason] ?? sentence(reason);
}

/** The words for a kind; those of a newer server are made from its wire name. */
export function kindLabel(kind: string): string {
  return kinds[kind]?.label ?? sentence(kind);
}

export function kindIconName(kind: string): string {
  return kinds[kind]?.icon ?? 'circle-small';
}

/** What an operation is about: its route, its target, else its own line of code or name. */
export function nodeTitle(node: GraphNode): string {
  if (node.target !== undefined && node.target !== '')
    return node.method ? `${node.method} ${node.target}` : node.target;
  if (node.name !== node.kind) return node.name;
  return node.snippet?.split('\n')[0] ?? KINDS[node.kind].label;
}

/** The function a node stands in without its namespace: `OrderService.PlaceAsync`. */
export function shortSymbol(node: GraphNode): string {
  if (node.kind === 'function' || node.symbol === undefined) return node.name;
  // In TypeScript the symbol begins with the file.
  const qualified = node.symbol.split('#').at(-1) ?? node.symbol;
  return qualified.split('.').slice(-2).join('.');
}

function sentence(wireName: string): string {
  const words = wireName.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Colour family of a kind: the same in lists, flows and diagrams. */
export type Tone = 'ui' | 'http' | 'read' | 'write' | 'message' | 'plain';

const TONES: Readonly<Partial<Record<NodeKind, Tone>>> = {
  ui_action: 'ui',
  ui_page: 'ui',
  api_call: 'http',
  api_endpoint: 'http',
  database_read: 'read',
  file_read: 'read',
  cache_read: 'read',
  table: 'read',
  database_write: 'write',
  file_write: 'write',
  cache_write: 'write',
  message_send: 'message',
  message_receive: 'message',
  scheduled_task: 'message',
};

export function toneOf(kind: NodeKind): Tone {
  return TONES[kind] ?? 'plain';
}

/** The last name of a qualified symbol: `Shop.Api.Pages.Cart` as `Cart`. */
export function lastName(symbol: string): string {
  return symbol.split(/[.#]/).at(-1) ?? symbol;
}

/** Functions and tables are nodes of the graph but no operations. */
const NO_OPERATIONS: ReadonlySet<string> = new Set(['function', 'table']);

export function isOperation(kind: string): boolean {
  return !NO_OPERATIONS.has(kind);
}
