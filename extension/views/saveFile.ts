import { join } from 'node:path';
import * as vscode from 'vscode';
import { EXPORT_FILES, type ExportFormat } from '#protocol/exports.ts';
import type { Done, PanelFile } from '#protocol/webview.ts';
import type { ScanResults } from '../scan/results.ts';
import type { Folder } from '../scan/state.ts';

/** Asks where a file made in the panel is to go and writes it there. */
export async function saveFile({ name, content, encoding }: PanelFile, folders: readonly Folder[]): Promise<Done> {
  const uri = await askForPlace(name.replaceAll(/[\\/:*?"<>|]/g, '-'), folders);
  if (!uri) return { done: false };
  await vscode.workspace.fs.writeFile(uri, Buffer.from(content, encoding));
  return { done: true, file: uri.fsPath };
}

/** Asks where an export is to go and writes it there. */
export async function saveExport(
  results: ScanResults,
  scanId: string,
  format: ExportFormat,
  folders: readonly Folder[],
): Promise<Done> {
  const { extension } = EXPORT_FILES[format];
  const uri = await askForPlace(`pinata-${folders[0]?.name ?? 'results'}.${extension}`, folders);
  if (!uri) return { done: false };
  if (uri.scheme !== 'file') throw new Error('An export is written to a folder on disk; choose one.');
  await results.exportTo(scanId, format, uri.fsPath);
  return { done: true, file: uri.fsPath };
}

function askForPlace(name: string, folders: readonly Folder[]): Thenable<vscode.Uri | undefined> {
  const folder = folders[0];
  const defaultUri = vscode.Uri.file(folder ? join(folder.path, name) : name);
  return vscode.window.showSaveDialog({ defaultUri, saveLabel: 'Export', title: 'Where the file goes' });
}
