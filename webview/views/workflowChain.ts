import { html, nothing, type TemplateResult } from 'lit';
import type { WorkflowRow } from '#protocol/http.ts';
import { confidenceLabel, icon, kindIcon, place } from '../components/templates.ts';
import { edgeVerb, KINDS, nodeTitle } from '../components/vocabulary.ts';
import { type Context, locationOf } from '../context.ts';
import { placeHops } from '../data/chainLayout.ts';

type Hop = WorkflowRow['chain'][number];

/** The chain of a workflow as a vertical flow: each hop opens its code, each edge between two hops opens its proof. */
export function chain(context: Context, workflow: WorkflowRow): TemplateResult {
  const hops = workflow.chain;
  const places = placeHops(hops.map((hop) => hop.depth));
  return html`<ol class="chain" aria-label="Hops of the workflow">
    ${hops.map((hop, index) => {
      const placed = places[index];
      const parent = placed === undefined || placed.parent < 0 ? undefined : hops[placed.parent];
      const goesOn = places[index + 1]?.parent === index;
      return html`<li class="hop-item column-${placed?.column ?? 0} ${goesOn ? 'has-child' : ''}">
        ${parent === undefined ? nothing : edge(parent, hop)}
        <div class="hop-body">${hopButton(context, hop)}</div>
      </li>`;
    })}
  </ol>`;
}

function hopButton(context: Context, hop: Hop): TemplateResult {
  const { node } = hop;
  return html`<button class="hop" type="button" @click=${() => context.open(locationOf(node))}>
    ${kindIcon(node.kind)}
    <span class="hop-name">${nodeTitle(node)}</span>
    <span class="hop-kind">${KINDS[node.kind].label}${node.provider ? ` · ${node.provider}` : ''}</span>
    ${place(node)} ${node.snippet ? html`<code class="snippet">${node.snippet}</code>` : nothing}
  </button>`;
}

function edge(from: Hop, to: Hop): TemplateResult {
  const confidence = to.edge_confidence;
  return html`<details class="edge">
    <summary>
      ${icon('arrow-down')}<span class="edge-verb"
        >${edgeVerb(to.edge_kind)} ${icon('chevron-right', 'edge-toggle')}</span
      >
      ${confidence ? confidenceLabel(confidence) : nothing}
      <span class="edge-rule">${to.edge_rule ?? ''}</span>
    </summary>
    <dl class="evidence">
      <dt>From</dt>
      <dd>${place(from.node)}</dd>
      <dt>To</dt>
      <dd>${place(to.node)}</dd>
      <dt>Rule</dt>
      <dd><code>${to.edge_rule ?? 'none given'}</code></dd>
      ${
        to.edge_detail
          ? html`<dt>How</dt>
              <dd>${to.edge_detail}</dd>`
          : nothing
      }
    </dl>
  </details>`;
}
