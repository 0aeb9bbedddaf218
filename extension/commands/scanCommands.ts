import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { openFolders, scanRequest } from '../config.ts';
import { type Folder, isRunning } from '../scan/state.ts';

export async function scanWorkspace(app: App): Promise<void> {
  const folders = openFolders();
  if (folders.length === 0) await explainNoFolder();
  else await scan(app, folders);
}

async function explainNoFolder(): Promise<void> {
  const virtual = (vscode.workspace.workspaceFolders ?? []).length > 0;
  const message = virtual
    ? 'Pinata reads files on disk, and the folders that are open are virtual. Clone the repository, then scan it.'
    : 'Pinata scans the folders that are open, and none is. Open one first.';
  const pressed = await vscode.window.showInformationMessage(message, 'Open Folder…', 'Scan Folder…');
  if (pressed === 'Open Folder…') await vscode.commands.executeCommand('workbench.action.files.openFolder');
  if (pressed === 'Scan Folder…') await vscode.commands.executeCommand('pinata.scanFolder');
}

/** From the explorer's menu with the folder; from the palette it asks for one. */
export async function scanFolder(app: App, folder?: unknown): Promise<void> {
  const uri = folder instanceof vscode.Uri ? folder : await pickFolder();
  if (!uri) return;
  if (uri.scheme !== 'file') throw new Error('Pinata reads files on disk; this folder is virtual');
  await scan(app, [{ name: basename(uri.fsPath), path: uri.fsPath }]);
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const options = { canSelectFolders: true, canSelectFiles: false, openLabel: 'Scan', title: 'Folder to scan' };
  return (await vscode.window.showOpenDialog(options))?.[0];
}

async function scan(app: App, folders: Folder[]): Promise<void> {
  if (isRunning(app.store.state)) {
    await explainRunning(app);
    return;
  }
  const { session } = await app.services();
  const started = session.start(scanRequest(folders), folders);
  started.catch(() => undefined); // Reported below; the panel opens meanwhile and shows the same.
  (await app.panel()).show();
  await started;
}

async function explainRunning(app: App): Promise<void> {
  const pressed = await vscode.window.showInformationMessage('A scan is running already.', 'Show It', 'Cancel It');
  if (pressed === 'Show It') (await app.panel()).show();
  if (pressed === 'Cancel It') await cancelScan(app);
}

export async function cancelScan(app: App): Promise<void> {
  if (!isRunning(app.store.state)) {
    void vscode.window.showInformationMessage('Pinata: no scan is running.');
    return;
  }
  await (await app.services()).session.cancel();
}

/** Scans the folders of the results in view again; the panel stays as it is, and shows what changed. */
export async function rescanChangedFiles(app: App): Promise<void> {
  const { folders, resultsScanId } = app.store.state;
  if (isRunning(app.store.state)) {
    await explainRunning(app);
  } else if (resultsScanId === null || folders.length === 0) {
    await scanWorkspace(app);
  } else {
    const { session } = await app.services();
    await session.start(scanRequest(folders), folders, { rescan: true });
  }
}

/** Repeats what failed: following a scan, the scan itself, or reaching the server to show results. */
export async function retry(app: App): Promise<void> {
  const { session, connection } = await app.services();
  const { scanId, status, folders } = app.store.state;
  app.store.update({ problem: null });
  await connection.use();
  if (session.resume()) return;
  const failed = status?.status === 'error' || (scanId === null && folders.length > 0);
  if (failed) await scan(app, folders);
  else app.tree.refresh();
}
