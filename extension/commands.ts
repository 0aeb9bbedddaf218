import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { App } from './app.ts';
import { openFolders, scanRequest, serverUrl, setServerUrl, tokenKey } from './config.ts';
import { type Folder, isRunning } from './scan/state.ts';

type Command = (app: App, ...args: unknown[]) => unknown;

/** Every command by its id; all are registered at activation, and each explains itself when it cannot run. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'pinata.scanWorkspace': scanWorkspace,
  'pinata.scanFolder': scanFolder,
  'pinata.scanThisFolder': scanFolder,
  'pinata.cancelScan': cancelScan,
  'pinata.showResults': showResults,
  'pinata.showLog': (app) => app.log.show(true),
  'pinata.restartServer': restartServer,
  'pinata.connectToServer': connectToServer,
  'pinata.setServerToken': setServerToken,
  'pinata.diagnose': diagnose,
  'pinata.showScanHistory': showScanHistory,
  'pinata.retry': retry,
  'pinata.showStatus': showStatus,
  'pinata.openCode': openCode,
  'pinata.showMore': (app, row) => app.tree.showMore(row),
};

async function openCode(app: App, place: unknown): Promise<void> {
  const { isCodePlace } = await import('./views/openCode.ts');
  if (!isCodePlace(place)) throw new Error('This command needs a place of the results: open it from the tree');
  await app.open(place);
}

async function scanWorkspace(app: App): Promise<void> {
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
async function scanFolder(app: App, folder?: unknown): Promise<void> {
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
    const pressed = await vscode.window.showInformationMessage('A scan is running already.', 'Show It', 'Cancel It');
    if (pressed === 'Show It') (await app.panel()).show();
    if (pressed === 'Cancel It') await cancelScan(app);
    return;
  }
  const { session } = await app.services();
  const started = session.start(scanRequest(folders), folders);
  started.catch(() => undefined); // Reported below; the panel opens meanwhile and shows the same.
  (await app.panel()).show();
  await started;
}

async function cancelScan(app: App): Promise<void> {
  if (!isRunning(app.store.state)) {
    void vscode.window.showInformationMessage('Pinata: no scan is running.');
    return;
  }
  await (await app.services()).session.cancel();
}

async function showResults(app: App): Promise<void> {
  (await app.panel()).show();
}

async function restartServer(app: App): Promise<void> {
  const { connection, session } = await app.services();
  await connection.reset();
  app.store.update({ problem: null });
  await connection.use();
  app.tree.refresh();
  session.resume();
}

async function connectToServer(app: App): Promise<void> {
  const { parseEndpoint } = await import('./server/endpoint.ts');
  const url = await vscode.window.showInputBox({
    title: 'Address of a running Pinata server',
    prompt: 'As `pinata serve` printed it. Empty: Pinata starts a server of its own again.',
    placeHolder: 'http://127.0.0.1:7420',
    value: serverUrl(),
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? null : refusal(() => parseEndpoint(value.trim()))),
  });
  if (url === undefined) return;
  if (url.trim() !== '' && !(await askForToken(app, url.trim()))) return;
  await setServerUrl(url.trim());
  await restartServer(app);
}

function refusal(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function setServerToken(app: App): Promise<void> {
  const url = serverUrl();
  if (url === '') {
    const message = 'Pinata starts its own server and needs no token. A token belongs to a server you connect to.';
    const pressed = await vscode.window.showInformationMessage(message, 'Connect to Server…');
    if (pressed) await connectToServer(app);
    return;
  }
  if (await askForToken(app, url)) await restartServer(app);
}

/** Stores the token for a server where only this extension can read it; false when the user gave none. */
async function askForToken(app: App, url: string): Promise<boolean> {
  const key = tokenKey(url);
  const token = await vscode.window.showInputBox({
    title: `Token for ${url}`,
    prompt: 'As `pinata serve` printed it. It is kept in the secret storage of VS Code.',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (/^[\x21-\x7e]+$/.test(value.trim()) ? null : 'A token has no spaces and is not empty'),
  });
  if (token === undefined) return false;
  await app.context.secrets.store(key, token.trim());
  return true;
}

async function diagnose(app: App): Promise<void> {
  const { diagnosis } = await import('./diagnosis.ts');
  const report = await diagnosis(app);
  const pressed = await vscode.window.showInformationMessage(
    'Pinata',
    { modal: true, detail: report },
    'Copy',
    'Show Log',
  );
  if (pressed === 'Copy') await vscode.env.clipboard.writeText(report);
  if (pressed === 'Show Log') app.log.show();
}

async function showScanHistory(app: App): Promise<void> {
  const { results, session } = await app.services();
  const scans = await results.history();
  if (scans.length === 0) {
    const pressed = await vscode.window.showInformationMessage('Pinata has scanned nothing yet.', 'Scan Workspace');
    if (pressed) await scanWorkspace(app);
    return;
  }
  const number = new Intl.NumberFormat('en-US');
  const items = scans.map((each) => ({
    label: each.roots.map((root) => root.name).join(', '),
    description: `${new Date(each.started_at).toLocaleString()} · ${each.status}`,
    detail: `${number.format(each.files_scanned)} files · ${number.format(each.workflows_found)} workflows`,
    scan: each,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Scans', matchOnDescription: true });
  if (!picked) return;
  await session.show(picked.scan.scan_id, picked.scan.roots);
  (await app.panel()).show();
}

/** Repeats what failed: following a scan, the scan itself, or reaching the server to show results. */
async function retry(app: App): Promise<void> {
  const { session, connection } = await app.services();
  const { scanId, status, folders } = app.store.state;
  app.store.update({ problem: null });
  await connection.use();
  if (session.resume()) return;
  const failed = status?.status === 'error' || (scanId === null && folders.length > 0);
  if (failed) await scan(app, folders);
  else app.tree.refresh();
}

/** A click on the status bar: the way out of a failure, the panel when there is something to see, else a scan. */
async function showStatus(app: App): Promise<void> {
  const { state } = app.store;
  if (state.problem) await app.report(state.problem);
  else if (isRunning(state) || state.status) await showResults(app);
  else await scanWorkspace(app);
}
