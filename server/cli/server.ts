import { fileURLToPath } from 'node:url';
import { buildApp } from '../http/app.ts';
import type { App } from '../http/deps.ts';
import { listen, type ListenTarget } from '../http/listen.ts';
import { newSecret, PageSessions } from '../http/sessions.ts';
import type { Runtime } from './runtime.ts';

export interface RunningServer {
  app: App;
  address: string;
  token: string;
  sessions: PageSessions;
}

/** Both `server/cli` and `dist/server` lie two folders below the package. */
export const PACKAGE_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the app on a runtime and listens. @throws {Error} when it cannot listen there */
export async function startServer(
  runtime: Runtime,
  target: ListenTarget,
  options: { allowedHosts: readonly string[]; token?: string | undefined },
): Promise<RunningServer> {
  const token = options.token ?? newSecret();
  const sessions = new PageSessions();
  const app = await buildApp({
    ...runtime,
    token,
    sessions,
    transport: 'socket' in target ? 'socket' : 'tcp',
    allowedHosts: options.allowedHosts,
    pageFolder: `${PACKAGE_FOLDER}dist/webview`,
  });
  try {
    const address = await listen(app, target);
    return { app, address, token, sessions };
  } catch (error) {
    await app.close();
    throw error;
  }
}
