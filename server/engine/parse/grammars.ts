import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Language as Grammar, Parser, type Tree } from 'web-tree-sitter';
import type { Language } from '../languages.ts';
import { Syntax } from './syntax.ts';

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

/** In the bundle the grammars lie beside the code; in the source tree they are read from their packages. */
const BUNDLED = !import.meta.url.endsWith('.ts');

function wasmPath(packageName: string, file: string): string {
  if (BUNDLED) return fileURLToPath(new URL(`./grammars/${file}`, import.meta.url));
  return createRequire(import.meta.url).resolve(`${packageName}/${file}`);
}

let runtime: Promise<void> | undefined;
const loaded = new Map<Language, Promise<Parser>>();

async function load(language: Language): Promise<Parser> {
  runtime ??= Parser.init({ locateFile: () => wasmPath('web-tree-sitter', 'web-tree-sitter.wasm') });
  await runtime;
  const grammar = GRAMMAR_FILES[language];
  if (!grammar) throw new Error(`no grammar for ${language}`);
  const parser = new Parser();
  parser.setLanguage(await Grammar.load(wasmPath(grammar.package, grammar.file)));
  return parser;
}

/** Loads a language's parser once a thread; call it before `parse`. */
export async function loadParser(language: Language): Promise<Parser> {
  let parser = loaded.get(language);
  if (!parser) {
    parser = load(language);
    loaded.set(language, parser);
  }
  return parser;
}

/** Thrown when one file takes longer than its time budget. */
export class ParseTimeoutError extends Error {
  constructor(milliseconds: number) {
    super(`parsing took longer than ${milliseconds} ms`);
    this.name = 'ParseTimeoutError';
  }
}

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
export function parse(parser: Parser, source: string, budget: number): Syntax {
  const deadline = threadTime() + budget;
  const tree: Tree | null = parser.parse(source, null, { progressCallback: () => threadTime() > deadline });
  if (!tree) {
    parser.reset();
    throw new ParseTimeoutError(budget);
  }
  try {
    return new Syntax(tree, source);
  } finally {
    tree.delete();
  }
}
