import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { SourceLines } from '#protocol/http.ts';
import { PageElement } from '../context.ts';
import { isSourceLines } from '../data/wire.ts';
import type { Host } from '../host/host.ts';

/** Long enough that a pointer on its way elsewhere opens nothing. */
const OPEN_DELAY_MS = 400;
/** Time to move the pointer from the row onto the snippet. */
const CLOSE_DELAY_MS = 250;
const CONTEXT_LINES = 4;
const REMEMBERED = 100;
/** Rows whose place (`.place`) has code to show. */
const ROWS = '.hop, .node-link, .wide-row, .body-row, .proof-end';

/** The lines around a place, shown while the pointer rests on a row that bears one. Escape closes it. */
export class SnippetHover extends PageElement {
  static override properties: PropertyDeclarations = { source: { state: true } };
  declare source: SourceLines | null;
  readonly #host: Host;
  readonly #scanId: () => string | null;
  readonly #known = new Map<string, SourceLines>();
  #row: Element | null = null;
  #line = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, scanId: () => string | null) {
    super();
    this.#host = host;
    this.#scanId = scanId;
    this.source = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerover', this.#over);
    document.addEventListener('keydown', this.#keyPressed, { capture: true });
    document.addEventListener('pointerdown', this.#close);
    document.addEventListener('scroll', this.#close, { capture: true, passive: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    document.removeEventListener('pointerover', this.#over);
    document.removeEventListener('keydown', this.#keyPressed, { capture: true });
    document.removeEventListener('pointerdown', this.#close);
    document.removeEventListener('scroll', this.#close, { capture: true });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { source } = this;
    if (!source) return nothing;
    return html`<div class="snippet-hover" aria-hidden="true">
      <div class="snippet-file code">${source.file}</div>
      ${source.lines.map((text, index) => {
        const number = source.start_line + index;
        return html`<div class="source-line ${number === this.#line ? 'is-target' : ''}">
          <span class="source-number">${number}</span><code>${text === '' ? ' ' : text}</code>
        </div>`;
      })}
    </div>`;
  }

  protected override updated(): void {
    const box = this.querySelector<HTMLElement>('.snippet-hover');
    const row = this.#row?.getBoundingClientRect();
    if (!box || !row) return;
    const { width, height } = box.getBoundingClientRect();
    const below = row.bottom + height + 8 <= window.innerHeight;
    box.style.insetInlineStart = `${Math.max(8, Math.min(row.left + 24, window.innerWidth - width - 8))}px`;
    box.style.insetBlockStart = `${below ? row.bottom + 2 : Math.max(8, row.top - height - 2)}px`;
  }

  readonly #over = (event: PointerEvent): void => {
    if (event.pointerType === 'touch' || !(event.target instanceof Element)) return;
    const inside = event.target.closest('.snippet-hover') !== null;
    const row = event.target.closest(ROWS);
    if (inside || (row && row === this.#row)) {
      if (this.source) clearTimeout(this.#timer);
      return;
    }
    clearTimeout(this.#timer);
    const place = row?.querySelector<HTMLElement>('.place');
    if (row && place) this.#timer = setTimeout(() => void this.#open(row, place.dataset), OPEN_DELAY_MS);
    else if (this.#row) this.#timer = setTimeout(this.#close, CLOSE_DELAY_MS);
  };

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (!this.source) return;
    if (event.key === 'Escape') event.stopPropagation();
    this.#close();
  };

  readonly #close = (): void => {
    clearTimeout(this.#timer);
    this.#row = null;
    this.source = null;
  };

  async #open(row: Element, { root, file, line }: DOMStringMap): Promise<void> {
    const scanId = this.#scanId();
    if (scanId === null || root === undefined || file === undefined || line === undefined) return;
    this.#row = row;
    const query = new URLSearchParams({ root, file, line, context: String(CONTEXT_LINES) });
    const source = await this.#read(`/scan/${encodeURIComponent(scanId)}/source?${query}`);
    if (this.#row !== row || !row.isConnected) return;
    this.#line = Number(line);
    this.source = source;
  }

  /** Null where the code cannot be read any more: a hover is a courtesy, opening the place says what is wrong. */
  async #read(path: string): Promise<SourceLines | null> {
    const known = this.#known.get(path);
    if (known) return known;
    const body = await this.#host.get(path).catch(() => null);
    if (!isSourceLines(body)) return null;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(path, body);
    return body;
  }
}
