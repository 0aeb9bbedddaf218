import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Done, LinkJudgement, PanelAction, PanelFile, ToHost, ToPanel } from '#protocol/webview.ts';
import { explain, type Log } from '../log.ts';
import type { StateStore } from '../scan/state.ts';
import type { CodePlace } from './openCode.ts';
import { parsePanelMessage } from './panelMessage.ts';
import { isApiPath } from './panelRequests.ts';
import { PANEL_TYPE } from './panelType.ts';
import { panelStateOf } from './projections.ts';

/** At most ten states a second reach the panel. */
const MIN_INTERVAL_MS = 100;

export interface PanelNeeds {
  extensionUri: vscode.Uri;
  store: StateStore;
  log: Log;
  /** Makes sure that a server is there or on its way; failures show in the state. */
  wake(): void;
  get(path: string): Promise<unknown>;
  act(action: PanelAction): void;
  open(place: CodePlace): void;
  showScan(scanId: string): void;
  deleteScan(scanId: string): Promise<void>;
  judge(judgement: LinkJudgement): Promise<Done>;
  save(file: PanelFile): Promise<Done>;
  exportScan(scanId: string, format: string): Promise<Done>;
}

/** Messages that are answered. */
type Question = Extract<ToHost, { id: number }>;

/** The one results panel: a projection of the state, and a relay of GET requests below the API prefix. */
export class ResultsPanel {
  readonly #needs: PanelNeeds;
  #panel: vscode.WebviewPanel | null = null;
  /** The panel has loaded and hears messages. */
  #ready = false;
  /** What is to be shown once the panel has loaded. */
  #wantedView: Record<string, string> | null = null;

  constructor(needs: PanelNeeds) {
    this.#needs = needs;
  }

  show(preserveFocus = false): void {
    if (this.#panel) {
      this.#panel.reveal(undefined, preserveFocus);
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
    this.adopt(vscode.window.createWebviewPanel(PANEL_TYPE, 'Pinata', column));
  }

  /** Brings a view into sight, as the panel's own view values. */
  navigate(view: Record<string, string>): void {
    this.show();
    if (this.#ready) this.#post({ type: 'navigate', view });
    else this.#wantedView = view;
  }

  /** Takes over a panel that is new or that VS Code restored. */
  adopt(panel: vscode.WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    this.#ready = false;
    const media = vscode.Uri.joinPath(this.#needs.extensionUri, 'dist', 'webview');
    panel.iconPath = vscode.Uri.joinPath(this.#needs.extensionUri, 'extension', 'media', 'panel.svg');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    const push = throttle(() => this.#post({ type: 'state', state: panelStateOf(this.#needs.store.state) }));
    const subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message, push.now)),
      panel.onDidChangeViewState(() => {
        // A hidden panel is unloaded; shown again it says that it is ready.
        if (panel.visible) push.now();
        else this.#ready = false;
      }),
      this.#needs.store.onChange(() => panel.visible && push.soon()),
      push,
    ];
    panel.onDidDispose(() => {
      for (const subscription of subscriptions) subscription.dispose();
      if (this.#panel === panel) this.#panel = null;
    });
    panel.webview.html = panelHtml(panel.webview, media);
    this.#needs.wake();
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #post(message: ToPanel): void {
    void this.#panel?.webview.postMessage(message);
  }

  #receive(message: unknown, pushState: () => void): void {
    const known = parsePanelMessage(message);
    if (known === null) {
      this.#needs.log.warn('The panel sent a message that is not part of the protocol; it was ignored');
    } else if ('id' in known) {
      void this.#answer(known);
    } else if (known.type === 'ready') {
      this.#becomeReady(pushState);
    } else if (known.type === 'action') {
      this.#needs.act(known.action);
    } else if (known.type === 'open') {
      this.#needs.open(known);
    } else {
      this.#needs.showScan(known.scan_id);
    }
  }

  #becomeReady(pushState: () => void): void {
    this.#ready = true;
    pushState();
    if (this.#wantedView) this.#post({ type: 'navigate', view: this.#wantedView });
    this.#wantedView = null;
  }

  async #answer(question: Question): Promise<void> {
    const { id } = question;
    try {
      this.#post({ type: 'response', id, ok: true, body: await this.#ask(question) });
    } catch (error) {
      this.#needs.log.warn(`The panel's ${question.type}: ${explain(error)}`);
      this.#post({ type: 'response', id, ok: false, message: explain(error) });
    }
  }

  async #ask(question: Question): Promise<unknown> {
    switch (question.type) {
      case 'request':
        if (!isApiPath(question.path)) throw new Error('The panel may only read below the API of the server');
        return this.#needs.get(question.path);
      case 'delete_scan':
        await this.#needs.deleteScan(question.scan_id);
        return null;
      case 'judge':
        return this.#needs.judge(question);
      case 'save':
        return this.#needs.save(question);
      case 'export':
        return this.#needs.exportScan(question.scan_id, question.format);
    }
  }
}

/** Runs an action at once and again at the end of the interval when it was asked for meanwhile. */
function throttle(action: () => void) {
  let timer: NodeJS.Timeout | null = null;
  let last = 0;
  const now = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    last = Date.now();
    action();
  };
  const soon = (): void => {
    timer ??= setTimeout(now, Math.max(0, last + MIN_INTERVAL_MS - Date.now()));
  };
  return { now, soon, dispose: () => timer && clearTimeout(timer) };
}

/** Scripts only with the nonce; styles only from the extension's own files. */
function panelHtml(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${uri('codicon.css')}">
    <link rel="stylesheet" href="${uri('panel.css')}">
    <title>Pinata</title>
    <script defer nonce="${nonce}" src="${uri('panel.js')}"></script>
  </head>
  <body></body>
</html>`;
}
