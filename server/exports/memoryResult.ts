import type { EdgeKind, FileProblem, GraphEdge, GraphNode, ScanResult } from '#protocol/graph.ts';
import { endpointSummaries, type ListedEndpoint, tableSummaries } from '../store/resultIndex.ts';
import type { Link, NodeFacts, ResultHead, ResultItems, ResultReader, ResultSection } from '../store/resultReader.ts';

/** A result that is whole in memory, such as one read from a result file. */
export class MemoryResult implements ResultReader {
  readonly head: ResultHead;
  readonly #result: ScanResult;
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #sections: { [K in ResultSection]: () => ResultItems[K][] };

  constructor(result: ScanResult) {
    const { scan, roots, files, suppressed = [], notices = [] } = result;
    this.head = { scan, roots, files, suppressed, notices };
    this.#result = result;
    this.#nodes = new Map(result.nodes.map((node) => [node.id, node]));
    this.#sections = {
      nodes: () => result.nodes,
      edges: () => result.edges,
      workflows: () => result.workflows,
      schemas: () => result.schemas,
      unresolved: () => result.unresolved,
      skipped: (): FileProblem[] => files.skipped,
      failed: (): FileProblem[] => files.failed,
      endpoints: () =>
        endpointSummaries(result, this.#nodes).map(({ node, ...endpoint }): ListedEndpoint => ({
          ...endpoint,
          node: node.id,
        })),
      tables: () => tableSummaries(result, this.#nodes),
    };
  }

  async *items<K extends ResultSection>(section: K): AsyncIterable<ResultItems[K][]> {
    yield this.#sections[section]();
  }

  async *texts(section: ResultSection): AsyncIterable<string[]> {
    yield this.#sections[section]().map((item) => JSON.stringify(item));
  }

  async *facts(): AsyncIterable<NodeFacts[]> {
    yield this.#result.nodes;
  }

  async *links(kind: EdgeKind): AsyncIterable<Link[]> {
    yield this.#result.edges.filter((edge) => edge.kind === kind);
  }

  node(id: string): GraphNode | undefined {
    return this.#nodes.get(id);
  }

  edge(index: number): GraphEdge | undefined {
    return this.#result.edges[index];
  }
}
