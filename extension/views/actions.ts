import type { PanelAction } from '#protocol/webview.ts';

/** What a button of the panel or of an error message is called, and the command it runs. */
export const ACTIONS: Record<PanelAction, { title: string; command: string }> = {
  retry: { title: 'Retry', command: 'pinata.retry' },
  scan: { title: 'Scan Workspace', command: 'pinata.scanWorkspace' },
  cancel: { title: 'Cancel Scan', command: 'pinata.cancelScan' },
  show_log: { title: 'Show Log', command: 'pinata.showLog' },
  restart_server: { title: 'Restart Server', command: 'pinata.restartServer' },
  open_folder: { title: 'Open Folder…', command: 'workbench.action.files.openFolder' },
};
