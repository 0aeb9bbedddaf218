import type { Done, LinkJudgement, PanelAction, PanelFile, PanelState } from '#protocol/webview.ts';

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
  /** Address at which the browser downloads an export. */
  exportAddress(scanId: string, format: string): string;
}

/** What a host tells the panel. */
export interface HostListener {
  /** A new state, whole. */
  state(state: PanelState): void;
  /** Something to bring into view, as view values. */
  navigate(view: Readonly<Record<string, string>>): void;
}

/**
 * What the views need from the surroundings: VS Code (messages to the extension host) or a browser (the server itself).
 * The panel is a projection of the last `PanelState` and of the pages it asks for; it owns nothing else.
 */
export interface Host {
  /** Reports every new state, beginning after this call. Called once. */
  connect(listener: HostListener): void;
  /**
   * The parsed body of a GET below the API prefix.
   * @throws Error with a message for the reader.
   */
  get(path: string): Promise<unknown>;
  act(action: PanelAction): void;
  open(location: CodeLocation): void;
  /** Brings a scan of the history into view. */
  showScan(scanId: string): void;
  /** Removes a scan with its results. @throws Error with a message for the reader */
  deleteScan(scanId: string): Promise<void>;
  /** Puts a file where the user wants it. @throws Error with a message for the reader */
  save(file: PanelFile): Promise<Done>;
  /** The view state kept over hide, reload and restart, as flat text values. */
  loadView(): Record<string, string>;
  saveView(view: Readonly<Record<string, string>>): void;
  /** Present in the browser only. */
  readonly page?: PageControl;
  /** Present in VS Code only: what needs the workspace. */
  readonly workspace?: WorkspaceControl;
}

/** What only VS Code can do. Each throws an Error with a message for the reader. */
export interface WorkspaceControl {
  /** Writes the judgement into the `pinata.json` of its root. */
  judge(judgement: LinkJudgement): Promise<Done>;
  /** Asks for a file and writes the export into it. */
  exportScan(scanId: string, format: string): Promise<Done>;
}

export const NO_STATE: PanelState = {
  connection: 'connecting',
  scan_id: null,
  status: null,
  results_scan_id: null,
  folders: [],
  problem: null,
};
