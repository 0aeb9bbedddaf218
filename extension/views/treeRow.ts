import type { GraphNode } from '#protocol/graph.ts';
import { accessTexts } from '../editor/markText.ts';
import { KIND_ICONS } from './kinds.ts';
import type { CodePlace } from './openCode.ts';

/** One line of the tree, as data: the view only draws it. `children` is asked for when the line is opened. */
export interface TreeRow {
  label: string;
  description?: string;
  tooltip?: string;
  /** Name of a codicon. */
  icon?: string;
  /** What a screen reader says in place of label and description. */
  spoken?: string;
  /** Where a click leads. */
  place?: CodePlace;
  /** What the panel shows for this line, as its own view values. */
  view?: Record<string, string>;
  /** The table that this line stands for. */
  table?: string;
  /** A command that a click runs when the line leads to no place. */
  command?: string;
  children?: () => Promise<TreeRow[]>;
  expanded?: boolean;
  /** Loads the next page of the list this line ends; the list is then drawn again. */
  more?: () => Promise<void>;
}

/** A page of any list of the server. */
export interface Page<Item> {
  items: Item[];
  total: number;
  next: string | null;
}

/** A page of at most `limit` items that begins where the one before has ended; null asks for the first. */
export type ReadPage<Item> = (from: string | null, limit: number) => Promise<Page<Item>>;

/** The rows of a list, a page at a time, with a line at the end that loads the next. */
export function pagedRows<Item>(
  pageSize: number,
  read: ReadPage<Item>,
  toRow: (item: Item) => TreeRow,
): () => Promise<TreeRow[]> {
  const loaded: TreeRow[] = [];
  let next: string | null = null;
  let total = 0;
  let begun = false;
  const load = async (): Promise<void> => {
    const page = await read(next, pageSize);
    loaded.push(...page.items.map((item) => toRow(item)));
    ({ next, total } = page);
    begun = true;
  };
  return async () => {
    if (!begun) await load();
    if (next === null) return loaded;
    const left = `${(total - loaded.length).toLocaleString('en-US')} more`;
    return [...loaded, { label: 'Show more…', description: left, icon: 'ellipsis', more: load }];
  };
}

export function placeOf(node: GraphNode): CodePlace {
  return { root: node.root, file: node.file, line: node.start_line, column: node.start_column };
}

/** `OrdersController.cs:17` */
export function whereabouts(file: string, line: number): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}

export function nodeRow(node: GraphNode): TreeRow {
  return {
    label: node.name,
    description: whereabouts(node.file, node.start_line),
    tooltip: [node.symbol, node.snippet, `${node.root}/${node.file}:${node.start_line}`].filter(Boolean).join('\n'),
    icon: KIND_ICONS[node.kind],
    place: placeOf(node),
  };
}

/** `writes Orders · reads Products`, then what else there is to say. */
export function accessDescription(reads: readonly string[], writes: readonly string[], ...more: string[]): string {
  return [...accessTexts(reads, writes), ...more].filter((part) => part !== '').join(' · ');
}

/** Rows of nodes with what they have to do with the line above them. */
export function relatedRows(relation: string, nodes: readonly GraphNode[], total = nodes.length): TreeRow[] {
  const rows: TreeRow[] = nodes.map((node) => {
    const row = nodeRow(node);
    return { ...row, description: `${relation} · ${row.description ?? ''}` };
  });
  const left = total - nodes.length;
  if (left > 0) rows.push({ label: `${left.toLocaleString('en-US')} more, in the panel`, icon: 'ellipsis' });
  return rows;
}
