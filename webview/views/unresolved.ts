import { html, type TemplateResult } from 'lit';
import type { UnresolvedRow } from '#protocol/http.ts';
import { count } from '../components/format.ts';
import { empty, failed, kindIcon, loading, place } from '../components/templates.ts';
import { reasonLabel } from '../components/vocabulary.ts';
import { type Context, locationOf, ResultView } from '../context.ts';
import { PagedList } from '../data/pagedList.ts';
import { isUnresolvedRow } from '../data/wire.ts';

/** One operation that could not be joined, and why. */
export function unresolvedRow(context: Context, row: UnresolvedRow, index: number): TemplateResult {
  const node = row.node_detail;
  return html`<div class="list-row" role="listitem">
    <button class="row-button wide-row" type="button" data-row=${index} @click=${() => context.open(locationOf(node))}>
      ${kindIcon(node.kind)}
      <span class="row-title">${node.method ?? ''} ${node.target ?? node.name}</span>
      ${place(node)}
      <span class="row-note"><span class="reason">${reasonLabel(row.reason)}</span> ${row.detail}</span>
    </button>
  </div>`;
}

/** Every operation that could not be joined, with its reason: what the result does not know. */
export class UnresolvedView extends ResultView {
  readonly #list = new PagedList<UnresolvedRow>(this, isUnresolvedRow);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('unresolved'), {
      q: this.view['unresolved.text'] ?? '',
      kind: this.view['unresolved.reason'] ?? '',
    });
  }

  protected override render(): TemplateResult {
    return html`<div class="table-view">
      <pinata-filter-bar
        .label=${'Search name, target or file'}
        .text=${this.view['unresolved.text'] ?? ''}
        .choices=${this.#choices()}
        .choice=${this.view['unresolved.reason'] ?? ''}
        .choiceLabel=${'Reason'}
        @search=${(event: CustomEvent<string>) => this.context.setView({ 'unresolved.text': event.detail })}
        @choose=${(event: CustomEvent<string>) => this.context.setView({ 'unresolved.reason': event.detail })}
      ></pinata-filter-bar>
      ${this.#rows()}
    </div>`;
  }

  #choices() {
    const reasons = Object.entries(this.overview?.unresolved_by_reason ?? {});
    return [
      { value: '', label: 'Any reason' },
      ...reasons.map(([value, number]) => ({ value, label: `${reasonLabel(value)} (${count(number)})` })),
    ];
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('what could not be joined');
    if (list.items.length === 0) {
      const filtered = (this.view['unresolved.text'] ?? '') !== '' || (this.view['unresolved.reason'] ?? '') !== '';
      return filtered
        ? empty('Nothing matches', ['Change the search text or the reason.'])
        : empty('Everything is joined', ['Each operation found is linked to what it reaches.']);
    }
    return html`<p class="list-count">${count(list.total)} not joined</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Not joined'}
        .items=${list.items}
        .row=${(row: UnresolvedRow, index: number) => unresolvedRow(this.context, row, index)}
        @end-reached=${() => void list.more()}
      ></pinata-virtual-list>`;
  }
}
