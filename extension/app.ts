import * as vscode from 'vscode';
import { MCP_PROVIDER, McpDefinitions, toolsOf } from './ai/mcpDefinitions.ts';
import { COMMANDS } from './commands.ts';
import { openFolders, SERVER_SETTINGS } from './config.ts';
import type { EditorFeatures } from './editor/features.ts';
import { loadParts } from './loadParts.ts';
import { causeChain, explain } from './log.ts';
import { type Problem, StateStore } from './scan/state.ts';
import { Scope } from './scope.ts';
import type { Services } from './services.ts';
import { ACTIONS } from './views/actions.ts';
import { ContextKeys } from './views/contextKeys.ts';
import type { CodePlace } from './views/openCode.ts';
import type { ResultsPanel } from './views/panel.ts';
import { PANEL_TYPE } from './views/panelType.ts';
import { createStatusBar } from './views/statusBar.ts';
import { ResultsTree } from './views/tree.ts';
import type { TreeWishes } from './views/treeLists.ts';
import type { TreeRow } from './views/treeRow.ts';

const REMEMBERED_SCAN = 'pinata.scan';
const REMEMBERED_GROUPING = 'pinata.grouping';
const GROUPINGS: readonly TreeWishes['grouping'][] = ['page', 'endpoint', 'table', 'confidence', 'none'];

/**
 * The extension: builds what is seen from the first second (status bar, tree, commands) and owns its life. What talks
 * to a server, and what is shown in the text of editors, is loaded at the first use.
 */
export class App {
  readonly context: vscode.ExtensionContext;
  readonly log = vscode.window.createOutputChannel('Pinata', { log: true });
  readonly store = new StateStore();
  readonly tree: ResultsTree;
  /** Milliseconds that activation held up VS Code, for `Pinata: Diagnose`. */
  activatedIn = 0;
  readonly #scope = new Scope((error) => this.log.error(`Shutting down: ${causeChain(error)}`));
  readonly #warned = new Set<string>();
  #services: Promise<Services> | null = null;
  #panel: Promise<ResultsPanel> | null = null;
  #editorFeatures: Promise<EditorFeatures> | null = null;

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.#scope.add(this.log);
    this.#scope.add(createStatusBar(this.store));
    this.tree = this.#scope.add(this.#createTree());
    this.#registerCommands();
    this.#registerTools();
    this.#scope.add(
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
        deserializeWebviewPanel: async (panel) => (await this.panel()).adopt(panel),
      }),
    );
    this.#scope.add(vscode.workspace.onDidChangeConfiguration((event) => this.#onSettings(event)));
    this.#scope.add(new ContextKeys(this.store));
    this.#scope.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#showFolders()));
    this.#scope.add(this.store.onChange((state) => state.resultsScanId !== null && void this.editorFeatures()));
    this.#showFolders();
    // After the activation: what it loads has no claim on the time in which VS Code starts.
    setImmediate(() => this.#restore());
  }

  services(): Promise<Services> {
    this.#services ??= loadParts().then(({ services }) =>
      services.createServices({
        context: this.context,
        store: this.store,
        log: this.log,
        scope: this.#scope,
        remember: (scan) => void this.context.workspaceState.update(REMEMBERED_SCAN, scan),
        notify: (problem) => void this.report(problem),
        warn: (notice) => void this.#warn(notice),
      }),
    );
    return this.#services;
  }

  /** What is shown in the text of editors; made with the first results. */
  editorFeatures(): Promise<EditorFeatures> {
    this.#editorFeatures ??= loadParts().then(async ({ editorFeatures }) => {
      const { results } = await this.services();
      return this.#scope.add(new editorFeatures.EditorFeatures(this.store, results, this.log));
    });
    return this.#editorFeatures;
  }

  panel(): Promise<ResultsPanel> {
    this.#panel ??= loadParts().then(({ createPanel }) => this.#scope.add(createPanel.createPanel(this)));
    return this.#panel;
  }

  /** Makes sure that a server is there; a failure shows in the state, with a way out. */
  async wake(): Promise<void> {
    try {
      await (await this.services()).connection.use();
    } catch (error) {
      this.log.error(`No server: ${causeChain(error)}`);
      this.store.update({ problem: { message: explain(error), actions: ['retry', 'restart_server', 'show_log'] } });
    }
  }

  /** Opens a place of the results in view. */
  async open(place: CodePlace): Promise<void> {
    const scanId = this.store.state.resultsScanId ?? this.store.state.scanId;
    if (scanId === null) throw new Error('There are no results yet: scan the workspace first');
    const { openCode } = await loadParts();
    await openCode.openCode((await this.services()).results, scanId, place);
  }

  /** Shows what went wrong with the ways out as buttons, and runs the one pressed. */
  async report({ message, actions }: Problem): Promise<void> {
    const titles = actions.map((action) => ACTIONS[action].title);
    const pressed = await vscode.window.showErrorMessage(`Pinata: ${message}`, ...titles);
    const action = Object.values(ACTIONS).find(({ title }) => title === pressed);
    if (action) await vscode.commands.executeCommand(action.command);
  }

  /** Runs what a user asked for; a failure is told to the user and, with its causes, to the log. */
  async guard(action: () => unknown): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.log.error(causeChain(error));
      const actions = this.store.state.problem?.actions ?? ['show_log'];
      await this.report({ message: explain(error), actions });
    }
  }

  /** Keeps for this workspace what the tree groups workflows by. */
  rememberGrouping(grouping: TreeWishes['grouping']): void {
    void this.context.workspaceState.update(REMEMBERED_GROUPING, grouping);
  }

  /** Ends the launched server and everything else; resolves when all has ended. */
  async dispose(): Promise<void> {
    await this.#scope.dispose();
  }

  #createTree(): ResultsTree {
    const remembered = this.context.workspaceState.get<unknown>(REMEMBERED_GROUPING);
    const grouping = GROUPINGS.find((each) => each === remembered) ?? 'page';
    const top = (scanId: string, wishes: TreeWishes): Promise<TreeRow[]> => this.#topRows(scanId, wishes);
    const onError = (error: unknown): void => this.log.error(`Reading the results: ${causeChain(error)}`);
    return new ResultsTree(this.store, { filter: '', grouping }, top, onError);
  }

  /** Shows a notice of the server, the same one only once. */
  async #warn(notice: string): Promise<void> {
    this.log.warn(`server: ${notice}`);
    if (this.#warned.has(notice)) return;
    this.#warned.add(notice);
    const pressed = await vscode.window.showWarningMessage(`Pinata: ${notice}`, 'Show Log');
    if (pressed) this.log.show(true);
  }

  #registerCommands(): void {
    for (const [id, run] of Object.entries(COMMANDS)) {
      const handler = (...args: unknown[]): Promise<void> => this.guard(() => run(this, ...args));
      this.#scope.add(vscode.commands.registerCommand(id, handler));
    }
  }

  /** What language models may ask: tools, and the same as a definition of an MCP server. */
  #registerTools(): void {
    for (const { name } of toolsOf(this.context)) {
      const invoke = async ({ input }: vscode.LanguageModelToolInvocationOptions<unknown>) =>
        (await loadParts()).languageModelTools.answerTool(this, name, input);
      this.#scope.add(vscode.lm.registerTool(name, { invoke }));
    }
    const definitions = new McpDefinitions(this.context, this.store, async () => (await this.services()).connection);
    this.#scope.add(definitions);
    this.#scope.add(vscode.lm.registerMcpServerDefinitionProvider(MCP_PROVIDER, definitions));
  }

  async #topRows(scanId: string, wishes: TreeWishes): Promise<TreeRow[]> {
    const [{ treeRows }, { results }] = await Promise.all([loadParts(), this.services()]);
    return treeRows.topRows(results, scanId, wishes);
  }

  /** Before the first scan the panel names what would be scanned. */
  #showFolders(): void {
    if (this.store.state.scanId === null) this.store.update({ folders: openFolders() });
  }

  /** Finds the scan of before a reload again; a server is asked only when someone looks or the scan had not ended. */
  #restore(): void {
    const remembered = this.context.workspaceState.get<unknown>(REMEMBERED_SCAN);
    if (!remembered) return;
    void this.guard(async () => {
      const { session } = await this.services();
      // A scan that was asked for meanwhile is what the user wants to see.
      if (this.store.state.scanId === null && !this.store.state.starting) session.restore(remembered);
    });
  }

  #onSettings(event: vscode.ConfigurationChangeEvent): void {
    if (!this.#services || !SERVER_SETTINGS.some((name) => event.affectsConfiguration(name))) return;
    void this.guard(async () => (await this.services()).connection.reset());
  }
}
