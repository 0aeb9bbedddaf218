import { release } from 'node:os';
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
    `Data: ${app.context.globalStorageUri.fsPath}`,
    `Log: ${app.context.logUri.fsPath}`,
    `Scan in view: ${app.store.state.scanId ?? 'none'} (${app.store.state.status?.status ?? 'no status'})`,
  ];
  return lines.join('\n');
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
