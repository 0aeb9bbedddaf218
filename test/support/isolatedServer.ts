import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildServer, SERVER_ENTRIES } from '../../scripts/buildServer.ts';

const ROOT = join(import.meta.dirname, '../..');

export interface IsolatedServer {
  /** Folder that takes the place of the repository: it holds dist/ and nothing else. */
  folder: string;
  /** The server's program. */
  pinata: string;
  remove(): void;
}

/** Builds the server into a temporary folder far from any node_modules. */
export async function buildIsolatedServer(): Promise<IsolatedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'pinata-bundle-'));
  await buildServer({ entries: SERVER_ENTRIES, outputFolder: join(folder, 'dist/server') });
  const page = join(ROOT, 'dist/webview');
  if (existsSync(page)) cpSync(page, join(folder, 'dist/webview'), { recursive: true });
  return {
    folder,
    pinata: join(folder, 'dist/server/pinata.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
