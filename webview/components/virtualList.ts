import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { virtualize, virtualizerRef, type VirtualizerHostElement } from '@lit-labs/virtualizer/virtualize.js';
import type { RangeChangedEvent } from '@lit-labs/virtualizer/events.js';
import { PageElement } from '../context.ts';

/** Rows from the end at which the next page is asked for. */
const LOOK_AHEAD = 30;

/**
 * A list of which only the rows in sight are in the document. Each row holds one element with `data-row`, its index; the
 * arrow keys, Page Up and Down, Home and End move the focus between them. Fires `end-reached` near its end.
 */
export class VirtualList extends PageElement {
  static override properties: PropertyDeclarations = {
    items: { attribute: false },
    row: { attribute: false },
    label: { attribute: false },
    kind: { attribute: false },
    marked: { attribute: false },
  };
  declare items: unknown[];
  declare row: (item: unknown, index: number) => TemplateResult;
  declare label: string;
  /** The ARIA role of the scroller: `rowgroup` inside a table, else `list`. */
  declare kind: 'list' | 'rowgroup';
  /** Id of the row drawn as chosen; a change draws the rows again. */
  declare marked: string;
  #focusedRow = '';

  constructor() {
    super();
    this.items = [];
    this.kind = 'list';
    this.marked = '';
  }

  protected override render(): TemplateResult {
    return html`<div
      class="scroller"
      role=${this.kind}
      aria-label=${this.label}
      @keydown=${this.#moveFocus}
      @focusin=${this.#focused}
      @rangeChanged=${this.#rangeChanged}
    >
      ${virtualize({ items: this.items, renderItem: this.row, scroller: true })}
    </div>`;
  }

  readonly #rangeChanged = (event: RangeChangedEvent): void => {
    event.stopPropagation();
    // The rows of the new range are in the document by the next frame.
    requestAnimationFrame(() => this.#offerOneRow());
    if (event.last >= this.items.length - LOOK_AHEAD) this.dispatchEvent(new CustomEvent('end-reached'));
  };

  protected override updated(): void {
    this.#offerOneRow();
  }

  readonly #focused = (event: FocusEvent): void => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-row]') : null;
    if (!row) return;
    this.#focusedRow = row.dataset['row'] ?? '';
    this.#offerOneRow();
  };

  /** Of the rows in the document one can be reached by Tab: the last focused, else the chosen, else the first. */
  #offerOneRow(): void {
    const rows = [...this.querySelectorAll<HTMLElement>('[data-row]')];
    const offered =
      rows.find((row) => row.dataset['row'] === this.#focusedRow) ??
      rows.find((row) => row.hasAttribute('aria-current')) ??
      rows[0];
    for (const row of rows) row.tabIndex = row === offered ? 0 : -1;
  }

  readonly #moveFocus = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement)) return;
    const current = event.target.closest<HTMLElement>('[data-row]');
    if (!current) return;
    const target = this.#target(event.key, Number(current.dataset['row']));
    if (target === null) return;
    event.preventDefault();
    void this.#focusRow(Math.max(0, Math.min(this.items.length - 1, target)));
  };

  #target(key: string, index: number): number | null {
    switch (key) {
      case 'ArrowDown':
        return index + 1;
      case 'ArrowUp':
        return index - 1;
      case 'PageDown':
        return index + 10;
      case 'PageUp':
        return index - 10;
      case 'Home':
        return 0;
      case 'End':
        return this.items.length - 1;
      default:
        return null;
    }
  }

  async #focusRow(index: number): Promise<void> {
    const scroller = this.querySelector<VirtualizerHostElement>('.scroller');
    const rendered = () => this.querySelector<HTMLElement>(`[data-row="${index}"]`);
    if (!rendered()) {
      const virtualizer = scroller?.[virtualizerRef];
      virtualizer?.element(index)?.scrollIntoView({ block: 'nearest' });
      await virtualizer?.layoutComplete;
    }
    rendered()?.focus();
  }
}
