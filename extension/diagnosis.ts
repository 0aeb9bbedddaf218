import { readdir, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Environment } from '#protocol/http.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '#protocol/version.ts';
import type { App } from './app.ts';
import { serverUrl } from './config.ts';
import { explain } from './log.ts';

/** A plain text report for a bug report: versions, server, bus, store, log. Holds no token and no source. */
export async function diagnosis(app: App): Promise<string> {
  const url = serverUrl();
  const lines = [
    `Pinata ${PRODUCT_VERSION}, protocol ${PROTOCOL_VERSION}`,
    `VS Code ${vscode.version} (${vscode.env.appHost}${vscode.env.remoteName === undefined ? '' : `, remote`})`,
    `Node ${process.versions.node} on ${process.platform} ${process.arch}, ${release()}`,
    `Trusted workspace: ${vscode.workspace.isTrusted ? 'yes' : 'no'}`,
    `Server: ${url === '' ? 'launched by this window' : `setting pinata.server.url`}`,
    ...(await serverLines(app)),
    `Data: ${app.context.globalStorageUri.fsPath}${await sizeOf(app.context.globalStorageUri.fsPath)}`,
    `Log: ${app.context.logUri.fsPath}`,
    ...scanLines(app),
    `Activation: ${app.activatedIn.toFixed(1)} ms`,
  ];
  return lines.join('\n');
}

function scanLines({ store: { state } }: App): string[] {
  const kind = state.automatic ? ', after a save' : '';
  const lines = [`Scan in view: ${state.scanId ?? 'none'} (${state.status?.status ?? 'no status'}${kind})`];
  if (state.resultsScanId !== null && state.resultsScanId !== state.scanId)
    lines.push(`  results of ${state.resultsScanId}`);
  if (state.changedFiles > 0) lines.push(`  ${state.changedFiles} files changed since`);
  if (state.problem) lines.push(`  problem: ${state.problem.message}`);
  return lines;
}

/** `, 12.3 MB`; nothing for a folder that is not there yet. */
async function sizeOf(folder: string): Promise<string> {
  try {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const sizes = await Promise.all(
      files.filter((file) => file.isFile()).map(async (file) => (await stat(join(file.parentPath, file.name))).size),
    );
    return `, ${(sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024).toFixed(1)} MB`;
  } catch {
    // The server makes it at its first start, and may remove files while they are counted.
    return '';
  }
}

async function serverLines(app: App): Promise<string[]> {
  try {
    const { description, environment } = await (await app.services()).connection.use();
    return [`  ${description}`, ...environmentLines(environment)];
  } catch (error) {
    return [`  not reachable: ${explain(error)}`];
  }
}

function environmentLines(environment: Environment): string[] {
  return [
    `  version ${environment.version}, protocol ${environment.protocol_version}, Node ${environment.node}`,
    `  bus ${environment.bus}, queue ${environment.queue}, store ${environment.store}`,
    `  languages ${environment.languages.join(', ')}`,
    ...environment.notices.map((notice) => `  notice: ${notice}`),
  ];
}
