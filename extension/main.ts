import type { ExtensionContext } from 'vscode';
import { App } from './app.ts';

let app: App | null = null;

export function activate(context: ExtensionContext): void {
  app = new App(context);
}

/** VS Code waits for this when a window closes or reloads: the launched server is gone when it resolves. */
export async function deactivate(): Promise<void> {
  await app?.dispose();
  app = null;
}
