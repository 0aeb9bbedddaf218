import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { WorkflowDetail } from '#protocol/views.ts';
import { counted } from '../components/format.ts';
import { confidenceLabel, empty, failed, icon, kindIcon, loading, tableLink } from '../components/templates.ts';
import { edgeVerb, KINDS, nodeTitle, toneOf } from '../components/vocabulary.ts';
import { type Context, locationOf, PageElement, type ViewValues } from '../context.ts';
import { columnsOf, type FlowHop, flowOf, weakest } from '../data/flow.ts';
import { Resource } from '../data/reading.ts';
import { isWorkflowDetail } from '../data/viewsWire.ts';
import type { DiagramBox, DiagramModel } from '../diagram/model.ts';
import { flowHop } from './workflowFlow.ts';

/** Hops drawn at first, and added by every "show more": more are no picture any more. */
const SHOWN = 40;
const TABLES_SHOWN = 6;
const SENTENCES_SHOWN = 4;

/** One workflow: in words, as a flow from top to bottom, and as a diagram. */
export class WorkflowDetailView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    view: { attribute: false },
    scanId: { attribute: false },
    workflowId: { attribute: false },
    shown: { state: true },
    wholeStory: { state: true },
    allTables: { state: true },
  };
  declare context: Context;
  declare view: ViewValues;
  declare scanId: string;
  declare workflowId: string;
  declare shown: number;
  declare wholeStory: boolean;
  declare allTables: boolean;
  readonly #workflow = new Resource<WorkflowDetail>(this, isWorkflowDetail);
  #hops: { of: WorkflowDetail; functions: boolean; hops: FlowHop[] } | null = null;
  #model: { hops: readonly FlowHop[]; model: DiagramModel } | null = null;

  constructor() {
    super();
    this.shown = SHOWN;
    this.wholeStory = false;
    this.allTables = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const id = encodeURIComponent(this.workflowId);
    this.#workflow.show(this.context.host, `/scan/${encodeURIComponent(this.scanId)}/workflows/${id}`);
    if (!changed.has('workflowId')) return;
    this.shown = SHOWN;
    this.wholeStory = false;
    this.allTables = false;
    this.closest('.pane-detail')?.scrollTo(0, 0);
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#workflow;
    if (error !== null) return this.#failed(error);
    if (!value) return loading('the workflow');
    const hops = this.#flow(value);
    // Keyed: a proof opened in one workflow is not open in the next.
    return html`${keyed(value.id, this.#article(value, hops))}`;
  }

  #article(value: WorkflowDetail, hops: readonly FlowHop[]): TemplateResult {
    return html`<article class="detail" aria-label="Workflow ${value.name}" aria-busy=${this.#workflow.outdated}>
      ${this.#head(value)} ${this.#story(value.story)} ${this.#modes()}
      ${this.view['workflow.as'] === 'diagram' ? this.#diagram(value, hops) : this.#list(hops)}
    </article>`;
  }

  #failed(error: string): TemplateResult {
    return this.view['workflow'] === undefined
      ? failed(error, () => this.#workflow.retry())
      : empty('This workflow cannot be shown', [error, 'It may be gone since the scan it was chosen in.']);
  }

  #head(workflow: WorkflowDetail): TemplateResult {
    const entry = workflow.hops[0]?.node;
    return html`<header class="detail-head">
      <h2>${workflow.name}</h2>
      <p class="detail-facts">
        ${entry ? html`<span>${kindIcon(entry.kind)} ${KINDS[entry.kind].label}</span>` : nothing}
        ${confidenceLabel(workflow.confidence)} ${this.#tables('Writes', workflow.writes)}
        ${this.#tables('Reads', workflow.reads)}
      </p>
    </header>`;
  }

  #tables(verb: string, tables: readonly string[]): TemplateResult | typeof nothing {
    if (tables.length === 0) return nothing;
    const listed = this.allTables ? tables : tables.slice(0, TABLES_SHOWN);
    const rest = tables.length - listed.length;
    return html`<span
      >${verb}
      ${listed.map((table, index) => html`<span>${tableLink(this.context, table)}${index < listed.length - 1 ? ',' : ''}</span>`)}
      ${
        rest === 0
          ? nothing
          : html`<button class="link" type="button" @click=${() => (this.allTables = true)}>and ${rest} more</button>`
      }</span
    >`;
  }

  #story(story: string): TemplateResult | typeof nothing {
    if (story === '') return nothing;
    const sentences = story.split(/(?<=\.) (?=[A-Z0-9“])/);
    const short = !this.wholeStory && sentences.length > SENTENCES_SHOWN + 1;
    const text = short ? sentences.slice(0, SENTENCES_SHOWN).join(' ') : story;
    return html`<p class="story">
      ${text}
      ${
        short
          ? html`<button class="link" type="button" @click=${() => (this.wholeStory = true)}>
              Read on (${counted(sentences.length - SENTENCES_SHOWN, 'more sentence')})
            </button>`
          : nothing
      }
    </p>`;
  }

  #modes(): TemplateResult {
    const diagram = this.view['workflow.as'] === 'diagram';
    const functions = this.view['workflow.functions'] === 'shown';
    return html`<div class="modes" role="toolbar" aria-label="How the workflow is shown">
      ${this.#mode('Flow', 'list-tree', !diagram, { 'workflow.as': '' })}
      ${this.#mode('Diagram', 'type-hierarchy', diagram, { 'workflow.as': 'diagram' })}
      <span class="modes-gap"></span>
      ${this.#mode('Functions', 'symbol-method', functions, { 'workflow.functions': functions ? '' : 'shown' }, 'Show the functions in between')}
    </div>`;
  }

  #mode(label: string, name: string, pressed: boolean, to: ViewValues, title = ''): TemplateResult {
    return html`<button
      class="mode"
      type="button"
      aria-pressed=${pressed}
      title=${title || nothing}
      @click=${() => this.context.setView(to)}
    >
      ${icon(name)} ${label}
    </button>`;
  }

  #flow(workflow: WorkflowDetail): FlowHop[] {
    const functions = this.view['workflow.functions'] === 'shown';
    const last = this.#hops;
    if (last?.of === workflow && last.functions === functions) return last.hops;
    this.#hops = { of: workflow, functions, hops: flowOf(workflow.hops, functions) };
    return this.#hops.hops;
  }

  #list(hops: readonly FlowHop[]): TemplateResult {
    const shown = hops.slice(0, this.shown);
    const columns = columnsOf(shown.map((hop) => hop.parent));
    return html`<ol class="chain" aria-label="Hops of the workflow">
        ${shown.map((hop, index) =>
          flowHop({
            context: this.context,
            scanId: this.scanId,
            hop,
            column: columns[index] ?? 0,
            goesOn: shown[index + 1]?.parent === index,
          }),
        )}
      </ol>
      ${this.#more(hops.length)}`;
  }

  #more(total: number): TemplateResult | typeof nothing {
    const rest = total - this.shown;
    if (rest <= 0) return nothing;
    return html`<p class="more">
      <vscode-button appearance="secondary" @click=${() => (this.shown += SHOWN)}
        >Show ${Math.min(SHOWN, rest)} more</vscode-button
      >
      <span class="muted">${this.shown} of ${counted(total, 'hop')} are shown.</span>
    </p>`;
  }

  #diagram(workflow: WorkflowDetail, hops: readonly FlowHop[]): TemplateResult {
    const shown = hops.slice(0, this.shown);
    if (this.#model === null || !sameHops(this.#model.hops, shown)) {
      this.#model = { hops: shown, model: modelOf(workflow, shown) };
    }
    const note = html`${shown.length} of ${counted(hops.length, 'hop')}.
      <button class="link" type="button" @click=${() => this.context.setView({ 'workflow.as': '' })}>
        Read it as a list
      </button>`;
    return html`<pinata-diagram .context=${this.context} .model=${this.#model.model} .note=${note}></pinata-diagram>
      ${this.#more(hops.length)}`;
  }
}

function sameHops(a: readonly FlowHop[], b: readonly FlowHop[]): boolean {
  return a.length === b.length && a.every((hop, index) => hop === b[index]);
}

function modelOf(workflow: WorkflowDetail, hops: readonly FlowHop[]): DiagramModel {
  return {
    title: workflow.name,
    boxes: hops.map(boxOf),
    links: hops.flatMap(({ node, parent, links }) => {
      const above = hops[parent];
      const last = links.at(-1);
      if (!above || !last) return [];
      return [
        {
          from: above.node.id,
          to: node.id,
          label: edgeVerb(last.edge.kind),
          confidence: weakest(links),
        },
      ];
    }),
  };
}

function boxOf({ node, parent }: FlowHop): DiagramBox {
  return {
    id: node.id,
    kind: KINDS[node.kind].label,
    title: nodeTitle(node),
    lines: [`${node.file}:${node.start_line}`],
    tone: toneOf(node.kind),
    location: locationOf(node),
    main: parent < 0,
  };
}
