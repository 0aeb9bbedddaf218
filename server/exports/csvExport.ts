import type { GraphNode } from '#protocol/graph.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { csvCell } from './escape.ts';

const FIELDS = [
  'id',
  'kind',
  'name',
  'root',
  'file',
  'start_line',
  'end_line',
  'method',
  'target',
  'provider',
  'rule',
  'confidence',
  'symbol',
] as const satisfies (keyof GraphNode)[];

/** All nodes as CSV (RFC 4180) with a header line. */
export async function* csvExport(result: ResultReader): AsyncIterable<string> {
  yield `${FIELDS.join(',')}\r\n`;
  for await (const nodes of result.items('nodes')) {
    yield nodes.map((node) => `${FIELDS.map((field) => csvCell(node[field])).join(',')}\r\n`).join('');
  }
}
