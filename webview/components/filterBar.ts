import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { PageElement, type ViewValues } from '../context.ts';
import { controlValue, setControlValue } from './controls.ts';

/** A drop-down over a list; `key` is the view value it changes, an empty choice value means everything. */
export interface Filter {
  key: string;
  label: string;
  choices: readonly { value: string; label: string }[];
  /** The choice when the view holds none. */
  initial?: string;
}

/** A search field and drop-downs over a list. Fires `filter` with the changed view values. */
export class FilterBar extends PageElement {
  static override properties: PropertyDeclarations = {
    label: { attribute: false },
    textKey: { attribute: false },
    filters: { attribute: false },
    view: { attribute: false },
  };
  /** What the search field searches: its accessible name and placeholder. */
  declare label: string;
  /** The view value the search field changes. */
  declare textKey: string;
  declare filters: readonly Filter[];
  declare view: ViewValues;

  constructor() {
    super();
    this.filters = [];
    this.view = {};
  }

  protected override render(): TemplateResult {
    return html`<div class="filter-bar" role="search">
      <vscode-text-field placeholder=${this.label} @input=${this.#typed}>
        <span slot="start" class="codicon codicon-search" aria-hidden="true"></span>
      </vscode-text-field>
      ${this.filters.map((filter) => this.#dropdown(filter))}
    </div>`;
  }

  /** The controls take a value only once their options are in the document. */
  protected override updated(): void {
    const field = this.querySelector('vscode-text-field');
    // The control names itself after the text inside it when it is attached.
    field?.setAttribute('aria-label', this.label);
    if (field && !field.matches(':focus-within')) setControlValue(field, this.view[this.textKey] ?? '');
    for (const dropdown of this.querySelectorAll('vscode-dropdown')) {
      const filter = this.filters.find(({ key }) => key === dropdown.id);
      if (filter) setControlValue(dropdown, this.#value(filter));
    }
  }

  #value(filter: Filter): string {
    return this.view[filter.key] ?? filter.initial ?? '';
  }

  #dropdown(filter: Filter): TemplateResult {
    return html`<vscode-dropdown
      id=${filter.key}
      aria-label=${filter.label}
      @change=${(event: Event) => this.#send(filter.key, controlValue(event))}
    >
      ${filter.choices.map(({ value, label }) => html`<vscode-option value=${value}>${label}</vscode-option>`)}
    </vscode-dropdown>`;
  }

  /** At once: the list asks one question at a time, however fast the typing. */
  readonly #typed = (event: Event): void => this.#send(this.textKey, controlValue(event));

  #send(key: string, value: string): void {
    if ((this.view[key] ?? '') === value) return;
    this.dispatchEvent(new CustomEvent<ViewValues>('filter', { detail: { [key]: value } }));
  }
}
