import * as vscode from 'vscode';
import type { GraphNode } from '#protocol/graph.ts';
import type { WorkflowDetail, WorkflowHop } from '#protocol/views.ts';
import type { ScanResults } from '../scan/results.ts';
import { KIND_ICONS, KIND_WORDS } from '../views/kinds.ts';
import type { AnchoredMark } from './anchors.ts';
import type { DocumentMarks, DocumentMarksStore } from './documentMarks.ts';
import { commandLink, escaped } from './markdownText.ts';
import { accessTexts, usesText } from './markText.ts';

const NAMED_WORKFLOWS = 3;
/** Most hops shown; the panel shows all. */
const MOST_HOPS = 10;
const LINKS = ['pinata.openCode', 'pinata.showWorkflow', 'pinata.findTableUses', 'pinata.showWorkflowsThrough'];

/** What the scan says of the code below the pointer: the chain it is part of, with links to every hop. */
export async function hoverAt(
  marks: DocumentMarksStore,
  results: ScanResults,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | null> {
  const found = await marks.of(document);
  const anchor = found?.anchors.find((each) => isMeant(each, document, position));
  if (!found || !anchor) return null;
  const text = new HoverText();
  text.heading(anchor.mark.node);
  if (anchor.mark.role === 'entity') text.entity(anchor);
  else await addWorkflows(text, results, found, anchor);
  if (found.edited) text.note('The file was edited since the scan.');
  return new vscode.Hover(text.markdown);
}

/** Operations answer on their own text, functions and types on their name only: other hovers need the room. */
function isMeant(
  { mark, line, column }: AnchoredMark,
  document: vscode.TextDocument,
  position: vscode.Position,
): boolean {
  if (line !== position.line) return false;
  const { node, role } = mark;
  if (role !== 'operation' && role !== 'endpoint') {
    if (mark.workflows === 0 && role !== 'entity') return false;
    const range = document.getWordRangeAtPosition(position);
    const word = range ? document.getText(range) : '';
    return word !== '' && (role === 'entity' || node.name.split('.').at(-1) === word);
  }
  const end = node.end_line === node.start_line ? node.end_column - 1 : Number.POSITIVE_INFINITY;
  return position.character >= column && position.character <= end;
}

async function addWorkflows(
  text: HoverText,
  results: ScanResults,
  { scanId }: DocumentMarks,
  { mark }: AnchoredMark,
): Promise<void> {
  text.tables(mark.reads, mark.writes);
  if (mark.workflows === 0) {
    text.note(mark.role === 'endpoint' ? 'No caller found in the scanned code.' : 'Part of no workflow.');
    return;
  }
  const { items } = await results.workflowsThrough(scanId, mark.node.id, NAMED_WORKFLOWS);
  const [first] = items;
  if (!first) return;
  text.chain(await results.workflow(scanId, first.id), mark.node.id);
  text.workflows(items, mark.workflows, mark.node);
}

/** Markdown in which only the links below work, and text of the code is never markup. */
class HoverText {
  readonly markdown: vscode.MarkdownString;

  constructor() {
    this.markdown = new vscode.MarkdownString('', true);
    this.markdown.isTrusted = { enabledCommands: LINKS };
  }

  heading({ kind, name, provider }: GraphNode): void {
    this.markdown.appendMarkdown(`$(${KIND_ICONS[kind]}) ${KIND_WORDS[kind]} **${escaped(name)}**`);
    if (provider !== undefined) this.markdown.appendMarkdown(` · ${escaped(provider)}`);
  }

  entity({ mark: { node, readers = 0, writers = 0 } }: AnchoredMark): void {
    this.#paragraph(
      commandLink(usesText(readers, writers), 'pinata.findTableUses', [node.name], 'What reads or writes this table'),
    );
  }

  tables(reads: readonly string[], writes: readonly string[]): void {
    const accesses = accessTexts(reads, writes);
    if (accesses.length > 0) this.#paragraph(escaped(accesses.join(' · ')));
  }

  /** The way from the entry to the node, and on to what is done with data. */
  chain({ hops }: WorkflowDetail, nodeId: string): void {
    const at = hops.findIndex((hop) => hop.node.id === nodeId);
    const way = pathTo(hops, at);
    const shown = way.length > MOST_HOPS ? [...way.slice(0, 2), null, ...way.slice(3 - MOST_HOPS)] : way;
    const lines = shown.map((hop) => (hop === null ? '…' : hopText(hop.node, hop.node.id === nodeId)));
    if (lines.length > 0) this.#paragraph(lines.join('  \n$(arrow-down) '));
  }

  workflows(items: readonly { id: string; name: string }[], total: number, node: GraphNode): void {
    const links = items.map(({ id, name }) => commandLink(name, 'pinata.showWorkflow', [id], 'Show this workflow'));
    const rest = total - items.length;
    if (rest > 0) {
      links.push(commandLink(`${rest} more`, 'pinata.showWorkflowsThrough', [node.id, node.name], 'Choose a workflow'));
    }
    this.#paragraph(`$(git-merge) ${links.join(' · ')}`);
  }

  note(text: string): void {
    this.#paragraph(`*${text}*`);
  }

  #paragraph(markdown: string): void {
    this.markdown.appendMarkdown(`\n\n${markdown}`);
  }
}

function pathTo(hops: readonly WorkflowHop[], at: number): WorkflowHop[] {
  const way: WorkflowHop[] = [];
  for (let hop = hops[at]; hop && way.length <= hops.length; hop = hop.parent < 0 ? undefined : hops[hop.parent]) {
    way.unshift(hop);
  }
  return way;
}

function hopText(node: GraphNode, here: boolean): string {
  const { root, file, start_line: line, start_column: column } = node;
  const place = `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
  const name = `$(${KIND_ICONS[node.kind]}) ${here ? `**${escaped(node.name)}**` : escaped(node.name)}`;
  return `${name} ${commandLink(place, 'pinata.openCode', [{ root, file, line, column }], `${file}:${line}`)}`;
}
