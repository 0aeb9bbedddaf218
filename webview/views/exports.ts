import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ExportFormat } from '#protocol/exports.ts';
import { icon } from '../components/templates.ts';
import { ResultView } from './resultView.ts';

const FORMATS: readonly { format: ExportFormat; title: string; text: string; icon: string }[] = [
  {
    format: 'html',
    title: 'Report as a web page',
    text: 'One file that opens in any browser, also offline: for people without Pinata.',
    icon: 'browser',
  },
  {
    format: 'markdown',
    title: 'Report in Markdown',
    text: 'For a wiki, a README or a pull request.',
    icon: 'markdown',
  },
  {
    format: 'csv',
    title: 'Operations as a table',
    text: 'CSV with one line an operation: for a spreadsheet.',
    icon: 'table',
  },
  {
    format: 'json',
    title: 'The whole result',
    text: 'JSON with everything Pinata found and how it is linked: for scripts.',
    icon: 'json',
  },
  {
    format: 'sarif',
    title: 'Findings for code scanning',
    text: 'SARIF with what could not be linked, and workflows as code flows.',
    icon: 'shield',
  },
  {
    format: 'openapi',
    title: 'Endpoints as OpenAPI',
    text: 'A skeleton of the interface as the code declares it.',
    icon: 'globe',
  },
  {
    format: 'mermaid',
    title: 'Workflows as Mermaid',
    text: 'Diagrams as text, split where one would be too large to draw.',
    icon: 'type-hierarchy',
  },
  {
    format: 'er',
    title: 'Tables as Mermaid',
    text: 'Entity-relationship diagrams of the mapped tables.',
    icon: 'database',
  },
  { format: 'dot', title: 'Graph for Graphviz', text: 'Every node and link in the DOT language.', icon: 'graph' },
];

/** The result as a file, for other people and other programs. */
export class ExportsView extends ResultView {
  static override properties: PropertyDeclarations = {
    ...ResultView.properties,
    message: { state: true },
    busy: { state: true },
  };
  declare message: string;
  declare busy: boolean;

  constructor() {
    super();
    this.message = '';
    this.busy = false;
  }

  protected override render(): TemplateResult {
    return html`<div class="exports">
      <p class="muted">
        Secrets in code and addresses are hidden in every file. A single diagram is saved beside the diagram itself.
      </p>
      <ul class="plain">
        ${FORMATS.map(
          ({ format, title, text, icon: name }) =>
            html`<li class="export-row">
              <span class="kind">${icon(name)}</span>
              <span class="row-title">${title}</span>
              <span class="row-note">${text}</span>
              ${this.#button(format, title)}
            </li>`,
        )}
      </ul>
      <p role="status">${this.message === '' ? nothing : this.message}</p>
    </div>`;
  }

  #button(format: ExportFormat, title: string): TemplateResult {
    const { page } = this.context.host;
    if (page) {
      return html`<a
        class="mode export-link"
        href=${page.exportAddress(this.scanId, format)}
        download
        aria-label="Download: ${title}"
        >${icon('cloud-download')} Download</a
      >`;
    }
    return html`<button
      class="mode export-link"
      type="button"
      ?disabled=${this.busy}
      aria-label="Save: ${title}"
      @click=${() => void this.#save(format, title)}
    >
      ${icon('save')} Save…
    </button>`;
  }

  async #save(format: ExportFormat, title: string): Promise<void> {
    this.busy = true;
    this.message = '';
    try {
      const answer = await this.context.host.workspace?.exportScan(this.scanId, format);
      this.message =
        answer?.done === true ? `${title}: saved${answer.file ? ` to ${answer.file}` : ''}.` : 'Not saved.';
    } catch (error) {
      this.message = `${title} could not be saved: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.busy = false;
  }
}
