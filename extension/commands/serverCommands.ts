import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { serverUrl, setServerUrl, tokenKey } from '../config.ts';

export async function restartServer(app: App): Promise<void> {
  const { connection, session } = await app.services();
  await connection.reset();
  app.store.update({ problem: null });
  await connection.use();
  app.tree.refresh();
  session.resume();
}

export async function connectToServer(app: App): Promise<void> {
  const { parseEndpoint } = await import('../server/endpoint.ts');
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

export async function setServerToken(app: App): Promise<void> {
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

export async function diagnose(app: App): Promise<void> {
  const { diagnosis } = await import('../diagnosis.ts');
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
