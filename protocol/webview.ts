import type { ScanStatus } from './scan.ts';

/** How the holder of the progress stream stands to the server. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

/**
 * What the panel shows, always whole, never a delta: the host sends it on load, on becoming visible and on change
 * (at most ten a second).
 */
export interface PanelState {
  connection: ConnectionState;
  /** The scan in view: running or the last one that ended. */
  scan_id: string | null;
  status: ScanStatus | null;
  /** The scan whose results can be read; an older one while a new scan runs. */
  results_scan_id: string | null;
  /** Names and paths of what is open, for the title. */
  folders: { name: string; path: string }[];
  /** How workflows differ from those of the scan before this one of the same folders; absent when there is none. */
  changes?: PanelChanges;
  /** Files that were saved or changed on disk since the scan whose results can be read. */
  changed_files?: number;
  /** What went wrong and what the user can press. */
  problem: { message: string; actions: PanelAction[] } | null;
}

/** Workflows that appeared, vanished, or now do something else than in `previous_scan_id`. */
export interface PanelChanges {
  previous_scan_id: string;
  added: number;
  removed: number;
  changed: number;
}

export type PanelAction = 'retry' | 'scan' | 'cancel' | 'show_log' | 'restart_server' | 'open_folder';

/** What the reader says of a link: it goes to `suppressions` or `confirmations` of the root's `pinata.json`. */
export interface LinkJudgement {
  verdict: 'wrong' | 'right';
  /** Name of the root whose `pinata.json` is changed: that of the link's start. */
  root: string;
  /** Stable identities of the nodes at both ends. */
  source: string;
  target: string;
  reason: string;
}

/** A file made in the panel, for the place the user picks. */
export interface PanelFile {
  name: string;
  content: string;
  encoding: 'utf8' | 'base64';
}

/**
 * Messages from the panel to its host. Those with an `id` are answered by a `response` with the same id: `request` with
 * the parsed body of a GET, `delete_scan` with nothing, the others with `Done`.
 */
export type ToHost =
  | { type: 'ready' }
  | { type: 'action'; action: PanelAction }
  | { type: 'open'; root: string; file: string; line: number; column: number }
  | { type: 'show_scan'; scan_id: string }
  | { type: 'request'; id: number; path: string }
  | { type: 'delete_scan'; id: number; scan_id: string }
  | ({ type: 'judge'; id: number } & LinkJudgement)
  | ({ type: 'save'; id: number } & PanelFile)
  | { type: 'export'; id: number; scan_id: string; format: string };

/** What became of a `judge`, `save` or `export`; `done` is false when the user changed their mind. */
export interface Done {
  done: boolean;
  /** Name or path of the file that was written. */
  file?: string;
}

/** Messages from the host to the panel. */
export type ToPanel =
  | { type: 'state'; state: PanelState }
  /**
   * Brings something into view. Keys are those of the panel's own view state: `tab` with `workflow` (id), `table` (name),
   * `endpoint` (node id), `component`, `message` or `store` (target); `tab: history` with `compare` and `with` (scan ids);
   * `tab: export`.
   */
  | { type: 'navigate'; view: Record<string, string> }
  | { type: 'response'; id: number; ok: true; body: unknown }
  | { type: 'response'; id: number; ok: false; message: string };
