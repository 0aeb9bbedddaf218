import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import * as vscode from 'vscode';
import type { PanelAction, ToHost, ToPanel } from '#protocol/webview.ts';
import { explain, type Log } from '../log.ts';
import type { StateStore } from '../scan/state.ts';
import type { CodePlace } from './openCode.ts';
import { isApiPath } from './panelRequests.ts';
import { PANEL_TYPE } from './panelType.ts';
import { panelStateOf } from './projections.ts';

/** At most ten states a second reach the panel. */
const MIN_INTERVAL_MS = 100;

const ACTIONS: PanelAction[] = ['retry', 'scan', 'cancel', 'show_log', 'restart_server', 'open_folder'];

/** What the panel may say; everything else is dropped. */
const Message = Type.Union([
  Type.Object({ type: Type.Literal('ready') }),
  Type.Object({ type: Type.Literal('action'), action: Type.Enum(ACTIONS) }),
  Type.Object({
    type: Type.Literal('open'),
    root: Type.String(),
    file: Type.String(),
    line: Type.Integer({ minimum: 1 }),
    column: Type.Integer({ minimum: 1 }),
  }),
  Type.Object({ type: Type.Literal('request'), id: Type.Integer(), path: Type.String() }),
]);

export interface PanelNeeds {
  extensionUri: vscode.Uri;
  store: StateStore;
  log: Log;
  /** Makes sure that a server is there or on its way; failures show in the state. */
  wake(): void;
  get(path: string): Promise<unknown>;
  act(action: PanelAction): void;
  open(place: CodePlace): void;
}

/** The one results panel: a projection of the state, and a relay of GET requests below the API prefix. */
export class ResultsPanel {
  readonly #needs: PanelNeeds;
  #panel: vscode.WebviewPanel | null = null;

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

  /** Takes over a panel that is new or that VS Code restored. */
  adopt(panel: vscode.WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    const media = vscode.Uri.joinPath(this.#needs.extensionUri, 'dist', 'webview');
    panel.iconPath = vscode.Uri.joinPath(this.#needs.extensionUri, 'extension', 'media', 'panel.svg');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    const push = throttle(() => this.#post({ type: 'state', state: panelStateOf(this.#needs.store.state) }));
    const subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message, push.now)),
      panel.onDidChangeViewState(() => panel.visible && push.now()),
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
    if (!Value.Check(Message, message)) {
      this.#needs.log.warn('The panel sent a message that is not part of the protocol; it was ignored');
      return;
    }
    const known: ToHost = message;
    if (known.type === 'ready') pushState();
    else if (known.type === 'action') this.#needs.act(known.action);
    else if (known.type === 'open') this.#needs.open(known);
    else void this.#answer(known.id, known.path);
  }

  async #answer(id: number, path: string): Promise<void> {
    try {
      if (!isApiPath(path)) throw new Error('The panel may only read below the API of the server');
      this.#post({ type: 'response', id, ok: true, body: await this.#needs.get(path) });
    } catch (error) {
      this.#needs.log.warn(`The panel's request ${path}: ${explain(error)}`);
      this.#post({ type: 'response', id, ok: false, message: explain(error) });
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
