import { html, nothing, type TemplateResult } from 'lit';
import type { GraphNode } from '#protocol/graph.ts';
import { confidenceIcon, icon, nodeLink } from '../components/templates.ts';
import type { Context } from '../context.ts';
import type { Link } from '../data/flow.ts';
import type { NodeLink } from '../data/viewsWire.ts';

interface LinkedNode {
  context: Context;
  scanId: string;
  /** The node whose links are listed. */
  subject: GraphNode;
  link: NodeLink;
}

/** The node at the other end of a link, with the proof of the link on demand. */
export function linkedNode({ context, scanId, subject, link }: LinkedNode): TemplateResult {
  const { edge, node } = link;
  const starts = edge.source === subject.id;
  const candidates = (edge.candidates ?? []).map((candidate) => ({ id: candidate.node, reason: candidate.reason }));
  const proven: Link = { edge, from: starts ? subject : node, to: starts ? node : subject, candidates };
  return html`<div class="linked">
    ${nodeLink(context, node)} ${edge.confidence === 'certain' ? nothing : confidenceIcon(edge.confidence)}
    <details class="linked-proof" @toggle=${showProof}>
      <summary aria-label="Proof of this link">Proof ${icon('chevron-right', 'edge-toggle')}</summary>
      <pinata-proof .context=${context} .scanId=${scanId} .links=${[proven]} .shown=${false}></pinata-proof>
    </details>
  </div>`;
}

/** A proof reads source lines: only once it is opened. */
export function showProof(event: Event): void {
  const details = event.currentTarget;
  if (!(details instanceof HTMLDetailsElement)) return;
  const proof: (Element & { shown?: boolean }) | null = details.querySelector('pinata-proof');
  if (proof) proof.shown = details.open;
}
