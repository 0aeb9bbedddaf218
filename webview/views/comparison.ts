import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ComparedSection, ComparisonItem, Difference, ScanComparison } from '#protocol/compare.ts';
import { count, counted } from '../components/format.ts';
import { empty, failed, icon, loading, place } from '../components/templates.ts';
import { type Context, PageElement, type ViewValues } from '../context.ts';
import { ASPECTS, CHANGES, isComparison, isComparisonItem, SECTIONS } from '../data/compareWire.ts';
import { PagedList, Resource } from '../data/reading.ts';

/** What differs between two scans: counts by section, and each thing that appeared, is gone or changed. */
export class ComparisonView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    view: { attribute: false },
    older: { attribute: false },
    newer: { attribute: false },
  };
  declare context: Context;
  declare view: ViewValues;
  declare older: string;
  declare newer: string;
  readonly #totals = new Resource<ScanComparison>(this, isComparison);
  readonly #items = new PagedList<ComparisonItem>(this, isComparisonItem);

  protected override willUpdate(): void {
    const path = `/scans/${encodeURIComponent(this.older)}/compare/${encodeURIComponent(this.newer)}`;
    this.#totals.show(this.context.host, `${path}?limit=1`);
    this.#items.show(this.context.host, path, { section: this.#section() });
  }

  #section(): ComparedSection {
    const known = Object.keys(SECTIONS).filter((each): each is ComparedSection => each in SECTIONS);
    return known.find((each) => each === this.view['compare.section']) ?? 'workflows';
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#totals;
    if (error !== null) return failed(error, () => this.#totals.retry());
    if (!value) return loading('what changed');
    return html`<div class="comparison">
      <div class="compare-sections" role="toolbar" aria-label="What is compared">
        ${Object.entries(SECTIONS).map(([key, label]) => this.#sectionButton(key, label, value))}
      </div>
      ${this.#list()}
    </div>`;
  }

  #sectionButton(key: string, label: string, { totals }: ScanComparison): TemplateResult {
    const counts = Object.entries(totals).find(([each]) => each === key)?.[1];
    const words = counts
      ? [`${counts.added} appeared`, `${counts.removed} gone`, `${counts.changed} changed`].join(', ')
      : '';
    return html`<button
      class="mode compare-section"
      type="button"
      aria-pressed=${this.#section() === key}
      aria-label="${label}: ${words}"
      @click=${() => this.context.setView({ 'compare.section': key })}
    >
      <span>${label}</span>
      ${
        counts
          ? html`<span class="compare-counts"
              ><span class="added">+${count(counts.added)}</span> <span class="removed">−${count(counts.removed)}</span>
              <span class="changed">~${count(counts.changed)}</span></span
            >`
          : nothing
      }
    </button>`;
  }

  #list(): TemplateResult {
    const list = this.#items;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('what changed');
    if (list.items.length === 0)
      return empty('No difference', [`${SECTIONS[this.#section()]} are the same in both scans.`]);
    return html`<p class="list-count" role="status">${counted(list.total, 'difference')}</p>
      <ul class="plain differences">
        ${list.items.map((item) => html`<li>${this.#item(item)}</li>`)}
      </ul>
      ${
        list.hasMore
          ? html`<p class="more">
              <vscode-button appearance="secondary" @click=${() => list.more()}>Show more</vscode-button>
            </p>`
          : nothing
      }`;
  }

  #item(item: ComparisonItem): TemplateResult {
    const { label, icon: name } = CHANGES[item.change];
    const { root, file, line } = item;
    return html`<div class="difference change-${item.change}">
      <span class="change-icon" title=${label}>${icon(name)}<span class="visually-hidden">${label}</span></span>
      <span class="difference-name">${item.name}</span>
      ${
        root !== undefined && file !== undefined && line !== undefined
          ? html`<button
              class="link proof-end"
              type="button"
              @click=${() => this.context.open({ root, file, line, column: 1 })}
            >
              ${place({ root, file, start_line: line })}
            </button>`
          : nothing
      }
      ${item.differences.map((difference) => aspect(difference))}
    </div>`;
  }
}

function aspect(difference: Difference): TemplateResult {
  const { added, removed, added_total, removed_total } = difference;
  const rest = added_total - added.length + removed_total - removed.length;
  return html`<span class="difference-aspect"
    >${ASPECTS[difference.aspect]}
    ${added.map((each) => html`<span class="added">+ ${each}</span> `)}${removed.map(
      (each) => html`<span class="removed">− ${each}</span> `,
    )}${rest > 0 ? `and ${count(rest)} more` : ''}</span
  >`;
}
