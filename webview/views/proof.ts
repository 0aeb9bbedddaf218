import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { SourceLocation } from '#protocol/graph.ts';
import type { SourceLines } from '#protocol/http.ts';
import { confidenceLabel, nodeLink, place } from '../components/templates.ts';
import { edgeVerb, nodeTitle } from '../components/vocabulary.ts';
import { type Context, PageElement } from '../context.ts';
import type { Link } from '../data/flow.ts';
import { isSourceLines } from '../data/wire.ts';

/** The proof of links: both source lines, the rule, how the target was found, what was rejected, and the verdict. */
export class ProofView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    scanId: { attribute: false },
    links: { attribute: false },
    shown: { attribute: false },
    lines: { state: true },
  };
  declare context: Context;
  declare scanId: string;
  declare links: readonly Link[];
  declare shown: boolean;
  /** Source lines by place; null where they cannot be read. */
  declare lines: ReadonlyMap<string, string | null>;
  readonly #asked = new Set<string>();

  constructor() {
    super();
    this.links = [];
    this.shown = false;
    this.lines = new Map();
  }

  protected override willUpdate(): void {
    if (!this.shown) return;
    for (const { edge } of this.links) {
      if (!edge.evidence) continue;
      for (const location of [edge.evidence.from, edge.evidence.to]) this.#ask(location);
    }
  }

  #ask(location: SourceLocation): void {
    const key = keyOf(location);
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const { root, file, line } = location;
    const query = new URLSearchParams({ root, file, line: String(line), context: '0' });
    void this.context.host
      .get(`/scan/${encodeURIComponent(this.scanId)}/source?${query}`)
      .catch(() => null)
      .then((body) => {
        const text = isSourceLines(body) ? lineOf(body, line) : null;
        this.lines = new Map([...this.lines, [key, text]]);
      });
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.shown) return nothing;
    return html`<div class="proofs">${this.links.map((link) => this.#proof(link))}</div>`;
  }

  #proof(link: Link): TemplateResult {
    const { edge, from, to } = link;
    const evidence = edge.evidence;
    return html`<section class="proof" aria-label="Proof: ${nodeTitle(from)} ${edgeVerb(edge.kind)} ${nodeTitle(to)}">
      <dl class="evidence">
        ${evidence ? this.#end('From', evidence.from) : nothing} ${evidence ? this.#end('To', evidence.to) : nothing}
        <dt>Rule</dt>
        <dd><code>${edge.rule}</code></dd>
        ${
          evidence?.detail
            ? html`<dt>How</dt>
                <dd class="proof-how">${evidence.detail}</dd>`
            : nothing
        }
        <dt>Sure</dt>
        <dd>${confidenceLabel(edge.confidence)}</dd>
        ${this.#candidates(link)}
      </dl>
      <pinata-verdict .context=${this.context} .link=${link}></pinata-verdict>
    </section>`;
  }

  #end(title: string, location: SourceLocation): TemplateResult {
    const { root, file, line } = location;
    const text = this.lines.get(keyOf(location));
    return html`<dt>${title}</dt>
      <dd>
        <button class="link proof-end" type="button" @click=${() => this.context.open({ root, file, line, column: 1 })}>
          ${place({ root, file, start_line: line })}
        </button>
        ${
          text === undefined
            ? nothing
            : text === null
              ? html`<span class="muted">The line cannot be read any more.</span>`
              : html`<code class="proof-line">${text.trim()}</code>`
        }
      </dd>`;
  }

  #candidates({ edge, candidates }: Link): TemplateResult | typeof nothing {
    if (candidates.length === 0) return nothing;
    return html`<dt>${edge.confidence === 'possible' ? 'As likely' : 'Rejected'}</dt>
      <dd>
        <ul class="plain">
          ${candidates.map(
            ({ node, id, reason }) =>
              html`<li class="candidate">
                ${node ? nodeLink(this.context, node) : html`<code>${id}</code>`}
                <span class="muted">${reason}</span>
              </li>`,
          )}
        </ul>
      </dd>`;
  }
}

function keyOf({ root, file, line }: SourceLocation): string {
  return `${root}\n${file}\n${line}`;
}

function lineOf(source: SourceLines, line: number): string | null {
  return source.lines[line - source.start_line] ?? null;
}
