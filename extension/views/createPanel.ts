import * as vscode from 'vscode';
import { EXPORT_FORMATS } from '#protocol/exports.ts';
import type { App } from '../app.ts';
import { ACTIONS } from './actions.ts';
import { ResultsPanel } from './panel.ts';

/** The results panel of an extension, joined with what answers its messages. */
export function createPanel(app: App): ResultsPanel {
  return new ResultsPanel({
    extensionUri: app.context.extensionUri,
    store: app.store,
    log: app.log,
    wake: () => void app.wake(),
    get: async (path) => (await app.services()).results.raw(path),
    act: (action) => void vscode.commands.executeCommand(ACTIONS[action].command),
    open: (place) => void app.guard(() => app.open(place)),
    showScan: (scanId) => void app.guard(async () => (await app.services()).session.show(scanId)),
    deleteScan: async (scanId) => (await app.services()).session.remove(scanId),
    judge: async (judgement) => {
      const { judge } = await import('./judge.ts');
      const { resultsScanId } = app.store.state;
      if (resultsScanId === null) throw new Error('There are no results to judge: scan first');
      return judge((await app.services()).results, resultsScanId, judgement);
    },
    save: async (file) => (await import('./saveFile.ts')).saveFile(file, app.store.state.folders),
    exportScan: async (scanId, name) => {
      const format = EXPORT_FORMATS.find((each) => each === name);
      if (!format) throw new Error(`Pinata has no export named "${name}"`);
      const { saveExport } = await import('./saveFile.ts');
      return saveExport((await app.services()).results, scanId, format, app.store.state.folders);
    },
  });
}
