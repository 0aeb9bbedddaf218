import { MERMAID_LIMITS } from '#protocol/exports.ts';

/** A statement of a diagram: nodes it mentions are declared before it where the diagram has not declared them yet. */
export interface DiagramStatement {
  text: string;
  nodes: string[];
  /** Whether it draws an edge. */
  isEdge: boolean;
}

/**
 * Puts statements into diagrams that stay within what Mermaid renders. A node is declared in every diagram that shows
 * it; `declare` writes its declaration.
 */
export class DiagramPacker {
  readonly #start: string;
  readonly #declare: (node: string) => string;
  #text: string;
  #edges = 0;
  #declared = new Set<string>();
  /** Declarations asked for so far, since a node's is needed to measure and again to write. */
  #declarations = new Map<string, string>();

  /** @param start first line of every diagram, with its line break */
  constructor(start: string, declare: (node: string) => string) {
    this.#start = start;
    this.#declare = declare;
    this.#text = start;
  }

  /**
   * Adds statements that belong together; they share a diagram if they fit into one.
   * @returns diagrams that are complete
   */
  *add(statements: readonly DiagramStatement[]): Iterable<string> {
    const edges = statements.filter((statement) => statement.isEdge).length;
    const size = statements.reduce((sum, statement) => sum + this.#sizeOf(statement), 0);
    if (!this.#fits(edges, size)) yield* this.finish();
    for (const statement of statements) {
      if (!this.#fits(statement.isEdge ? 1 : 0, this.#sizeOf(statement))) yield* this.finish();
      this.#write(statement);
    }
  }

  /** The diagram begun, if it shows anything; the next one is empty. */
  *finish(): Iterable<string> {
    if (this.#text !== this.#start) yield this.#text;
    this.#text = this.#start;
    this.#edges = 0;
    this.#declared = new Set();
    this.#declarations = new Map();
  }

  #fits(edges: number, characters: number): boolean {
    return this.#edges + edges <= MERMAID_LIMITS.edges && this.#text.length + characters <= MERMAID_LIMITS.characters;
  }

  #sizeOf({ text, nodes }: DiagramStatement): number {
    const missing = nodes.filter((node) => !this.#declared.has(node));
    return text.length + missing.reduce((sum, node) => sum + this.#declarationOf(node).length, 0);
  }

  #declarationOf(node: string): string {
    const known = this.#declarations.get(node) ?? this.#declare(node);
    this.#declarations.set(node, known);
    return known;
  }

  #write({ text, nodes, isEdge }: DiagramStatement): void {
    for (const node of nodes) {
      if (this.#declared.has(node)) continue;
      this.#declared.add(node);
      this.#text += this.#declarationOf(node);
    }
    this.#text += text;
    if (isEdge) this.#edges++;
  }
}

/** One diagram as it is, more of them as Markdown with a block for each. */
export async function* diagramFile(first: string, rest: AsyncIterable<string>, title: string): AsyncIterable<string> {
  let number = 0;
  let pending: string | undefined = first;
  for await (const next of rest) {
    if (pending !== undefined) yield `# ${title}\n\n${block(++number, pending)}`;
    pending = undefined;
    yield block(++number, next);
  }
  if (pending !== undefined) yield pending;
}

/** Heading and fenced block of one of several diagrams. */
function block(number: number, diagram: string): string {
  return `## Diagram ${number}\n\n\`\`\`mermaid\n${diagram}\`\`\`\n\n`;
}
