import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { SourceLines } from '#protocol/http.ts';
import { failed, loading } from '../components/templates.ts';
import { PageElement } from '../context.ts';
import { Resource } from '../data/reading.ts';
import { isSourceLines } from '../data/wire.ts';
import type { CodeLocation, Host } from '../host/host.ts';

/** Lines shown above and below the one asked for. */
const CONTEXT_LINES = 60;

/** The code behind a hop or a row, in the browser page, which has no editor. Fires `close`. */
export class SourcePreview extends PageElement {
  static override properties: PropertyDeclarations = {
    host: { attribute: false },
    scanId: { attribute: false },
    location: { attribute: false },
  };
  declare host: Host;
  declare scanId: string;
  declare location: CodeLocation;
  readonly #source = new Resource<SourceLines>(this, isSourceLines);
  #shown: SourceLines | null = null;

  protected override willUpdate(): void {
    const { root, file, line } = this.location;
    const query = new URLSearchParams({ root, file, line: String(line), context: String(CONTEXT_LINES) });
    this.#source.show(this.host, `/scan/${encodeURIComponent(this.scanId)}/source?${query}`);
  }

  /** Moves the focus here once the preview is in the document. */
  async focusTitle(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>('.source-title')?.focus();
  }

  protected override updated(changed: PropertyValues): void {
    if (this.#source.value === this.#shown && !changed.has('location')) return;
    this.#shown = this.#source.value;
    this.querySelector('.source-line.is-target')?.scrollIntoView({ block: 'center' });
  }

  protected override render(): TemplateResult {
    const { file, line } = this.location;
    return html`<aside class="source" aria-label="Source preview" @keydown=${this.#keyPressed}>
      <header class="source-head">
        <h2 class="source-title code" tabindex="-1" title="${file}:${line}"><bdi>${file}</bdi>:${line}</h2>
        <vscode-button appearance="icon" aria-label="Close source preview" @click=${this.#close}>
          <span class="codicon codicon-close" aria-hidden="true"></span>
        </vscode-button>
      </header>
      ${this.#body()}
    </aside>`;
  }

  #body(): TemplateResult {
    const source = this.#source;
    if (source.error !== null) return failed(source.error, () => source.retry());
    if (source.loading || !source.value) return loading('the source');
    const { start_line: start, lines } = source.value;
    return html`<ol class="source-lines" tabindex="0" aria-label="Lines of ${source.value.file}">
      ${lines.map((text, index) => {
        const number = start + index;
        const target = number === this.location.line;
        return html`<li class="source-line ${target ? 'is-target' : ''}" aria-current=${target ? 'location' : 'false'}>
          <span class="source-number" aria-hidden="true">${number}</span><code>${text === '' ? ' ' : text}</code>
        </li>`;
      })}
    </ol>`;
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}
