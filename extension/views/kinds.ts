import type { NodeKind, UnresolvedReason } from '#protocol/graph.ts';

/** Codicon of each kind of node. */
export const KIND_ICONS: Record<NodeKind, string> = {
  database_read: 'database',
  database_write: 'edit',
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

/** Each kind of node in words. */
export const KIND_WORDS: Record<NodeKind, string> = {
  database_read: 'Reads',
  database_write: 'Writes',
  api_call: 'Calls',
  api_endpoint: 'Endpoint',
  file_read: 'Reads file',
  file_write: 'Writes file',
  message_send: 'Sends',
  message_receive: 'Receives',
  cache_read: 'Reads from cache',
  cache_write: 'Writes to cache',
  data_transform: 'Transforms',
  ui_action: 'Action',
  ui_page: 'Page',
  scheduled_task: 'Scheduled task',
  function: 'Function',
  table: 'Table',
};

/** Why something could not be joined, in words. */
export const REASON_WORDS: Record<UnresolvedReason, string> = {
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
