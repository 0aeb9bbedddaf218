import type { CodeMark } from '#protocol/marks.ts';

/** Most tables named beside a line; the others are a number. */
const NAMED_TABLES = 3;

/** `1 workflow`, `3 workflows`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** What stands above an endpoint, a handler or an entity; null when there is nothing to say. */
export function lensText(mark: CodeMark): string | null {
  if (mark.role === 'entity') return entityText(mark);
  if (mark.role === 'endpoint')
    return [callersText(mark), ...flowTexts(mark)].filter((part) => part !== '').join(' · ');
  if (mark.role !== 'handler' || mark.workflows === 0) return null;
  return flowTexts(mark).join(' · ');
}

function entityText({ readers = 0, writers = 0, workflows, node }: CodeMark): string {
  const flows = workflows > 0 ? [counted(workflows, 'workflow')] : [];
  return [`table ${node.name}`, ...flows, usesText(readers, writers)].join(' · ');
}

/** `2 reads · 4 writes`; what there is none of is not said. */
export function usesText(readers: number, writers: number): string {
  const uses = [readers > 0 ? counted(readers, 'read') : '', writers > 0 ? counted(writers, 'write') : ''];
  return uses.filter(Boolean).join(' · ') || 'not read or written';
}

function callersText({ callers = 0 }: CodeMark): string {
  return callers === 0 ? 'no caller found' : counted(callers, 'caller');
}

function flowTexts({ workflows, reads, writes }: CodeMark): string[] {
  const flows = workflows > 0 ? [counted(workflows, 'workflow')] : [];
  return [...flows, ...accessTexts(reads, writes)];
}

/** `writes Orders, OrderItems`, `reads Products +2`; what is written comes first, for it is what one looks for. */
export function accessTexts(reads: readonly string[], writes: readonly string[]): string[] {
  const readOnly = reads.filter((table) => !writes.includes(table));
  const parts: [string, readonly string[]][] = [
    ['writes', writes],
    ['reads', readOnly],
  ];
  return parts.flatMap(([verb, tables]) => (tables.length > 0 ? [`${verb} ${tableNames(tables)}`] : []));
}

function tableNames(tables: readonly string[]): string {
  const named = tables.slice(0, NAMED_TABLES).join(', ');
  return tables.length > NAMED_TABLES ? `${named} +${tables.length - NAMED_TABLES}` : named;
}
