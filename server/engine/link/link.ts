import { GraphBuilder, type Graph } from '../graph/graphBuilder.ts';
import { applyJudgements } from '../graph/judgements.ts';
import type { ConfigFile } from '../discover/discover.ts';
import type { EntitySchema, Suppressed } from '#protocol/graph.ts';
import { loadRulePacks } from '../rules/loadRulePacks.ts';
import { CallGraph } from './callGraph.ts';
import { CallSites } from './callSites.ts';
import { declareAll } from './declare.ts';
import { EnvironmentFiles } from './environmentFiles.ts';
import { Expressions } from './expressions.ts';
import { addBasePath } from './basePaths.ts';
import { FRAMEWORKS } from './frameworks/frameworks.ts';
import { nameRazorClasses } from './frameworks/razorNames.ts';
import { folderOf } from './jsonFiles.ts';
import { emptyFacts, type Linker } from './linker.ts';
import { joinMessages } from './messages.ts';
import { ModuleResolver } from './modules.ts';
import { OperationFinder } from './operations.ts';
import { Program } from './program.ts';
import { followGeneratedClients } from './generatedClients.ts';
import { followWrappers } from './httpWrappers.ts';
import { followNamedWrappers } from './namedWrappers.ts';
import { followOpenApiClients } from './openApiClients.ts';
import { joinRequests } from './requests.ts';
import type { SourceFile } from './sourceFile.ts';
import { linkTables } from './tables.ts';
import { explainUnjoined } from './unjoined.ts';
import { Texts } from './values.ts';
import type { LoadedSettings, RootSettings } from './workspaceSettings.ts';

export interface Linked extends Graph {
  schemas: EntitySchema[];
  /** Files that could not be linked, with the reason. */
  failed: Map<SourceFile, string>;
  /** What the settings of the workspace take out. */
  suppressed: Suppressed[];
  /** What the user should know: settings that could not be read. */
  notices: string[];
}

export interface LinkOptions {
  /** What the workspace says of itself. */
  settings: LoadedSettings;
  progress: LinkProgress;
}

/** Says how far linking is; resolves when the process may go on. */
export type LinkProgress = (fraction: number, nodesFound: number) => Promise<void>;

const FILES_PER_TURN = 100;

/**
 * Links the files of a scan into one graph. The result depends on the files alone, not on their order in time.
 * Progress is awaited between batches, so that messages get through; throwing from it ends the linking.
 */
export async function link(
  files: readonly SourceFile[],
  configs: readonly ConfigFile[],
  { settings, progress }: LinkOptions,
): Promise<Linked> {
  const packs = [...loadRulePacks(), ...settings.roots.flatMap((root) => root.rulePacks)];
  nameRazorClasses(files, configs);
  const table = declareAll(files);
  const program = new Program(files, table, new ModuleResolver(files, configs), packs);
  program.csharp.projects = new Set(configs.filter(({ file }) => /\.csproj$/i.test(file)).map(folderOf));
  const expressions = new Expressions(program);
  const texts = new Texts(expressions);
  texts.environment = new EnvironmentFiles(configs);
  const graph = new GraphBuilder();
  const failed = new Map<SourceFile, string>();
  await progress(0.1, 0);
  for (const framework of FRAMEWORKS) framework.prepare?.({ program, expressions, texts, configs });
  const callSites = new CallSites(program, expressions, texts);
  const linker: Linker = { program, expressions, texts, graph, callSites, configs, facts: emptyFacts() };
  applyBaseUrls(linker, settings.roots);
  await eachFile(files, (file) => callSites.add(file), { progress, range: [0.1, 0.4], graph, failed });
  const operations = new OperationFinder(linker);
  const calls = new CallGraph(linker);
  // Entry points first: a lambda that handles one is a function of its own, and what it performs is its own.
  await eachFile(files, (file) => operations.findEntryPoints(file), { progress, range: [0.4, 0.5], graph, failed });
  for (const framework of FRAMEWORKS) framework.link?.(linker);
  await eachFile(files, (file) => operations.find(file), { progress, range: [0.5, 0.7], graph, failed });
  await eachFile(files, (file) => calls.build(file), { progress, range: [0.7, 0.9], graph, failed });
  for (const framework of FRAMEWORKS) framework.finish?.(linker);
  const schemas = linkTables(linker);
  followGeneratedClients(linker);
  followOpenApiClients(linker);
  followWrappers(linker, followNamedWrappers(linker, settings.roots));
  joinRequests(linker);
  joinMessages(linker);
  explainUnjoined(linker);
  await progress(1, graph.operations.length);
  const finished = graph.finish();
  const judgements = (kind: 'suppressions' | 'confirmations') =>
    settings.roots.flatMap((root) => root.settings[kind] ?? []);
  const suppressed = applyJudgements(finished, judgements('suppressions'), judgements('confirmations'));
  const notices = settings.problems.map(({ path, reason }) => `${path} is not used: ${reason}`);
  return { ...finished, schemas, failed, suppressed, notices };
}

/** Hosts that the workspace says it serves, and paths put before its calls. */
function applyBaseUrls(linker: Linker, roots: readonly RootSettings[]): void {
  for (const { root, settings } of roots) {
    for (const prefix of settings.prefixes ?? []) addBasePath(linker, root, prefix);
    for (const url of settings.base_urls ?? []) {
      const host = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]+)/i.exec(url)?.[1];
      if (host !== undefined) linker.facts.servedHosts.add(host.toLowerCase());
    }
  }
}

interface Sweep {
  progress: LinkProgress;
  /** Shares of the phase at the beginning and at the end. */
  range: [number, number];
  graph: GraphBuilder;
  failed: Map<SourceFile, string>;
}

/** Visits all files; one that cannot be visited is noted and the others go on. */
async function eachFile(files: readonly SourceFile[], visit: (file: SourceFile) => void, sweep: Sweep): Promise<void> {
  const [from, to] = sweep.range;
  for (const [index, file] of files.entries()) {
    try {
      visit(file);
    } catch (error) {
      sweep.failed.set(file, error instanceof Error ? error.message : String(error));
    }
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) {
      await sweep.progress(from + ((to - from) * index) / files.length, sweep.graph.operations.length);
    }
  }
}
