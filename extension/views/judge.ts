import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Done, LinkJudgement } from '#protocol/webview.ts';
import type { ScanResults } from '../scan/results.ts';
import { withJudgement } from './pinataJson.ts';

/**
 * Writes what the user said of a link into the `pinata.json` of the link's folder; the next scan follows it.
 * @throws Error when the folder is not trusted, or the file cannot be changed
 */
export async function judge(results: ScanResults, scanId: string, judgement: LinkJudgement): Promise<Done> {
  if (!vscode.workspace.isTrusted) {
    throw new Error('This folder is not trusted, and Pinata writes nothing into it. Trust it first.');
  }
  const uri = vscode.Uri.file(join(await results.rootPath(scanId, judgement.root), 'pinata.json'));
  const edit = new vscode.WorkspaceEdit();
  const document = await vscode.workspace.openTextDocument(uri).then(
    (opened) => opened,
    () => null,
  );
  if (document) {
    const text = document.getText();
    const whole = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
    edit.replace(uri, whole, withJudgement(text, judgement));
  } else {
    edit.createFile(uri, { contents: new TextEncoder().encode(withJudgement('', judgement)) });
  }
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error('VS Code could not change pinata.json.');
  const changed = document ?? (await vscode.workspace.openTextDocument(uri));
  if (changed.isDirty && !(await changed.save())) throw new Error('pinata.json could not be saved.');
  return { done: true, file: 'pinata.json' };
}
