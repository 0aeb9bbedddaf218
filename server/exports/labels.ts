import type { GraphNode, UnresolvedReason } from '#protocol/graph.ts';

/** A node kind in words. */
export function kindLabel(kind: string): string {
  return kind.replaceAll('_', ' ');
}

/** Where a node stands, as a reader names it; relative to the root. */
export function placeOf(node: Pick<GraphNode, 'root' | 'file' | 'start_line'>): string {
  return `${node.root}/${node.file}:${node.start_line}`;
}

/** What a reason for not being joined means to a reader. */
export const REASON_TEXT: Readonly<Record<UnresolvedReason, string>> = {
  dynamic_url: 'The URL is put together when the program runs.',
  external_host: 'The call goes to a host outside of the workspace.',
  unknown_receiver: 'What the operation is called on is not known.',
  no_endpoint_matches: 'No endpoint of the workspace serves this call.',
  no_handler_found: 'Nothing was found that handles this.',
  no_caller_found: 'Nothing in the workspace calls this endpoint.',
  no_receiver_found: 'Nothing in the workspace receives this message.',
  unknown_table: 'Which table is meant is not known.',
  ambiguous: 'Several targets fit equally.',
};
