import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Language as Grammar, Parser, type Tree } from 'web-tree-sitter';
import type { Language } from '../languages.ts';
import { Syntax } from './syntax.ts';
import { walkTree } from './treeCursor.ts';
import { addressOf, type ParserMemory, parserMemory, readTree, type TreeSink } from './treeMemory.ts';

/**
 * The only module that names the parser: tree-sitter's official WebAssembly build. Why, and what it was measured
 * against, is in docs/decisions/001-parser.md.
 */
const GRAMMAR_FILES: Partial<Record<Language, { package: string; file: string }>> = {
  csharp: { package: 'tree-sitter-c-sharp', file: 'tree-sitter-c_sharp.wasm' },
  typescript: { package: 'tree-sitter-typescript', file: 'tree-sitter-typescript.wasm' },
  tsx: { package: 'tree-sitter-typescript', file: 'tree-sitter-tsx.wasm' },
  javascript: { package: 'tree-sitter-javascript', file: 'tree-sitter-javascript.wasm' },
  html: { package: 'tree-sitter-html', file: 'tree-sitter-html.wasm' },
};

const SCRIPT_SAMPLE = `import { a as b } from './c'; // comment
@D() export class C<T> extends B<T> { private x = 1; async m(p: T, ...q: string[]) { return (await this.x?.y(p, \`a\${q}b\`)) ?? null; } }
const { k, ...rest } = f(); /* one */ if (k) { g(); } else ) h(`;

/** Texts that use what a tree can hold: fields, aliases, hidden nodes, comments, errors. */
const SAMPLES: Partial<Record<Language, string>> = {
  csharp: `using A = B.C; // comment
[R("x")] public partial class C<T>(int y) : D<T>, IE { public int P { get; set; } = 1;
  public async Task<T> M(T p, params string[] q) => await _x?.Y<T>(p, $"a{q[0]}b", o: out var z).Select(s => s.N) ?? default; }
#if X
var k = new { A = 1 }; /* one */ if (k is C c) { g(); } else ) h(`,
  typescript: SCRIPT_SAMPLE,
  tsx: `${SCRIPT_SAMPLE}; const e = <a b="c" {...d}>{f} text</a>;`,
  javascript: `const { a, ...b } = require('c'); // comment
class C extends B { #x = 1; static async *m(p = 2, ...q) { return await this.x?.y(p, \`a\${q}b\`); } }
module.exports = { C, get k() { return <a b="c">{d}</a>; } }; /* one */ if (a) { g(); } else ) h(`,
  html: `<!doctype html><!-- c --><p a="b" c>text<br><b>x</p><script>f();</script>`,
};

/** In the bundle the grammars lie beside the code; in the source tree they are read from their packages. */
const BUNDLED = !import.meta.url.endsWith('.ts');

function wasmPath(packageName: string, file: string): string {
  if (BUNDLED) return fileURLToPath(new URL(`./grammars/${file}`, import.meta.url));
  return createRequire(import.meta.url).resolve(`${packageName}/${file}`);
}

/** A parser with the way to read its trees. */
export interface LoadedParser {
  parser: Parser;
  grammar: Grammar;
  /** Memory of the runtime when its layout is proved to be the known one. */
  memory: ParserMemory | undefined;
}

/** The runtime's module object: it is filled in by `Parser.init`. */
const runtimeModule = { locateFile: () => wasmPath('web-tree-sitter', 'web-tree-sitter.wasm') };
let runtime: Promise<void> | undefined;
const loaded = new Map<Language, Promise<LoadedParser>>();

async function load(language: Language): Promise<LoadedParser> {
  runtime ??= Parser.init(runtimeModule);
  await runtime;
  const files = GRAMMAR_FILES[language];
  if (!files) throw new Error(`no grammar for ${language}`);
  const parser = new Parser();
  const grammar = await Grammar.load(wasmPath(files.package, files.file));
  parser.setLanguage(grammar);
  const memory = parserMemory(runtimeModule);
  return { parser, grammar, memory: memory && layoutHolds(parser, memory, language) ? memory : undefined };
}

/** Loads a language's parser once a thread; call it before `parse`. */
export async function loadParser(language: Language): Promise<LoadedParser> {
  let parser = loaded.get(language);
  if (!parser) {
    parser = load(language);
    loaded.set(language, parser);
  }
  return parser;
}

/** Whether reading memory gives what the cursor gives, on a text with fields, aliases, comments and an error. */
function layoutHolds(parser: Parser, memory: ParserMemory, language: Language): boolean {
  const tree = parser.parse(SAMPLES[language] ?? '');
  if (!tree) return false;
  try {
    const byCursor = recorded((sink) => walkTree(tree, sink));
    const byMemory = recorded((sink) => readTree(memory, addressOf(tree), addressOf(tree.language), sink));
    return byCursor.length > 20 && byCursor.join() === byMemory.join();
  } catch {
    // A layout that is not the known one can lead anywhere, also out of bounds.
    return false;
  } finally {
    tree.delete();
  }
}

/** All that is handed to a sink, as numbers. */
function recorded(copy: (sink: TreeSink) => void): number[] {
  const seen: number[] = [];
  let count = 0;
  copy({
    node(type, field, start, end, parent) {
      seen.push(type, field, start, end, parent);
      return count++;
    },
    descends: () => true,
  });
  return seen;
}

/** Thrown when one file takes longer than its time budget. */
export class ParseTimeoutError extends Error {
  constructor(milliseconds: number) {
    super(`parsing took longer than ${milliseconds} ms`);
    this.name = 'ParseTimeoutError';
  }
}

/** Asking for the time used costs more than the parser does between two of its calls. */
const CALLS_PER_LOOK = 128;

/** Milliseconds of processor time this thread has used: unlike the clock, the same on a busy machine. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Parses a source text within a time budget.
 * @param budget milliseconds of processor time
 * @throws {ParseTimeoutError} when the budget is spent
 */
export function parse({ parser, grammar, memory }: LoadedParser, source: string, budget: number): Syntax {
  const deadline = threadTime() + budget;
  let calls = 0;
  const isOverdue = (): boolean => ++calls % CALLS_PER_LOOK === 0 && threadTime() > deadline;
  const tree: Tree | null = parser.parse(source, null, { progressCallback: isOverdue });
  if (!tree) {
    parser.reset();
    throw new ParseTimeoutError(budget);
  }
  try {
    return new Syntax(grammar, source, (sink) => {
      if (memory) readTree(memory, addressOf(tree), addressOf(grammar), sink);
      else walkTree(tree, sink);
    });
  } finally {
    tree.delete();
  }
}
