import type { DraftNode, GraphBuilder } from '../graph/graphBuilder.ts';
import type { ConfigFile } from '../discover/discover.ts';
import type { Expressions } from './expressions.ts';
import { GenericUses } from './generics.ts';
import type { Program } from './program.ts';
import type { Location } from './sourceFile.ts';
import type { FunctionSymbol } from './symbols.ts';
import type { CallSites } from './callSites.ts';
import type { Texts, TextValue } from './values.ts';

/** What every linking step works on. */
export interface Linker {
  program: Program;
  expressions: Expressions;
  texts: Texts;
  callSites: CallSites;
  graph: GraphBuilder;
  /** Configuration files that were found: package.json, launchSettings.json and the like. */
  configs: readonly ConfigFile[];
  facts: LinkFacts;
}

/** What linking steps leave for later ones. */
export interface LinkFacts {
  /** Entry point or operation to the node of the entity type it accesses, by name and place of the declaration. */
  entityOf: Map<DraftNode, EntityFact>;
  /** Entities an operation touches beside or instead of the one it names: tracked changes, type parameters. */
  touches: TouchFact[];
  /** Operations on whatever a type parameter stands for. */
  genericOperations: { node: DraftNode; within: FunctionSymbol; parameter: string }[];
  genericUses: GenericUses;
  /** Where the type of a sent or received message is declared, by its operation. */
  messageTypes: Map<DraftNode, Location>;
  /** Calls that register an entry point, by file and node: they do not run the handler they are given. */
  registrations: Set<string>;
  /** HTTP calls waiting to be joined. */
  requests: RequestFact[];
  /** Served routes to be joined with. */
  endpoints: EndpointFact[];
  /** Base paths put before the URL of every call of a root's front end: interceptors, proxies, base URLs. */
  basePaths: Map<string, Set<string>>;
  /** Hosts, with their port, that the scanned code serves besides the local one. */
  servedHosts: Set<string>;
}

export interface EntityFact {
  entity: string;
  /** Where the entity is declared; undefined for a table known by name only. */
  declaration: Location | undefined;
}

/** A further table of an operation, and how that is known. */
export interface TouchFact {
  node: DraftNode;
  declaration: Location;
  rule: string;
  detail: string;
}

export interface RequestFact {
  node: DraftNode;
  method: string;
  /** URL templates the call can have, `{name}` for each part that is not literal. */
  urls: { text: string; parts: string[] }[];
  /** How the URL is put together, for callers that pass parts of it; undefined where they cannot. */
  composition?: UrlComposition | undefined;
  /** The most that is claimed of the joined endpoints. */
  confidence?: 'likely' | 'possible';
}

/** An HTTP call's URL and verb as expressions that can be evaluated for a call of the function around it. */
export interface UrlComposition {
  url: readonly Location[];
  evaluate(): { urls: TextValue[]; methods: string[] };
}

export interface EndpointFact {
  node: DraftNode;
  method: string;
  /** Route template without a leading slash. */
  route: string;
  /** Prefix that is put before the route outside its declaration, noted apart. */
  globalPrefix: string;
  handlers: FunctionSymbol[];
}

export function emptyFacts(): LinkFacts {
  return {
    entityOf: new Map(),
    touches: [],
    genericOperations: [],
    genericUses: new GenericUses(),
    messageTypes: new Map(),
    registrations: new Set(),
    requests: [],
    endpoints: [],
    basePaths: new Map(),
    servedHosts: new Set(),
  };
}

/**
 * Visits the nodes of a file that most of linking looks for, parents first: see SWEPT in sourceFile.ts. Many times
 * faster than `visitTree`, since the others are many.
 */
export function visitNodes(file: Location['file'], visit: (node: number) => void): void {
  for (const node of file.sweptNodes()) visit(node);
}

/** Visits every node of a file's tree, parents first. */
export function visitTree(file: Location['file'], visit: (node: number) => void): void {
  const { tree } = file;
  const pending = [tree.root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visit(node);
    tree.pushChildren(node, pending);
  }
}
