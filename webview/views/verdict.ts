import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { LinkJudgement } from '#protocol/webview.ts';
import { controlValue } from '../components/controls.ts';
import { icon } from '../components/templates.ts';
import { type Context, PageElement } from '../context.ts';
import type { Link } from '../data/flow.ts';

type Verdict = LinkJudgement['verdict'];

const WORDS: Readonly<Record<Verdict, { button: string; list: string; reason: string; effect: string }>> = {
  right: {
    button: 'This link is right',
    list: 'confirmations',
    reason: 'How you know',
    effect: 'The next scan takes it as certain.',
  },
  wrong: {
    button: 'This link is wrong',
    list: 'suppressions',
    reason: 'Why it is wrong',
    effect: 'The next scan leaves it out.',
  },
};

/** What the reader says of a link. Nothing is written before the button below the reason is pressed. */
export class VerdictView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    link: { attribute: false },
    verdict: { state: true },
    reason: { state: true },
    message: { state: true },
  };
  declare context: Context;
  declare link: Link;
  declare verdict: Verdict | null;
  declare reason: string;
  declare message: string;

  constructor() {
    super();
    this.verdict = null;
    this.reason = '';
    this.message = '';
  }

  protected override render(): TemplateResult {
    return html`<div class="verdict">
      <span class="verdict-buttons">${this.#choice('right', 'thumbsup')} ${this.#choice('wrong', 'thumbsdown')}</span>
      ${this.verdict === null ? nothing : this.#form(this.verdict)}
      <p class="verdict-message" role="status">${this.message}</p>
    </div>`;
  }

  #choice(verdict: Verdict, name: string): TemplateResult {
    return html`<button
      class="mode"
      type="button"
      aria-expanded=${this.verdict === verdict}
      @click=${() => this.#choose(verdict)}
    >
      ${icon(name)} ${WORDS[verdict].button}
    </button>`;
  }

  #choose(verdict: Verdict): void {
    this.verdict = this.verdict === verdict ? null : verdict;
    this.message = '';
    void this.updateComplete.then(() => {
      const field = this.querySelector<HTMLElement>('vscode-text-field');
      field?.setAttribute('aria-label', WORDS[verdict].reason);
      field?.focus();
    });
  }

  #form(verdict: Verdict): TemplateResult {
    const { list, reason, effect } = WORDS[verdict];
    const root = this.link.from.root;
    return html`<div class="verdict-form">
      <vscode-text-field
        placeholder="${reason}, for whoever reads it later"
        maxlength="500"
        .value=${this.reason}
        @input=${(event: Event) => (this.reason = controlValue(event))}
      ></vscode-text-field>
      <p class="muted">
        This goes under <code>${list}</code> in <code>${root}/pinata.json</code>, which can be shared with the team.
        ${effect}
      </p>
      ${this.context.host.workspace ? this.#write(verdict) : this.#copy(verdict)}
    </div>`;
  }

  #write(verdict: Verdict): TemplateResult {
    return html`<vscode-button ?disabled=${this.reason.trim() === ''} @click=${() => void this.#judge(verdict)}
      >Write it to pinata.json</vscode-button
    >`;
  }

  /** A browser page cannot write into the folder: it shows what belongs there. */
  #copy(verdict: Verdict): TemplateResult {
    const text = this.#entry(verdict);
    return html`<pre
        class="verdict-entry"
        tabindex="0"
        aria-label="What to write to pinata.json"
      ><code>${text}</code></pre>
      <p class="muted">This page cannot write into the folder. Add these lines to the file yourself.</p>
      <vscode-button appearance="secondary" @click=${() => void this.#toClipboard(text)}>Copy</vscode-button>`;
  }

  #entry(verdict: Verdict): string {
    const { source, target } = this.link.edge;
    const entry = { source, target, reason: this.reason.trim() || '…' };
    return JSON.stringify({ [WORDS[verdict].list]: [entry] }, null, 2);
  }

  async #toClipboard(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.message = 'Copied.';
    } catch {
      // Refused by the browser or without a secure context: the text can still be selected.
      this.message = 'The browser did not allow copying. Select the text instead.';
    }
  }

  async #judge(verdict: Verdict): Promise<void> {
    const { source, target } = this.link.edge;
    const judgement = { verdict, root: this.link.from.root, source, target, reason: this.reason.trim() };
    try {
      const answer = await this.context.host.workspace?.judge(judgement);
      if (answer?.done !== true) {
        this.message = 'Nothing was written.';
        return;
      }
      this.message = `Written to ${answer.file ?? 'pinata.json'}. ${WORDS[verdict].effect}`;
      this.verdict = null;
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    }
  }
}
