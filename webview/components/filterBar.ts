import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { PageElement } from '../context.ts';
import { controlValue } from './controls.ts';

/** One choice of a filter; an empty value means everything. */
export interface Choice {
  value: string;
  label: string;
}

const TYPING_PAUSE_MS = 120;

/** A search field and one drop-down over a list. Fires `search` and `choose` with the new value as detail. */
export class FilterBar extends PageElement {
  static override properties: PropertyDeclarations = {
    label: { attribute: false },
    text: { attribute: false },
    choices: { attribute: false },
    choice: { attribute: false },
    choiceLabel: { attribute: false },
  };
  /** What the search field searches: its accessible name and placeholder. */
  declare label: string;
  declare text: string;
  declare choices: readonly Choice[];
  declare choice: string;
  declare choiceLabel: string;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.choices = [];
    this.choice = '';
    this.choiceLabel = '';
    this.text = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  protected override render(): TemplateResult {
    return html`<div class="filter-bar" role="search">
      <vscode-text-field
        class="filter-text"
        aria-label=${this.label}
        placeholder=${this.label}
        .value=${this.text}
        @input=${this.#typed}
      >
        <span slot="start" class="codicon codicon-search" aria-hidden="true"></span>
      </vscode-text-field>
      ${this.choices.length > 0 ? this.#dropdown() : ''}
    </div>`;
  }

  #dropdown(): TemplateResult {
    return html`<vscode-dropdown
      class="filter-choice"
      aria-label=${this.choiceLabel}
      @change=${(event: Event) => this.#send('choose', controlValue(event))}
    >
      ${this.choices.map(
        (each) =>
          html`<vscode-option value=${each.value} ?selected=${each.value === this.choice}
            >${each.label}</vscode-option
          >`,
      )}
    </vscode-dropdown>`;
  }

  readonly #typed = (event: Event): void => {
    const text = controlValue(event);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#send('search', text), TYPING_PAUSE_MS);
  };

  #send(name: 'search' | 'choose', value: string): void {
    this.dispatchEvent(new CustomEvent<string>(name, { detail: value }));
  }
}
