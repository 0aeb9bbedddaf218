import { html, nothing, type TemplateResult } from 'lit';
import type { Confidence, GraphNode, NodeKind } from '#protocol/graph.ts';
import { type Context, locationOf } from '../context.ts';
import { count } from './format.ts';
import { CONFIDENCES, KINDS, shortSymbol } from './vocabulary.ts';

export function icon(name: string, extra = ''): TemplateResult {
  return html`<span class="codicon codicon-${name} ${extra}" aria-hidden="true"></span>`;
}

export function kindIcon(kind: NodeKind): TemplateResult {
  return html`<span class="kind kind-${kind}" title=${KINDS[kind].label}
    >${icon(KINDS[kind].icon)}<span class="visually-hidden">${KINDS[kind].label}</span></span
  >`;
}

/** Icon with the word for assistive technology only. */
export function confidenceIcon(confidence: Confidence): TemplateResult {
  const { icon: name, label, meaning } = CONFIDENCES[confidence];
  return html`<span class="confidence confidence-${confidence}" title="${label}: ${meaning}"
    >${icon(name)}<span class="visually-hidden">${label}</span></span
  >`;
}

export function confidenceLabel(confidence: Confidence): TemplateResult {
  const { icon: name, label, meaning } = CONFIDENCES[confidence];
  return html`<span class="confidence confidence-${confidence}" title=${meaning}>${icon(name)} ${label}</span>`;
}

/** `src/orders.ts:42`, the line kept visible when the path is cut. The code appears on hover (`SnippetHover`). */
export function place(node: Pick<GraphNode, 'root' | 'file' | 'start_line'>): TemplateResult {
  return html`<span class="place" data-root=${node.root} data-file=${node.file} data-line=${node.start_line}
    ><span class="place-file"><bdi>${node.file}</bdi></span
    ><span class="place-line">:${node.start_line}</span></span
  >`;
}

/** A node as one line that opens its code, called after the function it stands in. */
export function nodeLink(context: Context, node: GraphNode, title = shortSymbol(node)): TemplateResult {
  return html`<button class="node-link" type="button" @click=${() => context.open(locationOf(node))}>
    ${kindIcon(node.kind)}<span class="node-name">${title}</span>${place(node)}
  </button>`;
}

/** A table as a line that leads to the Tables view. */
export function tableLink(context: Context, table: string): TemplateResult {
  return html`<button
    class="link"
    type="button"
    @click=${() => context.setView({ tab: 'tables', table, ...NO_TABLE_FILTER })}
  >
    ${table}
  </button>`;
}

const NO_TABLE_FILTER = { 'tables.as': '', 'tables.text': '', 'tables.use': '' };

/** A workflow as a line that leads to the Workflows view. */
export function workflowLink(context: Context, workflow: { id: string; name: string }): TemplateResult {
  return html`<button
    class="node-link"
    type="button"
    @click=${() => context.setView({ tab: 'workflows', workflow: workflow.id })}
  >
    <span class="kind">${icon('git-merge')}</span><span class="node-name">${workflow.name}</span>
  </button>`;
}

/** Lines of a section before the rest folds away: what follows must stay in reach. */
const SECTION_LINES = 8;

/** A heading with a list below, or a sentence that says there is nothing. Long lists fold. */
export function section(title: string, items: readonly unknown[], none: string, total = items.length): TemplateResult {
  // A fold that hides one or two lines is longer than the lines.
  const folded = items.length > SECTION_LINES + 2;
  const first = folded ? items.slice(0, SECTION_LINES) : items;
  return html`<section>
    <h3>${title}${items.length > 0 ? html` <span class="tab-count">${count(total)}</span>` : nothing}</h3>
    ${items.length === 0 ? html`<p class="muted">${none}</p>` : lines(first)}
    ${folded ? rest(items.slice(SECTION_LINES)) : nothing}
    ${total > items.length ? html`<p class="muted">The first ${count(items.length)} are listed.</p>` : nothing}
  </section>`;
}

function lines(items: readonly unknown[]): TemplateResult {
  return html`<ul class="plain">
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}

function rest(items: readonly unknown[]): TemplateResult {
  return html`<details class="rest">
    <summary>${icon('chevron-right', 'edge-toggle')} ${count(items.length)} more</summary>
    ${lines(items)}
  </details>`;
}

export function loading(what: string): TemplateResult {
  return html`<div class="notice" role="status">
    <vscode-progress-ring aria-hidden="true"></vscode-progress-ring>
    <p>Loading ${what}…</p>
  </div>`;
}

export function failed(message: string, retry: () => void): TemplateResult {
  return html`<div class="notice" role="alert">
    ${icon('error', 'notice-icon is-error')}
    <p>${message}</p>
    <vscode-button appearance="secondary" @click=${retry}>Retry</vscode-button>
  </div>`;
}

/** Nothing to show: what that means and what to do about it. */
export function empty(title: string, hints: readonly string[], action: unknown = nothing): TemplateResult {
  return html`<div class="notice">
    ${icon('info', 'notice-icon')}
    <h2>${title}</h2>
    ${hints.map((hint) => html`<p>${hint}</p>`)} ${action}
  </div>`;
}
