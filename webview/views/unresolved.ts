import { html, type TemplateResult } from 'lit';
import type { UnresolvedRow } from '#protocol/http.ts';
import { count } from '../components/format.ts';
import type { Filter } from '../components/filterBar.ts';
import { empty, failed, kindIcon, loading, place } from '../components/templates.ts';
import { nodeTitle, reasonLabel } from '../components/vocabulary.ts';
import { type Context, locationOf } from '../context.ts';
import { ResultView } from './resultView.ts';
import { PagedList } from '../data/pagedList.ts';
import { isUnresolvedRow } from '../data/wire.ts';

/** One operation that could not be joined, and why. */
export function unresolvedRow(context: Context, row: UnresolvedRow, index: number): TemplateResult {
  const node = row.node_detail;
  return html`<div class="list-row" role="listitem">
    <button class="row-button wide-row" type="button" data-row=${index} @click=${() => context.open(locationOf(node))}>
      ${kindIcon(node.kind)}
      <span class="row-title">${nodeTitle(node)}</span>
      ${place(node)}
      <span class="row-note"><span class="reason">${reasonLabel(row.reason)}:</span> ${row.detail}</span>
    </button>
  </div>`;
}

const FILTER_KEYS = ['unresolved.text', 'unresolved.reason'];

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
      ${this.filterBar('Search name, target or file', 'unresolved.text', this.#filters())} ${this.#rows()}
    </div>`;
  }

  #filters(): Filter[] {
    const reasons = Object.entries(this.overview?.unresolved_by_reason ?? {});
    const choices = reasons.map(([value, number]) => ({ value, label: `${reasonLabel(value)} (${count(number)})` }));
    return [{ key: 'unresolved.reason', label: 'Reason', choices: [{ value: '', label: 'Any reason' }, ...choices] }];
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('what could not be joined');
    if (list.items.length === 0) {
      return this.isFiltered(FILTER_KEYS)
        ? this.noMatch('entry', FILTER_KEYS)
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
