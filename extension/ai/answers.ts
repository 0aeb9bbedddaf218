import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import type { GraphNode } from '#protocol/graph.ts';
import {
  EndpointPage,
  type EndpointRow,
  ScanOverview,
  TablePage,
  WorkflowPage,
  type WorkflowRow,
} from '#protocol/http.ts';
import { FileMarks } from '#protocol/marks.ts';
import { WorkflowDetail, type WorkflowHop } from '#protocol/views.ts';

/** Characters of one answer: what a model reads without losing sight of its question. */
const BUDGET = 12_000;
const DEFAULT_ITEMS = 25;
const MOST_ITEMS = 100;

/** Where answers come from: the results of one scan. */
export interface AnswerSource {
  scanId: string;
  /** A GET below the path of the scan. @throws Error with a reason for the reader */
  get<T extends TSchema>(path: string, schema: T): Promise<Static<T>>;
}

/** What a model may ask with; each tool takes some of them. */
export interface Question {
  text?: string;
  table?: string;
  file?: string;
  workflow_id?: string;
  without_callers?: boolean;
  limit?: number;
}

/** Facts of one place in the code; `edited_since_scan` when the file was saved later than the scan began. */
interface Place {
  file: string;
  line: number;
  edited_since_scan?: boolean;
}

/** Every answer: how old the scan is, how many items there are, and whether some were left out. */
interface Answer {
  scan: { status: string; started_at: string; roots: string[] };
  total: number;
  shown: number;
  truncated: boolean;
  items: object[];
  [detail: string]: unknown;
}

/** Puts the answers to the questions of language models together, within a budget. */
export class Answers {
  readonly #source: AnswerSource;
  #overview: ScanOverview | null = null;

  constructor(source: AnswerSource) {
    this.#source = source;
  }

  /** Counts by kind, of workflows, tables and files, and what could not be joined. */
  async overview(): Promise<string> {
    const overview = await this.#readOverview();
    const { nodes_by_kind, workflows, tables, unresolved_by_reason, files, notices = [] } = overview;
    const counts = { operations_by_kind: nodes_by_kind, workflows, tables, not_linked: unresolved_by_reason, files };
    return this.#answer([], 0, { ...counts, notices });
  }

  /** Workflows by text, by the table they access, or by a file they pass through. */
  async findWorkflows({ text, table, file, limit }: Question): Promise<string> {
    const nodes = file === undefined ? null : await this.#nodesOf(file);
    if (nodes?.length === 0) return this.#answer([], 0, { note: `No scanned file ends in "${file}".` });
    const wanted = cut(limit);
    const pages = await Promise.all(
      (nodes ?? [undefined]).map((node) => {
        const query = { q: text, target: table, node, brief: 'true', limit: `${wanted}` };
        return this.#source.get(`workflows?${parameters(query)}`, WorkflowPage);
      }),
    );
    const rows = new Map(pages.flatMap((page) => page.items.map((row) => [row.id, row] as const)));
    const total = nodes ? rows.size : (pages[0]?.total ?? 0);
    const items = await Promise.all([...rows.values()].slice(0, wanted).map((row) => this.#workflowItem(row)));
    return this.#answer(items, total, {});
  }

  /** One workflow with every hop, its place and the proof of the link to it. */
  async workflow({ workflow_id: id }: Question): Promise<string> {
    if (id === undefined) throw new Error('workflow_id is missing: take one from the workflows that were found');
    const { name, reads, writes, confidence, story, hops } = await this.#source.get(
      `workflows/${encodeURIComponent(id)}`,
      WorkflowDetail,
    );
    const items = await Promise.all(hops.map((hop, index) => this.#hopItem(hop, index)));
    return this.#answer(items, hops.length, { name, story, reads, writes, confidence });
  }

  /** The columns of a table and what reads and writes it. */
  async tableAccess({ table, limit }: Question): Promise<string> {
    if (table === undefined) throw new Error('table is missing: name a table or an entity');
    const found = await this.#findTable(table);
    if (!found) return this.#answer([], 0, { note: `The scan found no table or entity named "${table}".` });
    const accesses = [
      ...found.writers.map((node) => ({ access: 'writes', node })),
      ...found.readers.map((node) => ({ access: 'reads', node })),
    ];
    const total = (found.writers_total ?? 0) + (found.readers_total ?? 0);
    const items = await Promise.all(
      accesses.slice(0, cut(limit ?? MOST_ITEMS)).map(async ({ access, node }) => ({
        access,
        ...(await this.#nodeItem(node)),
      })),
    );
    const { entity, columns, relations } = found.schema ?? { entity: undefined, columns: [], relations: [] };
    const named = columns.map((column) => [column.name, column.type].filter(Boolean).join(': '));
    return this.#answer(items, total, { table: found.table, entity, columns: named, relations });
  }

  /** Endpoints with who calls them, what handles them and the tables they reach. */
  async findEndpoints({ text, without_callers: orphans, limit }: Question): Promise<string> {
    const kind = orphans === true ? 'no_caller,no_caller_no_handler' : undefined;
    const query = { q: text, kind, limit: `${cut(limit)}` };
    const { items, total } = await this.#source.get(`endpoints?${parameters(query)}`, EndpointPage);
    return this.#answer(await Promise.all(items.map((row) => this.#endpointItem(row))), total, {});
  }

  async #findTable(name: string) {
    const exact = await this.#source.get(`tables?${parameters({ target: name })}`, TablePage);
    if (exact.items[0]) return exact.items[0];
    const similar = await this.#source.get(`tables?${parameters({ q: name, limit: '50' })}`, TablePage);
    const lower = name.toLowerCase();
    return similar.items.find(({ table, schema }) =>
      [table, schema?.entity].some((each) => each?.toLowerCase() === lower),
    );
  }

  /** Nodes of a file that workflows pass through; the file as a model names it, absolute, relative or just its end. */
  async #nodesOf(file: string): Promise<string[]> {
    const wanted = file.replaceAll('\\', '/');
    for (const root of (await this.#readOverview()).scan.roots) {
      const folder = root.path.replaceAll('\\', '/');
      const inside = wanted.startsWith(`${folder}/`) ? wanted.slice(folder.length + 1) : wanted;
      const short = inside.startsWith(`${root.name}/`) ? inside.slice(root.name.length + 1) : inside;
      const { marks } = await this.#source.get(`marks?${parameters({ root: root.name, file: short })}`, FileMarks);
      const passed = marks.filter((mark) => mark.workflows > 0 && mark.role !== 'operation');
      if (marks.length > 0)
        return (passed.length > 0 ? passed : marks).slice(0, DEFAULT_ITEMS).map(({ node }) => node.id);
    }
    return [];
  }

  async #workflowItem({ id, name, entry_node: entry, reads, writes, confidence }: WorkflowRow): Promise<object> {
    return { workflow_id: id, name, starts_at: await this.#place(entry), reads, writes, confidence };
  }

  async #hopItem({ node, parent, edge, candidates }: WorkflowHop, index: number): Promise<object> {
    const link = edge && {
      link: edge.kind,
      rule: edge.rule,
      confidence: edge.confidence,
      because: edge.evidence?.detail,
    };
    const rejected = candidates?.map((each) => `${each.node?.name ?? each.id}: ${each.reason}`);
    return { hop: index, after: parent, ...(await this.#nodeItem(node)), ...link, rejected };
  }

  async #endpointItem({ node, callers, handlers, reads, writes }: EndpointRow): Promise<object> {
    const places = (nodes: readonly GraphNode[]): string[] =>
      nodes.slice(0, 5).map((each) => `${each.name} (${each.root}/${each.file}:${each.start_line})`);
    const counts = { callers_total: callers.length, callers: places(callers), handlers: places(handlers) };
    return { ...(await this.#nodeItem(node)), ...counts, reads, writes };
  }

  async #nodeItem(node: GraphNode): Promise<object> {
    const { kind, name, target, snippet, confidence } = node;
    return { kind, name, target, code: snippet, confidence, ...(await this.#place(node)) };
  }

  async #place({ root, file, start_line: line }: GraphNode): Promise<Place> {
    const { scan } = await this.#readOverview();
    const folder = scan.roots.find((each) => each.name === root)?.path ?? '';
    const modified = await stat(join(folder, file)).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    const edited = modified > Date.parse(scan.started_at);
    return { file: `${root}/${file}`, line, ...(edited ? { edited_since_scan: true } : {}) };
  }

  async #readOverview(): Promise<ScanOverview> {
    this.#overview ??= await this.#source.get('overview', ScanOverview);
    return this.#overview;
  }

  /** JSON text within the budget; items at the end are left out first, and that is said. */
  async #answer(items: readonly object[], total: number, details: object): Promise<string> {
    const { scan } = await this.#readOverview();
    const head = { status: scan.status, started_at: scan.started_at, roots: scan.roots.map((root) => root.path) };
    const shown = [...items];
    const all = Math.max(total, items.length);
    for (;;) {
      const truncated = shown.length < all;
      const answer: Answer = { scan: head, total: all, shown: shown.length, truncated, ...details, items: shown };
      const text = JSON.stringify(answer);
      if (text.length <= BUDGET || shown.length === 0) return text.slice(0, BUDGET * 2);
      shown.length = Math.floor(shown.length * 0.8);
    }
  }
}

function cut(limit: number | undefined): number {
  return Math.min(Math.max(1, Math.floor(limit ?? DEFAULT_ITEMS)), MOST_ITEMS);
}

function parameters(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return new URLSearchParams(given).toString();
}
