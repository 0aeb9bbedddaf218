import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ScanRequest } from '#protocol/scan.ts';
import type { ServerChoice } from './server/connection.ts';
import { describeEndpoint, parseEndpoint } from './server/endpoint.ts';
import { toIgnorePatterns } from './scan/excludePatterns.ts';
import type { Folder } from './scan/state.ts';

const SECTION = 'pinata';
export const SERVER_SETTINGS = ['pinata.server.url', 'pinata.redisUrl', 'pinata.log.level'];
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'];

/** A text setting; whitespace around it and values of another type count as nothing. */
function text(name: string): string {
  const value = vscode.workspace.getConfiguration(SECTION).get<unknown>(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** The address of the server to connect to; empty to launch one. Of machine scope: no workspace can set it. */
export function serverUrl(): string {
  return text('server.url');
}

export async function setServerUrl(url: string): Promise<void> {
  const value = url === '' ? undefined : url;
  await vscode.workspace.getConfiguration(SECTION).update('server.url', value, vscode.ConfigurationTarget.Global);
}

/** Where the token for a server is kept; by address, so that no server is sent another one's token. */
export function tokenKey(url: string): string {
  return `token:${describeEndpoint(parseEndpoint(url))}`;
}

/** Which server the settings ask for; a launched one may read the open folders and `folders`. */
export async function serverChoice(
  context: vscode.ExtensionContext,
  folders: readonly string[],
): Promise<ServerChoice> {
  const url = serverUrl();
  if (url !== '') {
    return { kind: 'connect', url, token: (await context.secrets.get(tokenKey(url))) ?? null };
  }
  const level = text('log.level');
  const redisUrl = text('redisUrl');
  return {
    kind: 'launch',
    options: {
      nodePath: process.execPath,
      serverEntry: context.asAbsolutePath(join('dist', 'server', 'pinata.js')),
      dataFolder: context.globalStorageUri.fsPath,
      roots: [...new Set([...openFolders().map((folder) => folder.path), ...folders])].filter((path) =>
        existsSync(path),
      ),
      logLevel: LOG_LEVELS.includes(level) ? level : 'info',
      redisUrl: redisUrl === '' ? null : redisUrl,
    },
  };
}

/** The open folders that lie on this machine's disk. */
export function openFolders(): Folder[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => ({ name: folder.name, path: folder.uri.fsPath }));
}

/** The request for a scan of these folders with the settings of the first. */
export function scanRequest(folders: readonly Folder[]): ScanRequest {
  const [first, ...others] = folders;
  if (!first) throw new Error('There is no folder to scan');
  const scope = vscode.Uri.file(first.path);
  const own = vscode.workspace.getConfiguration(SECTION, scope);
  const filesExclude = vscode.workspace.getConfiguration('files', scope).get<Record<string, unknown>>('exclude') ?? {};
  const exclude = own.get<unknown>('exclude');
  const ownPatterns: unknown[] = Array.isArray(exclude) ? exclude : [];
  const named = ownPatterns.filter((pattern): pattern is string => typeof pattern === 'string' && pattern !== '');
  return {
    repository_path: first.path,
    roots: others.map((folder) => folder.path),
    exclude_patterns: [...toIgnorePatterns(filesExclude), ...named],
    include_tests: own.get<unknown>('includeTests') === true,
    trusted: vscode.workspace.isTrusted,
  };
}
