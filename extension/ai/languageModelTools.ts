import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { Answers } from './answers.ts';
import { callTool } from './tools.ts';

/** Answers one call of a language model from the results in view. */
export async function answerTool(app: App, name: string, input: unknown): Promise<vscode.LanguageModelToolResult> {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(await text(app, name, input))]);
}

async function text(app: App, name: string, input: unknown): Promise<string> {
  const { resultsScanId: scanId } = app.store.state;
  if (scanId === null) {
    throw new Error('There are no results: ask the user to run "Pinata: Scan Workspace", then ask again.');
  }
  const { results } = await app.services();
  return callTool(new Answers({ scanId, get: (path, schema) => results.page(scanId, path, schema) }), name, input);
}
