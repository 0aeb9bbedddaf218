import { createHash } from 'node:crypto';
import type {
  Candidate,
  Confidence,
  EdgeKind,
  GraphEdge,
  GraphNode,
  NodeKind,
  OperationKind,
  Unresolved,
  UnresolvedReason,
} from '#protocol/graph.ts';
import type { Location, SourceFile } from '../link/sourceFile.ts';
import type { FunctionSymbol } from '../link/symbols.ts';
import { columnOf, lineOf } from '../lower/tree.ts';
import { redact } from './redact.ts';

/** A node while the graph is being built; its id is given at the end. */
export interface DraftNode {
  kind: NodeKind;
  name: string;
  file: SourceFile;
  /** Packed positions. */
  start: number;
  end: number;
  target?: string | undefined;
  method?: string | undefined;
  provider?: string | undefined;
  rule: string;
  confidence: Confidence;
  /** Qualified name of the enclosing function or type. */
  symbol?: string | undefined;
  id: string;
}

/** What is given of an operation. */
export interface OperationDraft {
  kind: OperationKind;
  at: Location;
  /** Packed positions, where the span is not the node's own. */
  start?: number;
  end?: number;
  name?: string | undefined;
  target?: string | undefined;
  method?: string | undefined;
  provider?: string | undefined;
  rule: string;
  confidence?: Confidence;
  within?: FunctionSymbol | undefined;
}

export interface DraftEdge {
  source: DraftNode;
  target: DraftNode;
  kind: EdgeKind;
  rule: string;
  confidence: Confidence;
  /** Where the joining fact stands, when it is not the source node: a call. */
  at?: Location | undefined;
  detail?: string | undefined;
  candidates?: { node: DraftNode; reason: string }[] | undefined;
}

/** A finished graph: nodes sorted by place, edges by their ends. */
export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  unresolved: Unresolved[];
}

/** Collects nodes and edges and gives them stable identities. */
export class GraphBuilder {
  operations: DraftNode[] = [];
  edges: DraftEdge[] = [];
  readonly tables = new Map<string, DraftNode>();
  readonly #functions = new Map<FunctionSymbol, DraftNode>();
  readonly #functionOf = new Map<DraftNode, FunctionSymbol>();
  readonly #edgeKeys = new Map<DraftNode, Map<string, DraftEdge>>();
  #unresolved: { node: DraftNode; reason: UnresolvedReason; detail: string }[] = [];

  operation(draft: OperationDraft): DraftNode {
    const { tree } = draft.at.file;
    const node: DraftNode = {
      kind: draft.kind,
      name: draft.name ?? draft.target ?? draft.kind,
      file: draft.at.file,
      start: draft.start ?? tree.start(draft.at.node),
      end: draft.end ?? tree.end(draft.at.node),
      target: draft.target,
      method: draft.method,
      provider: draft.provider,
      rule: draft.rule,
      confidence: draft.confidence ?? 'certain',
      symbol: draft.within?.qualifiedName,
      id: '',
    };
    this.operations.push(node);
    return node;
  }

  /** The node of a function: `start_line` is the line of its name, the end that of its body. */
  function(symbol: FunctionSymbol): DraftNode {
    let node = this.#functions.get(symbol);
    if (!node) {
      const { tree } = symbol.file;
      node = {
        kind: 'function',
        name: symbol.owner ? `${symbol.owner.name}.${symbol.name}` : symbol.name,
        file: symbol.file,
        start: tree.start(symbol.nameNode),
        end: tree.end(symbol.node),
        rule: 'declaration',
        confidence: 'certain',
        symbol: symbol.qualifiedName,
        id: '',
      };
      this.#functions.set(symbol, node);
      this.#functionOf.set(node, symbol);
    }
    return node;
  }

  /** The function symbol a function node stands for. */
  symbolOf(node: DraftNode): FunctionSymbol | undefined {
    return this.#functionOf.get(node);
  }

  functions(): DraftNode[] {
    return [...this.#functions.values()];
  }

  /** The node of a table, placed where its entity is declared. */
  table(name: string, at: Location, rule: string): DraftNode {
    const key = `${at.file.root}\0${name}`;
    let node = this.tables.get(key);
    if (!node) {
      const { tree } = at.file;
      node = {
        kind: 'table',
        name,
        file: at.file,
        start: tree.start(at.node),
        end: tree.end(at.node),
        target: name,
        rule,
        confidence: 'certain',
        id: '',
      };
      this.tables.set(key, node);
    }
    return node;
  }

  /** Adds an edge; one that is there already, of the same kind between the same nodes, is not added again. */
  edge(edge: DraftEdge): void {
    let keys = this.#edgeKeys.get(edge.source);
    if (!keys) {
      keys = new Map();
      this.#edgeKeys.set(edge.source, keys);
    }
    const key = `${edge.kind}\0${this.#numberOf(edge.target)}`;
    const known = keys.get(key);
    if (known) {
      addDetail(known, edge.detail);
      return;
    }
    keys.set(key, edge);
    this.edges.push(edge);
  }

  readonly #numbers = new Map<DraftNode, number>();
  #numberOf(node: DraftNode): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(node, number);
    }
    return number;
  }

  /** Takes operations out again, with their edges. */
  remove(nodes: ReadonlySet<DraftNode>): void {
    if (nodes.size === 0) return;
    this.operations = this.operations.filter((node) => !nodes.has(node));
    this.edges = this.edges.filter(({ source, target }) => !nodes.has(source) && !nodes.has(target));
    this.#unresolved = this.#unresolved.filter(({ node }) => !nodes.has(node));
    for (const node of nodes) this.#edgeKeys.delete(node);
  }

  unresolved(node: DraftNode, reason: UnresolvedReason, detail: string): void {
    this.#unresolved.push({ node, reason, detail });
  }

  /** Operations of which it was said why they could not be joined. */
  explained(): ReadonlySet<DraftNode> {
    return new Set(this.#unresolved.map(({ node }) => node));
  }

  /** Gives every node its identity and sorts everything. Functions that lead nowhere are left out. */
  finish(): Graph {
    const kept = this.#reachingFunctions();
    const drafts = [...this.operations, ...kept, ...this.tables.values()].sort(comparePlaces);
    assignIds(drafts);
    const included = new Set(drafts);
    const edges = this.edges
      .filter((edge) => included.has(edge.source) && included.has(edge.target))
      .map(toEdge)
      .sort((a, b) => compare(a.source, b.source) || compare(a.kind, b.kind) || compare(a.target, b.target));
    const unresolved = this.#unresolved
      .map(({ node, reason, detail }) => ({ node: node.id, reason, detail: redact(detail) }))
      .sort((a, b) => compare(a.node, b.node) || compare(a.reason, b.reason));
    return { nodes: drafts.map(toNode), edges, unresolved };
  }

  /** Functions from which an operation is reached, and handlers of entry points. */
  #reachingFunctions(): DraftNode[] {
    const callers = new Map<DraftNode, DraftNode[]>();
    const pending: DraftNode[] = [];
    const kept = new Set<DraftNode>();
    const keep = (node: DraftNode): void => {
      if (node.kind !== 'function' || kept.has(node)) return;
      kept.add(node);
      pending.push(node);
    };
    for (const edge of this.edges) {
      if (edge.kind === 'calls') {
        const known = callers.get(edge.target);
        if (known) known.push(edge.source);
        else callers.set(edge.target, [edge.source]);
      } else if (edge.kind === 'handles') keep(edge.target);
      else keep(edge.source);
    }
    for (let node = pending.pop(); node; node = pending.pop())
      for (const caller of callers.get(node) ?? []) keep(caller);
    return [...kept];
  }
}

/** Calls that bind a type parameter differently are one edge that says so. */
function addDetail(edge: DraftEdge, detail: string | undefined): void {
  if (edge.kind !== 'calls' || detail === undefined || edge.detail?.split(', ').includes(detail) === true) return;
  edge.detail = edge.detail === undefined ? detail : `${edge.detail}, ${detail}`;
}

function comparePlaces(a: DraftNode, b: DraftNode): number {
  return (
    compare(a.file.root, b.file.root) ||
    compare(a.file.path, b.file.path) ||
    a.start - b.start ||
    a.end - b.end ||
    compare(a.kind, b.kind) ||
    compare(a.target ?? '', b.target ?? '') ||
    compare(a.method ?? '', b.method ?? '')
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ids come from root, file, kind, enclosing symbol, target and ordinal: an edit elsewhere in the file keeps them. */
function assignIds(sorted: readonly DraftNode[]): void {
  const ordinals = new Map<string, number>();
  for (const node of sorted) {
    const identity = [
      node.file.root,
      node.file.path,
      node.kind,
      node.symbol ?? '',
      node.method ?? '',
      node.target ?? node.name,
    ].join('\0');
    const ordinal = ordinals.get(identity) ?? 0;
    ordinals.set(identity, ordinal + 1);
    node.id = createHash('sha256').update(`${identity}\0${ordinal}`).digest('hex').slice(0, 16);
  }
}

function toNode(draft: DraftNode): GraphNode {
  return {
    id: draft.id,
    kind: draft.kind,
    name: draft.name,
    root: draft.file.root,
    file: draft.file.path,
    start_line: lineOf(draft.start),
    start_column: columnOf(draft.start),
    end_line: lineOf(draft.end),
    end_column: columnOf(draft.end),
    ...(draft.target === undefined ? {} : { target: draft.target }),
    ...(draft.method === undefined ? {} : { method: draft.method }),
    ...(draft.provider === undefined ? {} : { provider: draft.provider }),
    rule: draft.rule,
    confidence: draft.confidence,
    ...(draft.symbol === undefined ? {} : { symbol: draft.symbol }),
  };
}

function toEdge(draft: DraftEdge): GraphEdge {
  const from = draft.at
    ? { root: draft.at.file.root, file: draft.at.file.path, line: lineOf(draft.at.file.tree.start(draft.at.node)) }
    : placeOf(draft.source);
  const candidates: Candidate[] = (draft.candidates ?? [])
    .map(({ node, reason }) => ({ node: node.id, reason }))
    .filter(({ node }) => node !== '');
  return {
    source: draft.source.id,
    target: draft.target.id,
    kind: draft.kind,
    rule: draft.rule,
    confidence: draft.confidence,
    evidence: {
      from,
      to: placeOf(draft.target),
      ...(draft.detail === undefined ? {} : { detail: redact(draft.detail) }),
    },
    ...(candidates.length === 0 ? {} : { candidates }),
  };
}

function placeOf(node: DraftNode) {
  return { root: node.file.root, file: node.file.path, line: lineOf(node.start) };
}
