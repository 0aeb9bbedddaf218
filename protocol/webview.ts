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
  /** What went wrong and what the user can press. */
  problem: { message: string; actions: PanelAction[] } | null;
}

export type PanelAction = 'retry' | 'scan' | 'cancel' | 'show_log' | 'restart_server' | 'open_folder';

/** Messages from the panel to its host. Requests carry an `id` that the answer repeats. */
export type ToHost =
  | { type: 'ready' }
  | { type: 'action'; action: PanelAction }
  | { type: 'open'; root: string; file: string; line: number; column: number }
  | { type: 'request'; id: number; path: string };

/** Messages from the host to the panel. `response.body` is the parsed JSON of a GET below the API prefix. */
export type ToPanel =
  | { type: 'state'; state: PanelState }
  | { type: 'response'; id: number; ok: true; body: unknown }
  | { type: 'response'; id: number; ok: false; message: string };
