import { html, nothing, type TemplateResult } from 'lit';
import { confidenceLabel, icon, kindIcon, place } from '../components/templates.ts';
import { edgeVerb, KINDS, lastName, nodeTitle } from '../components/vocabulary.ts';
import { type Context, locationOf } from '../context.ts';
import { type FlowHop, type Link, weakest } from '../data/flow.ts';
import { showProof } from './linkedNode.ts';

interface DrawnHop {
  context: Context;
  scanId: string;
  hop: FlowHop;
  column: number;
  /** Whether the next hop hangs on this one. */
  goesOn: boolean;
}

/** One hop of the vertical flow with the link that leads to it: the hop opens its code, the link its proof. */
export function flowHop({ context, scanId, hop, column, goesOn }: DrawnHop): TemplateResult {
  return html`<li class="hop-item column-${column} ${goesOn ? 'has-child' : ''}">
    ${hop.links.length > 0 ? linkRow(context, scanId, hop.links) : nothing}
    <div class="hop-body">${hopButton(context, hop)}</div>
  </li>`;
}

function hopButton(context: Context, { node }: FlowHop): TemplateResult {
  const facts = [KINDS[node.kind].label, ...(node.provider ? [node.provider] : [])];
  return html`<button class="hop" type="button" @click=${() => context.open(locationOf(node))}>
    ${kindIcon(node.kind)}
    <span class="hop-name">${nodeTitle(node)}</span>
    <span class="hop-kind">${facts.join(' · ')}</span>
    ${place(node)} ${node.snippet ? html`<code class="snippet">${node.snippet}</code>` : nothing}
  </button>`;
}

/** The verb and the functions in between; opened, the proof of every link. */
function linkRow(context: Context, scanId: string, links: readonly Link[]): TemplateResult {
  const confidence = weakest(links);
  const via = links.slice(0, -1).map((link) => lastName(link.to.symbol ?? link.to.name));
  const last = links.at(-1);
  return html`<details class="edge" @toggle=${showProof}>
    <summary>
      ${icon('arrow-down')}<span class="edge-verb"
        >${edgeVerb(last?.edge.kind)} ${icon('chevron-right', 'edge-toggle')}</span
      >
      ${via.length > 0 ? html`<span class="edge-via">through ${via.join(' → ')}</span>` : nothing}
      ${confidence === 'certain' ? nothing : confidenceLabel(confidence)}
    </summary>
    <pinata-proof .context=${context} .scanId=${scanId} .links=${links} .shown=${false}></pinata-proof>
  </details>`;
}
