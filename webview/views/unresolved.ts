import { html, type TemplateResult } from 'lit';
import type { UnresolvedRow } from '#protocol/http.ts';
import { count } from '../components/format.ts';
import type { Filter } from '../components/filterBar.ts';
import { empty, kindIcon, place } from '../components/templates.ts';
import { nodeTitle, reasonLabel } from '../components/vocabulary.ts';
import { type Context, locationOf } from '../context.ts';
import { ResultView } from './resultView.ts';
import { PagedList } from '../data/reading.ts';
import { isUnresolvedRow } from '../data/wire.ts';

/** One operation that could not be linked, and why. */
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

/** Every operation that could not be linked, with its reason: what the result does not know. */
export class UnresolvedView extends ResultView {
  readonly #list = new PagedList<UnresolvedRow>(this, isUnresolvedRow);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('unresolved'), {
      q: this.view['unresolved.text'] ?? '',
      kind: this.view['unresolved.reason'] ?? '',
    });
  }

  protected override render(): TemplateResult {
    const pane = this.listPane({
      list: this.#list,
      label: 'Not linked',
      one: 'operation not linked',
      many: 'operations not linked',
      search: 'Search name, target or file',
      textKey: 'unresolved.text',
      filters: this.#filters(),
      row: (row, index) => unresolvedRow(this.context, row, index),
      none: () => empty('Everything is linked', ['Each operation found is linked to what it reaches.']),
    });
    return html`<div class="table-view">${pane}</div>`;
  }

  #filters(): Filter[] {
    const reasons = Object.entries(this.overview?.unresolved_by_reason ?? {});
    const choices = reasons.map(([value, number]) => ({ value, label: `${reasonLabel(value)} (${count(number)})` }));
    return [{ key: 'unresolved.reason', label: 'Reason', choices: [{ value: '', label: 'Any reason' }, ...choices] }];
  }
}
