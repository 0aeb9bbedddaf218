import { join } from 'node:path';
import * as vscode from 'vscode';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import type { StateStore } from '../scan/state.ts';
import type { ServerConnection } from '../server/connection.ts';

/** As in `contributes.mcpServerDefinitionProviders`. */
export const MCP_PROVIDER = 'pinata.mcp';

interface ToolContribution {
  name: string;
  modelDescription: string;
  inputSchema: object;
}

/** The tools that package.json declares: the one list of them. */
export function toolsOf(context: vscode.ExtensionContext): ToolContribution[] {
  const manifest: unknown = context.extension.packageJSON;
  const tools = property(property(manifest, 'contributes'), 'languageModelTools');
  return Array.isArray(tools) ? tools.filter((tool): tool is ToolContribution => isTool(tool)) : [];
}

/** Checked by hand, because this is loaded at activation and a schema would bring its library. */
function isTool(value: unknown): value is ToolContribution {
  const texts = [property(value, 'name'), property(value, 'modelDescription')];
  return texts.every((text) => typeof text === 'string') && typeof property(value, 'inputSchema') === 'object';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/**
 * Offers the results in view to agents that speak MCP. The server is a process of its own that VS Code starts when an
 * agent wants it; it is given the address and token of Pinata's server, and reads results only.
 */
export class McpDefinitions implements vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition> {
  readonly #context: vscode.ExtensionContext;
  readonly #store: StateStore;
  readonly #connection: () => Promise<ServerConnection>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: { dispose(): void };
  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(context: vscode.ExtensionContext, store: StateStore, connection: () => Promise<ServerConnection>) {
    this.#context = context;
    this.#store = store;
    this.#connection = connection;
    this.#subscription = store.onChange((state, previous) => {
      if ((state.resultsScanId === null) !== (previous.resultsScanId === null)) this.#changed.fire();
    });
  }

  /** None before there are results: an agent would be offered tools that have no answer. */
  provideMcpServerDefinitions(): vscode.McpStdioServerDefinition[] {
    if (this.#store.state.resultsScanId === null) return [];
    const script = this.#context.asAbsolutePath(join('dist', 'extension', 'mcp.cjs'));
    return [new vscode.McpStdioServerDefinition('Pinata', process.execPath, [script], {}, PRODUCT_VERSION)];
  }

  /** Called when an agent starts the server; only then Pinata's own server is needed. */
  async resolveMcpServerDefinition(
    definition: vscode.McpStdioServerDefinition,
  ): Promise<vscode.McpStdioServerDefinition> {
    const { client } = await (await this.#connection()).use();
    const { address, token } = client.credentials();
    definition.env = {
      ELECTRON_RUN_AS_NODE: '1',
      PINATA_MCP_ADDRESS: address,
      PINATA_MCP_TOKEN: token,
      PINATA_MCP_FOLDER: this.#store.state.folders[0]?.path ?? '',
      PINATA_MCP_TOOLS: JSON.stringify(toolsOf(this.#context)),
    };
    return definition;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
