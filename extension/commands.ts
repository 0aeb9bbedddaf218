import type { App } from './app.ts';
import { loadParts } from './loadParts.ts';

type Command = (app: App, ...args: unknown[]) => unknown;

const scans = async () => (await loadParts()).scanCommands;
const results = async () => (await loadParts()).resultCommands;
const code = async () => (await loadParts()).codeCommands;
const server = async () => (await loadParts()).serverCommands;
const tree = async () => (await loadParts()).treeCommands;

/**
 * Every command by its id; all are registered at activation, and each explains itself when it cannot run. What runs
 * them is loaded at the first use.
 */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'pinata.scanWorkspace': async (app) => (await scans()).scanWorkspace(app),
  'pinata.scanFolder': async (app, folder) => (await scans()).scanFolder(app, folder),
  'pinata.scanThisFolder': async (app, folder) => (await scans()).scanFolder(app, folder),
  'pinata.cancelScan': async (app) => (await scans()).cancelScan(app),
  'pinata.rescanChangedFiles': async (app) => (await scans()).rescanChangedFiles(app),
  'pinata.retry': async (app) => (await scans()).retry(app),

  'pinata.showResults': async (app) => (await results()).showResults(app),
  'pinata.showStatus': async (app) => (await results()).showStatus(app),
  'pinata.showScanHistory': async (app) => (await results()).showScanHistory(app),
  'pinata.compareWithPrevious': async (app) => (await results()).compareWithPrevious(app),
  'pinata.exportResults': async (app) => (await results()).exportResults(app),

  'pinata.openCode': async (app, place) => (await code()).openCode(app, place),
  'pinata.showWorkflowAtCursor': async (app) => (await code()).showWorkflowAtCursor(app),
  'pinata.showWorkflowsThrough': async (app, node, name) => (await code()).showWorkflowsThrough(app, node, name),
  'pinata.showWorkflow': async (app, id) => (await code()).showWorkflow(app, id),
  'pinata.findTableUses': async (app, table) => (await code()).findTableUses(app, table),

  'pinata.connectToServer': async (app) => (await server()).connectToServer(app),
  'pinata.setServerToken': async (app) => (await server()).setServerToken(app),
  'pinata.restartServer': async (app) => (await server()).restartServer(app),
  'pinata.diagnose': async (app) => (await server()).diagnose(app),
  'pinata.showLog': (app) => app.log.show(true),

  'pinata.showMore': (app, row) => app.tree.showMore(row),
  'pinata.refreshTree': (app) => app.tree.refresh(),
  'pinata.filterTree': async (app) => (await tree()).filterTree(app),
  'pinata.clearTreeFilter': async (app) => (await tree()).clearTreeFilter(app),
  'pinata.groupWorkflows': async (app) => (await tree()).groupWorkflows(app),
  'pinata.showInPanel': async (app, row) => (await tree()).showInPanel(app, row),
  'pinata.findUsesOfRow': async (app, row) => (await tree()).findUsesOfRow(app, row),
  'pinata.copyName': async (_app, row) => (await tree()).copyName(row),
};
