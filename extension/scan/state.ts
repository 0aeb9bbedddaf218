import type { ScanState, ScanStatus } from '#protocol/scan.ts';
import type { ConnectionState, PanelAction, PanelChanges } from '#protocol/webview.ts';

export interface Folder {
  name: string;
  path: string;
}

export interface Problem {
  message: string;
  actions: PanelAction[];
}

/** All that the status bar, the tree and the panel show; each is a projection of this and of nothing else. */
export interface ScanViewState {
  /** `idle`: no server was needed so far. */
  connection: 'idle' | ConnectionState;
  /** A scan was asked for and the server has not accepted it yet. */
  starting: boolean;
  /** The scan in view, running or ended. */
  scanId: string | null;
  status: ScanStatus | null;
  /** The scan whose results can be read: an older one while a new one runs. */
  resultsScanId: string | null;
  /** Operations in the results that can be read; `status.nodes_found` counts functions and tables too. */
  operations: number | null;
  /** What the scan in view covers; before the first scan what is open. */
  folders: Folder[];
  /** Nobody pressed anything for the scan in view: a saved file started it. */
  automatic: boolean;
  /** How workflows differ from those of the scan before; null when there is none to compare with. */
  changes: PanelChanges | null;
  /** Files that changed on disk since the scan whose results can be read. */
  changedFiles: number;
  problem: Problem | null;
}

const INITIAL: ScanViewState = {
  connection: 'idle',
  starting: false,
  scanId: null,
  status: null,
  resultsScanId: null,
  operations: null,
  folders: [],
  automatic: false,
  changes: null,
  changedFiles: 0,
  problem: null,
};

/** Said here once more, because the protocol's own function brings its schemas, and this is loaded at activation. */
const RUNNING: Record<ScanState, boolean> = {
  queued: true,
  discovering: true,
  scanning: true,
  linking: true,
  completed: false,
  error: false,
  cancelled: false,
};

export function isRunning(state: ScanViewState): boolean {
  return state.starting || (state.status !== null && RUNNING[state.status.status]) || awaitsFirstStatus(state);
}

function awaitsFirstStatus(state: ScanViewState): boolean {
  return state.scanId !== null && state.status === null && state.problem === null;
}

type Listener = (state: ScanViewState, previous: ScanViewState) => void;

/** Holder of the one state. Listeners run at each change, in the order they came. */
export class StateStore {
  #state = INITIAL;
  readonly #listeners = new Set<Listener>();

  get state(): ScanViewState {
    return this.#state;
  }

  update(change: Partial<ScanViewState>): void {
    const previous = this.#state;
    this.#state = { ...previous, ...change };
    for (const listener of this.#listeners) listener(this.#state, previous);
  }

  onChange(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }
}
