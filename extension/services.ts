import * as vscode from 'vscode';
import { scanRequest, serverChoice } from './config.ts';
import type { Log } from './log.ts';
import { FileEvents } from './scan/fileEvents.ts';
import { Rescanner } from './scan/rescan.ts';
import { ScanResults } from './scan/results.ts';
import { type RememberedScan, ScanSession } from './scan/session.ts';
import type { Problem, StateStore } from './scan/state.ts';
import type { Scope } from './scope.ts';
import { ServerConnection } from './server/connection.ts';

/** What needs the server; loaded at the first use, so that activation stays cheap. */
export interface Services {
  connection: ServerConnection;
  session: ScanSession;
  results: ScanResults;
}

export interface ServiceNeeds {
  context: vscode.ExtensionContext;
  store: StateStore;
  log: Log;
  scope: Scope;
  remember: (scan: RememberedScan) => void;
  notify: (problem: Problem) => void;
  warn: (notice: string) => void;
}

export function createServices({ context, store, log, scope, remember, notify, warn }: ServiceNeeds): Services {
  const onState = (connection: 'connecting' | 'connected' | 'disconnected' | 'idle'): void => {
    if (store.state.connection !== connection) store.update({ connection });
  };
  const connection = scope.add(
    new ServerConnection((folders) => serverChoice(context, folders), { onState, onNotice: warn }, log),
  );
  const session = scope.add(new ScanSession({ connection, store, log, remember, notify }));
  const start = async (): Promise<void> => {
    const { folders } = store.state;
    await session.start(scanRequest(folders), folders, { automatic: true });
  };
  const rescanner = scope.add(new Rescanner({ store, log, onSave: scansOnSave, start }));
  scope.add(new FileEvents(store, (path) => rescanner.changed(path)));
  return { connection, session, results: new ScanResults(connection) };
}

function scansOnSave(path: string): boolean {
  return vscode.workspace.getConfiguration('pinata', vscode.Uri.file(path)).get<unknown>('rescanOnSave') === true;
}
