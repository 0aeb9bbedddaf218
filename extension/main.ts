import type { ExtensionContext } from 'vscode';
import { App } from './app.ts';

let app: App | null = null;

export function activate(context: ExtensionContext): void {
  const started = performance.now();
  app = new App(context);
  app.activatedIn = performance.now() - started;
}

/** VS Code waits for this when a window closes or reloads: the launched server is gone when it resolves. */
export async function deactivate(): Promise<void> {
  await app?.dispose();
  app = null;
}
