import type { EdgeKind, GraphNode } from '#protocol/graph.ts';
import type { NodeFacts, ResultReader } from '../store/resultReader.ts';
import type { NamedKeys } from './comparison.ts';

/**
 * One of two results that are compared, with the keys by which its nodes are found in the other one: their stable
 * identities. A single folder scanned under another name, as two checkouts of a repository are, has other identities;
 * then keys are put together in the same way without the name of the root.
 */
export class ComparedResult {
  readonly result: ResultReader;
  /** What may change of every node, by key, in the order of the result. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly #keys: Map<string, string> | undefined;
  readonly #ids: Map<string, string> | undefined;

  private constructor(result: ResultReader, keys: Map<string, string> | undefined, facts: NodeFacts[]) {
    this.result = result;
    this.#keys = keys;
    this.#ids = keys && new Map([...keys].map(([id, key]) => [key, id]));
    this.facts = new Map(facts.map((node) => [this.key(node.id), node]));
  }

  /** Two results, ready to be compared. */
  static async pair(a: ResultReader, b: ResultReader): Promise<[ComparedResult, ComparedResult]> {
    const renamed =
      a.head.roots.length === 1 && b.head.roots.length === 1 && a.head.roots[0]?.name !== b.head.roots[0]?.name;
    return [await ComparedResult.#read(a, renamed), await ComparedResult.#read(b, renamed)];
  }

  static async #read(result: ResultReader, renamed: boolean): Promise<ComparedResult> {
    const facts: NodeFacts[] = [];
    for await (const some of result.facts()) facts.push(...some);
    return new ComparedResult(result, renamed ? await keysWithoutRoot(result) : undefined, facts);
  }

  /** The key of a node of this result. */
  key(id: string): string {
    return this.#keys?.get(id) ?? id;
  }

  /** The node of this result with a key. */
  nodeOf(key: string): GraphNode | undefined {
    return this.result.node(this.#ids?.get(key) ?? key);
  }

  /** Nodes by key with what a reader calls them. */
  names(keys: Iterable<string>): NamedKeys {
    return { keys: new Set(keys), nameOf: (key) => nameOf(this.nodeOf(key), key) };
  }

  /** For every target of edges of a kind the keys of their sources. */
  async sourcesByTarget(kind: EdgeKind, targetOf: (id: string) => string): Promise<Map<string, Set<string>>> {
    const sources = new Map<string, Set<string>>();
    for await (const links of this.result.links(kind)) {
      for (const link of links) {
        const target = targetOf(link.target);
        const known = sources.get(target) ?? new Set();
        sources.set(target, known.add(this.key(link.source)));
      }
    }
    return sources;
  }
}

function nameOf(node: GraphNode | undefined, key: string): string {
  return node ? `${node.name} (${node.file})` : key;
}

/** As the graph gives identities: file, kind, symbol, verb, target, and the ordinal among equals. */
async function keysWithoutRoot(result: ResultReader): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  const ordinals = new Map<string, number>();
  for await (const nodes of result.items('nodes')) {
    for (const { id, file, kind, symbol, method, target, name } of nodes) {
      const identity = [file, kind, symbol ?? '', method ?? '', target ?? name].join('\0');
      const ordinal = ordinals.get(identity) ?? 0;
      ordinals.set(identity, ordinal + 1);
      keys.set(id, `${identity}\0${ordinal}`);
    }
  }
  return keys;
}
