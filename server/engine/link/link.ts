import { GraphBuilder, type Graph } from '../graph/graphBuilder.ts';
import type { ConfigFile } from '../discover/discover.ts';
import type { EntitySchema } from '#protocol/graph.ts';
import { loadRulePacks } from '../rules/loadRulePacks.ts';
import { CallGraph } from './callGraph.ts';
import { CallSites } from './callSites.ts';
import { declareAll } from './declare.ts';
import { Expressions } from './expressions.ts';
import { FRAMEWORKS } from './frameworks/frameworks.ts';
import { emptyFacts, type Linker } from './linker.ts';
import { ModuleResolver } from './modules.ts';
import { OperationFinder } from './operations.ts';
import { Program } from './program.ts';
import { joinRequests } from './requests.ts';
import type { SourceFile } from './sourceFile.ts';
import { linkTables } from './tables.ts';
import { Texts } from './values.ts';

export interface Linked extends Graph {
  schemas: EntitySchema[];
  /** Files that could not be linked, with the reason. */
  failed: Map<SourceFile, string>;
}

/** Says how far linking is; resolves when the process may go on. */
export type LinkProgress = (fraction: number, nodesFound: number) => Promise<void>;

const FILES_PER_TURN = 100;

/**
 * Links the files of a scan into one graph. The result depends on the files alone, not on their order in time.
 * @param progress is awaited between batches, so that messages get through; throwing from it ends the linking
 */
export async function link(files: readonly SourceFile[], configs: readonly ConfigFile[], progress: LinkProgress): Promise<Linked> {
  const table = declareAll(files);
  const program = new Program(files, table, new ModuleResolver(files, configs), loadRulePacks());
  const expressions = new Expressions(program);
  const texts = new Texts(expressions);
  const graph = new GraphBuilder();
  const failed = new Map<SourceFile, string>();
  await progress(0.1, 0);
  for (const framework of FRAMEWORKS) framework.prepare?.({ program, expressions, texts, configs });
  const callSites = new CallSites(program, expressions, texts);
  const linker: Linker = { program, expressions, texts, graph, callSites, configs, facts: emptyFacts() };
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
  joinRequests(linker);
  await progress(1, graph.operations.length);
  return { ...graph.finish(), schemas, failed };
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
