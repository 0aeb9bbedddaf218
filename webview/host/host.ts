import type { PanelAction, PanelState } from '#protocol/webview.ts';

/** Where a row leads: a line of a file below one of the scanned folders. */
export interface CodeLocation {
  root: string;
  file: string;
  line: number;
  column: number;
}

/** What only the page can do: it has no editor and chooses itself what is scanned. */
export interface PageControl {
  /** Starts a scan of this folder and follows it. */
  startScan(path: string): Promise<void>;
  /** Brings a scan of the history into view. */
  showScan(scanId: string): void;
}

/**
 * What the views need from the surroundings: VS Code (messages to the extension host) or a browser (the server itself).
 * The panel is a projection of the last `PanelState` and of the pages it asks for; it owns nothing else.
 */
export interface Host {
  /** Reports every new state, whole, beginning after this call. Called once. */
  connect(listener: (state: PanelState) => void): void;
  /**
   * The parsed body of a GET below the API prefix.
   * @throws Error with a message for the reader.
   */
  get(path: string): Promise<unknown>;
  act(action: PanelAction): void;
  open(location: CodeLocation): void;
  /** The view state kept over hide, reload and restart, as flat text values. */
  loadView(): Record<string, string>;
  saveView(view: Readonly<Record<string, string>>): void;
  /** Present in the browser only. */
  readonly page?: PageControl;
}

export const NO_STATE: PanelState = {
  connection: 'connecting',
  scan_id: null,
  status: null,
  results_scan_id: null,
  folders: [],
  problem: null,
};
