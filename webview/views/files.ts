import { html, nothing, type TemplateResult } from 'lit';
import type { FileRow } from '#protocol/http.ts';
import { count, counted } from '../components/format.ts';
import type { Filter } from '../components/filterBar.ts';
import { empty, icon } from '../components/templates.ts';
import { ResultView } from './resultView.ts';
import { PagedList } from '../data/reading.ts';
import { isFileRow } from '../data/wire.ts';

const NOT_READ = 'failed,skipped';
const STATES: Readonly<Record<FileRow['status'], { icon: string; label: string }>> = {
  scanned: { icon: 'pass', label: 'Read' },
  skipped: { icon: 'debug-step-over', label: 'Skipped' },
  failed: { icon: 'error', label: 'Failed' },
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
    const pane = this.listPane({
      list: this.#list,
      label: 'Files',
      one: 'file',
      many: 'files',
      search: 'Search path or reason',
      textKey: 'files.text',
      filters: this.#filters(),
      row: fileRow,
      none: () => this.#none(),
    });
    return html`<div class="table-view">${pane}</div>`;
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

  #none(): TemplateResult {
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
  const { icon: name, label } = STATES[row.status];
  return html`<div class="list-row file-row file-${row.status}" role="listitem" data-row=${index}>
    ${icon(name)}<span class="visually-hidden">${label}</span>
    <span class="row-title code" title=${row.path}><bdi>${row.path}</bdi></span>
    ${row.reason ? html`<span class="row-note">${row.reason}</span>` : nothing}
  </div>`;
}
