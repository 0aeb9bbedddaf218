import { html, nothing, type TemplateResult } from 'lit';
import type { FileRow } from '#protocol/http.ts';
import { count, counted } from '../components/format.ts';
import type { Filter } from '../components/filterBar.ts';
import { empty, failed, icon, loading } from '../components/templates.ts';
import { ResultView } from './resultView.ts';
import { PagedList } from '../data/pagedList.ts';
import { isFileRow } from '../data/wire.ts';

const NOT_READ = 'failed,skipped';
const ICONS: Readonly<Record<FileRow['status'], string>> = {
  scanned: 'pass',
  skipped: 'debug-step-over',
  failed: 'error',
};

/** Every file found and what became of it. */
export class FilesView extends ResultView {
  readonly #list = new PagedList<FileRow>(this, isFileRow);

  protected override willUpdate(): void {
    this.#list.show(this.context.host, this.listPath('files'), {
      q: this.view['files.text'] ?? '',
      kind: this.view['files.status'] ?? NOT_READ,
    });
  }

  protected override render(): TemplateResult {
    return html`<div class="table-view">
      ${this.filterBar('Search path or reason', 'files.text', this.#filters())} ${this.#rows()}
    </div>`;
  }

  #filters(): Filter[] {
    const files = this.overview?.files;
    const choices = [
      { value: NOT_READ, label: withCount('Not read', files ? files.failed + files.skipped : undefined) },
      { value: 'failed', label: withCount('Failed', files?.failed) },
      { value: 'skipped', label: withCount('Skipped', files?.skipped) },
      { value: 'scanned', label: withCount('Read', files?.scanned) },
    ];
    return [{ key: 'files.status', label: 'Which files', choices, initial: NOT_READ }];
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.loaded) return loading('files');
    if (list.items.length === 0) return this.#none();
    return html`<p class="list-count">${counted(list.total, 'file')}</p>
      <pinata-virtual-list
        class="fill"
        .label=${'Files'}
        .items=${list.items}
        .row=${fileRow}
        @end-reached=${() => void list.more()}
      ></pinata-virtual-list>`;
  }

  #none(): TemplateResult {
    if (this.isFiltered(['files.text'])) return this.noMatch('file', ['files.text']);
    const files = this.overview?.files;
    const allRead = files !== undefined && files.scanned === files.found;
    const hints = files === undefined ? [] : [`${counted(files.found, 'file')} found, ${count(files.scanned)} read.`];
    return empty(allRead ? 'Every file was read' : 'No such files', hints);
  }
}

function withCount(word: string, number: number | undefined): string {
  return number === undefined ? word : `${word} (${count(number)})`;
}

function fileRow(row: FileRow, index: number): TemplateResult {
  return html`<div class="list-row file-row file-${row.status}" role="listitem" data-row=${index}>
    ${icon(ICONS[row.status])}<span class="visually-hidden">${row.status}</span>
    <span class="row-title code" title=${row.path}><bdi>${row.path}</bdi></span>
    ${row.reason ? html`<span class="row-note">${row.reason}</span>` : nothing}
  </div>`;
}
