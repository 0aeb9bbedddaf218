import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Repository, RepositoryList } from '#protocol/http.ts';
import type { PanelState } from '#protocol/webview.ts';
import { counted, moment } from '../components/format.ts';
import { empty, failed, icon, loading } from '../components/templates.ts';
import { SCAN_STATES } from '../components/vocabulary.ts';
import { type Context, PageElement } from '../context.ts';
import { Resource } from '../data/reading.ts';
import { isRepositoryList } from '../data/wire.ts';

/** The folders the server may scan: pick one, start, watch and cancel. Only in the browser page. */
export class RepositoriesView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    state: { attribute: false },
    refusal: { state: true },
  };
  declare context: Context;
  declare state: PanelState;
  /** Why the last start was refused. */
  declare refusal: string | null;
  readonly #list = new Resource<RepositoryList>(this, isRepositoryList);
  #listedFor = '';

  constructor() {
    super();
    this.refusal = null;
  }

  protected override willUpdate(): void {
    this.#list.show(this.context.host, '/repositories?source=local');
    const shown = `${this.state.scan_id} ${this.state.results_scan_id}`;
    if (this.#listedFor !== '' && this.#listedFor !== shown) this.#list.retry();
    this.#listedFor = shown;
  }

  protected override render(): TemplateResult {
    const list = this.#list;
    if (list.error !== null) return failed(list.error, () => list.retry());
    if (!list.value) return loading('repositories');
    if (list.value.repositories.length === 0) {
      return empty('No repositories', ['Start the server with the folder that holds them: npm start -- <folder>.']);
    }
    return html`<div class="repositories">
      ${this.refusal === null ? nothing : html`<p class="problem" role="alert">${icon('error')} ${this.refusal}</p>`}
      <p class="list-count">${counted(list.value.repositories.length, 'folder')} this server may scan</p>
      <ul class="plain">
        ${list.value.repositories.map((repository) => this.#row(repository))}
      </ul>
    </div>`;
  }

  #row(repository: Repository): TemplateResult {
    const watched = this.state.folders.some((folder) => folder.path === repository.path);
    const { status } = this.state;
    const running = watched && status !== null && isRunning(status.status);
    return html`<li class="repository" ?data-current=${watched}>
      <span class="kind">${icon(repository.is_git ? 'repo' : 'folder')}</span>
      <span class="row-title">${repository.name}</span>
      <span class="repository-actions">${running ? this.#cancel() : this.#actions(repository)}</span>
      <span class="row-note code" title=${repository.path}>${repository.path}</span>
      <span class="row-note">${running ? SCAN_STATES[status.status] : lastScan(repository)}</span>
    </li>`;
  }

  #actions(repository: Repository): TemplateResult {
    const last = repository.last_scan;
    return html`${
        last === null
          ? nothing
          : html`<vscode-button
              appearance="secondary"
              aria-label="Show the last scan of ${repository.name}"
              @click=${() => this.#show(last.scan_id)}
              >Show</vscode-button
            >`
      }<vscode-button
        appearance="secondary"
        aria-label="Scan ${repository.name}"
        @click=${() => void this.#start(repository.path)}
        >Scan</vscode-button
      >`;
  }

  #cancel(): TemplateResult {
    return html`<vscode-button appearance="secondary" @click=${() => this.context.host.act('cancel')}
      >Cancel scan</vscode-button
    >`;
  }

  #show(scanId: string): void {
    this.context.host.showScan(scanId);
    this.context.setView({ tab: 'workflows' });
  }

  async #start(path: string): Promise<void> {
    this.refusal = null;
    try {
      await this.context.host.page?.startScan(path);
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
    }
  }
}

function isRunning(state: string): boolean {
  return state === 'queued' || state === 'discovering' || state === 'scanning' || state === 'linking';
}

function lastScan({ last_scan: last }: Repository): string {
  if (!last) return 'never scanned';
  const when = moment(last.finished_at ?? last.started_at);
  return `${SCAN_STATES[last.status]} ${when} · ${counted(last.files_scanned, 'file')} · ${counted(last.workflows_found, 'workflow')}`;
}
