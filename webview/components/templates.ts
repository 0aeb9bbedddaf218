import { html, nothing, type TemplateResult } from 'lit';
import type { Confidence, GraphNode, NodeKind } from '#protocol/graph.ts';
import { type Context, locationOf } from '../context.ts';
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

/** `src/orders.ts:42`, the line kept visible when the path is cut. */
export function place(node: Pick<GraphNode, 'file' | 'start_line'>): TemplateResult {
  return html`<span class="place" title="${node.file}:${node.start_line}"
    ><span class="place-file"><bdi>${node.file}</bdi></span
    ><span class="place-line">:${node.start_line}</span></span
  >`;
}

/** A node as one line that opens its code. */
export function nodeLink(context: Context, node: GraphNode): TemplateResult {
  return html`<button class="node-link" type="button" @click=${() => context.open(locationOf(node))}>
    ${kindIcon(node.kind)}<span class="node-name">${shortSymbol(node)}</span>${place(node)}
  </button>`;
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
