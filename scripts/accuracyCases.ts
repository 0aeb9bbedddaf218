/** Authored cases: small workspaces whose lines say what the scan must find in them. Format: test/accuracy/README.md. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GraphNode, NodeKind } from '#protocol/graph.ts';
import { type EngineResult, scan } from '#engine/scan.ts';
import { isNodeKind, type Link, type Operation } from './accuracyScore.ts';

const CASES = join(import.meta.dirname, '../test/accuracy/cases');
const MARK = '//@';
const ENTRY_KINDS: ReadonlySet<string> = new Set([
  'ui_action',
  'ui_page',
  'api_endpoint',
  'message_receive',
  'scheduled_task',
]);
const ITEM =
  /^(?:(?<name>[\w$.]+):\s+)?(?<kind>fn|[a-z]+_[a-z]+)\b\s*(?<target>.*?)(?:\s+\(\+(?<more>\d+)\))?(?:\s*->\s*(?<links>[^()]+))?$/;

/** A fact that a line of a case states. */
interface Item extends Operation {
  name: string;
  indent: number;
  /** Tables the operation accesses; undefined for facts that are no database operation. */
  tables: string[] | undefined;
  links: { to: string; possible: boolean }[];
  /** The function in whose block the line stands. */
  within?: Item;
}

export interface AccuracyCase {
  /** `<language>/<name>`. */
  name: string;
  /** Contents by path, without annotations. */
  files: Record<string, string>;
  operations: Operation[];
  links: Link[];
  /** Edges that must be there as `possible`: several targets fit equally. */
  possible: Link[];
}

/** All cases, by name. */
export function loadCases(): AccuracyCase[] {
  return readdirSync(CASES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.case'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => parseCase(path.slice(0, -'.case'.length), readFileSync(join(CASES, path), 'utf8')));
}

/**
 * Reads one case.
 * @throws {Error} naming the case and the line of an annotation that cannot be read
 */
export function parseCase(name: string, text: string): AccuracyCase {
  const files: Record<string, string> = {};
  const items: Item[] = [];
  for (const section of text.split(/^==== /m).slice(1)) {
    const [path = '', ...lines] = section.split('\n');
    const { source, found } = readLines(`${name}, ${path.trim()}`, path.trim(), lines);
    files[path.trim()] = source;
    items.push(...found);
  }
  const named = byName(name, items);
  const drawn = items.flatMap((item) => linksOf(name, item, named));
  const isFunction = (item: Item): boolean => item.kind === 'function';
  return {
    name,
    files,
    operations: items.filter((item) => !isFunction(item)),
    links: [...drawn.filter(({ possible }) => !possible).map(({ link }) => link), ...items.flatMap(impliedLinks)],
    possible: drawn.filter(({ possible }) => possible).map(({ link }) => link),
  };
}

function byName(where: string, items: readonly Item[]): Map<string, Item> {
  const named = new Map<string, Item>();
  for (const item of items) {
    if (item.name === '') continue;
    if (named.has(item.name)) throw new Error(`case ${where}: two lines are named ${item.name}`);
    named.set(item.name, item);
  }
  return named;
}

function readLines(where: string, file: string, lines: readonly string[]): { source: string; found: Item[] } {
  const found: Item[] = [];
  const open: Item[] = [];
  const source = lines.map((line, index) => {
    const [code = '', ...notes] = line.split(MARK);
    closeBlocks(open, code);
    for (const note of notes.flatMap((text) => text.split(';'))) {
      const item = readItem(note.trim(), { file, line: index + 1, indent: indentOf(code) });
      if (!item) throw new Error(`case ${where}, line ${index + 1}: cannot read ${JSON.stringify(note.trim())}`);
      const within = open.at(-1);
      if (within && item.kind !== 'function' && !ENTRY_KINDS.has(item.kind)) item.within = within;
      if (item.kind === 'function') open.push(item);
      found.push(item);
    }
    return notes.length === 0 ? line : code.trimEnd();
  });
  return { source: source.join('\n'), found };
}

/** A function's block ends at the first line that is indented no deeper and does not merely close something. */
function closeBlocks(open: Item[], code: string): void {
  if (code.trim() === '' || /^\s*[{})\]#]/.test(code)) return;
  for (let last = open.at(-1); last && indentOf(code) <= last.indent; last = open.at(-1)) open.pop();
}

function indentOf(code: string): number {
  return code.length - code.trimStart().length;
}

function readItem(note: string, at: { file: string; line: number; indent: number }): Item | undefined {
  const groups = ITEM.exec(note)?.groups;
  if (!groups) return undefined;
  const kind = groups.kind === 'fn' ? 'function' : (groups.kind ?? '');
  if (!isNodeKind(kind)) return undefined;
  const text = groups.target?.trim() ?? '';
  const verb = kind.startsWith('api_') ? /^([A-Z]+)(?:\s+(.*))?$/.exec(text) : undefined;
  const method = verb?.[1] ?? '';
  const rest = verb ? (verb[2] ?? '') : text;
  const [target = '', tables] = rest.split('@');
  const links = (groups.links ?? '')
    .split(',')
    .map((to) => to.trim())
    .filter((to) => to !== '');
  return {
    ...at,
    kind,
    name: kind === 'function' ? target : (groups.name ?? ''),
    end: at.line + Number(groups.more ?? 0),
    target: kind === 'function' ? '' : target,
    method,
    tables: kind.startsWith('database_') ? tablesOf(target, tables) : undefined,
    links: links.map((to) => ({ to: to.replace('~', ''), possible: to.startsWith('~') })),
  };
}

function tablesOf(target: string, tables: string | undefined): string[] {
  if (tables === '-') return [];
  return (tables ?? target).split(',').filter((table) => table !== '');
}

function linksOf(name: string, item: Item, named: ReadonlyMap<string, Item>): { link: Link; possible: boolean }[] {
  return item.links.map(({ to, possible }) => {
    const target = named.get(to);
    if (!target) throw new Error(`case ${name}: ${item.file}, line ${item.line} points at ${to}, which no line names`);
    return { link: { kind: linkKind(item.kind, target.kind), from: item, to: target }, possible };
  });
}

/** The kind of link between two kinds of node; a table is written by its name and never a link's written end. */
function linkKind(from: NodeKind, to: NodeKind): string {
  if (from === 'api_call') return 'requests';
  if (from === 'message_send') return 'delivers';
  if (to === 'ui_page') return 'navigates';
  if (from !== 'function') return 'handles';
  return to === 'function' ? 'calls' : 'performs';
}

/** Links that need no writing down: what stands in a function is performed by it, and accesses its table. */
function impliedLinks(item: Item): Link[] {
  const performs = item.within ? [{ kind: 'performs', from: item.within, to: item }] : [];
  const accesses = (item.tables ?? []).map((table) => ({ kind: 'accesses', from: item, to: tablePlace(table) }));
  return [...performs, ...accesses];
}

/** A table has no place of its own; its name stands for it. */
export function tablePlace(table: string): { file: string; line: number } {
  return { file: `table ${table.toLowerCase()}`, line: 0 };
}

/** Scans the files of a case with the real engine in a temporary folder, which is removed again. */
export async function scanCase(files: Record<string, string>): Promise<EngineResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pinata-accuracy-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
    return await scan({ roots: [{ name: 'app', path: folder }], threads: 1 }, hooks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Operations a scan found that count: what a framework brings along and functions do not. */
export function foundOperations(nodes: readonly GraphNode[], placeOf: (node: GraphNode) => string): Operation[] {
  return nodes
    .filter((node) => node.kind !== 'function' && node.kind !== 'table' && node.provider !== 'framework')
    .map((node) => ({
      kind: node.kind,
      file: placeOf(node),
      line: node.start_line,
      end: node.end_line,
      target: node.target ?? '',
      method: node.method ?? '',
    }));
}
