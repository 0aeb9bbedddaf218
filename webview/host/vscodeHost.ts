import type {
  Done,
  LinkJudgement,
  PanelAction,
  PanelChanges,
  PanelFile,
  PanelState,
  ToHost,
  ToPanel,
} from '#protocol/webview.ts';
import { type Guard, isFlag, isNumber, isText, listOf, nullable, oneOf, recordOf, shape } from '../data/guards.ts';
import { isScanStatus } from '../data/wire.ts';
import type { CodeLocation, Host, HostListener, WorkspaceControl } from './host.ts';

interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  /** Given by VS Code to a webview; may be called once. */
  var acquireVsCodeApi: (() => VsCodeApi) | undefined;
}

const ACTIONS: Record<PanelAction, true> = {
  retry: true,
  scan: true,
  cancel: true,
  show_log: true,
  restart_server: true,
  open_folder: true,
};
const CONNECTIONS: Record<PanelState['connection'], true> = {
  connecting: true,
  connected: true,
  reconnecting: true,
  disconnected: true,
};

const isPanelState: Guard<PanelState> = shape<PanelState>(
  {
    connection: oneOf(CONNECTIONS),
    scan_id: nullable(isText),
    status: nullable(isScanStatus),
    results_scan_id: nullable(isText),
    folders: listOf(shape<PanelState['folders'][number]>({ name: isText, path: isText }, {})),
    problem: nullable(
      shape<NonNullable<PanelState['problem']>>({ message: isText, actions: listOf(oneOf(ACTIONS)) }, {}),
    ),
  },
  {
    changes: shape<PanelChanges>(
      { previous_scan_id: isText, added: isNumber, removed: isNumber, changed: isNumber },
      {},
    ),
    changed_files: isNumber,
  },
);

type StateMessage = Extract<ToPanel, { type: 'state' }>;
type NavigateMessage = Extract<ToPanel, { type: 'navigate' }>;
type Answer = Extract<ToPanel, { ok: true }>;
type Refusal = Extract<ToPanel, { ok: false }>;

const isStateMessage = shape<StateMessage>({ type: oneOf({ state: true }), state: isPanelState }, {});
const isAnything: Guard<unknown> = (value): value is unknown => value !== undefined;
const isTrue: Guard<true> = (value): value is true => value === true;
const isFalse: Guard<false> = (value): value is false => value === false;
const isAnswer = shape<Answer>({ type: oneOf({ response: true }), id: isNumber, ok: isTrue, body: isAnything }, {});
const isRefusal = shape<Refusal>({ type: oneOf({ response: true }), id: isNumber, ok: isFalse, message: isText }, {});
const isView = recordOf(isText);
const isNavigateMessage = shape<NavigateMessage>({ type: oneOf({ navigate: true }), view: isView }, {});
const isDone = shape<Done>({ done: isFlag }, { file: isText });

/** A request the extension host never answered would leave a view loading for ever. */
const ANSWER_TIMEOUT_MS = 30_000;
/** A dialog waits for the user as long as the user likes. */
const DIALOG_TIMEOUT_MS = 60 * 60_000;

/** A message that is answered, without its id. */
type Question = Extract<ToHost, { id: number }> extends infer M ? (M extends unknown ? Omit<M, 'id'> : never) : never;

interface Waiting {
  resolve(body: unknown): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** The panel inside VS Code: everything goes through messages to the extension host. */
export class VsCodeHost implements Host {
  readonly #api: VsCodeApi;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #listener: HostListener | null = null;
  readonly workspace: WorkspaceControl = {
    judge: (judgement: LinkJudgement) => this.#dialog({ type: 'judge', ...judgement }),
    exportScan: (scanId, format) => this.#dialog({ type: 'export', scan_id: scanId, format }),
  };

  constructor(api: VsCodeApi) {
    this.#api = api;
  }

  connect(listener: HostListener): void {
    this.#listener = listener;
    window.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
    this.#api.postMessage({ type: 'ready' });
  }

  get(path: string): Promise<unknown> {
    return this.#ask({ type: 'request', path }, ANSWER_TIMEOUT_MS);
  }

  async deleteScan(scanId: string): Promise<void> {
    await this.#ask({ type: 'delete_scan', scan_id: scanId }, ANSWER_TIMEOUT_MS);
  }

  save(file: PanelFile): Promise<Done> {
    return this.#dialog({ type: 'save', ...file });
  }

  showScan(scanId: string): void {
    this.#api.postMessage({ type: 'show_scan', scan_id: scanId });
  }

  async #dialog(question: Question): Promise<Done> {
    const answer = await this.#ask(question, DIALOG_TIMEOUT_MS);
    if (!isDone(answer)) throw new Error('The extension sent an answer that this panel cannot read.');
    return answer;
  }

  #ask(question: Question, patience: number): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(id)?.reject(new Error('The extension did not answer. Press Retry, or reload the window.')),
        patience,
      );
      this.#waiting.set(id, { resolve, reject, timer });
      this.#api.postMessage({ ...question, id });
    });
  }

  act(action: PanelAction): void {
    this.#api.postMessage({ type: 'action', action });
  }

  open(location: CodeLocation): void {
    this.#api.postMessage({ type: 'open', ...location });
  }

  loadView(): Record<string, string> {
    const state = this.#api.getState();
    return isView(state) ? { ...state } : {};
  }

  saveView(view: Readonly<Record<string, string>>): void {
    this.#api.setState(view);
  }

  #receive(message: unknown): void {
    if (isStateMessage(message)) this.#listener?.state(message.state);
    else if (isNavigateMessage(message)) this.#listener?.navigate(message.view);
    else if (isAnswer(message)) this.#settle(message.id)?.resolve(message.body);
    else if (isRefusal(message)) this.#settle(message.id)?.reject(new Error(message.message));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting) clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}
