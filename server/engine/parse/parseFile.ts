import { readFileSync } from 'node:fs';
import { contentHash } from '../contentHash.ts';
import { decodeSource } from '../discover/content.ts';
import { failureReason } from '../discover/failureReason.ts';
import type { Language } from '../languages.ts';
import { lowerCSharp } from '../lower/csharp.ts';
import { lowerHtml } from '../lower/html.ts';
import { inlineTemplates } from '../lower/inlineTemplates.ts';
import { lowerTemplate } from '../lower/angularTemplate.ts';
import type { Lowering } from '../lower/lower.ts';
import { lowerRazor, RazorBuilder } from '../lower/razor.ts';
import { Kind, lineOf, columnOf, packPosition, TreeBuilder, type TreeData } from '../lower/tree.ts';
import { lowerPrisma } from '../lower/prisma.ts';
import { lowerProto } from '../lower/proto.ts';
import { lowerTypeScript } from '../lower/typescript.ts';
import { lowerXaml } from '../lower/xaml.ts';
import { loadParser, parse } from './grammars.ts';
import type { Syntax } from './syntax.ts';

/** Milliseconds one file may take to parse. */
const PARSE_BUDGET = 10_000;

/** Name of what WebAssembly throws when it traps, and the parser's runtime when it aborts. */
const TRAP = 'RuntimeError';

/** A file to parse, as it is sent to a worker. */
export interface ParseTask {
  path: string;
  language: Language;
  /** Reasons by content hash why a file must not be parsed; absent when there is none. */
  quarantined?: ReadonlyMap<string, string> | undefined;
}

/** What came of one file: a lowered tree, or why there is none. */
export type ParsedFile =
  | { status: 'parsed'; tree: TreeData; generated: boolean; hash: string }
  | { status: 'skipped'; reason: string; hash: string }
  | { status: 'failed'; reason: string };

const LOWERINGS: Partial<Record<Language, Lowering>> = {
  csharp: lowerCSharp,
  typescript: lowerTypeScript,
  tsx: lowerTypeScript,
  javascript: lowerTypeScript,
};

/** A file has made the parser trap: the parser is in an unknown state, and with it all that it would parse later. */
export class BrokenParserError extends Error {
  constructor(cause: unknown) {
    super(`the parser broke: ${errorText(cause)}`, { cause });
    this.name = 'BrokenParserError';
  }
}

/**
 * Reads, parses and lowers one file. What the file contains never makes it throw anything but:
 * @throws {BrokenParserError} when this thread can parse no more
 */
export async function parseFile(task: ParseTask): Promise<ParsedFile> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(task.path);
  } catch (error) {
    return { status: 'failed', reason: `cannot be read: ${failureReason(error)}` };
  }
  return parseBytes(bytes, task);
}

/**
 * Parses and lowers what was read of a file; its hash is of `bytes`, whatever the file holds by now.
 * @throws {BrokenParserError}
 */
export async function parseBytes(bytes: Buffer, task: ParseTask): Promise<ParsedFile> {
  const hash = contentHash(bytes);
  const quarantined = task.quarantined?.get(hash);
  if (quarantined !== undefined) return { status: 'failed', reason: quarantined };
  try {
    const decoded = decodeSource(bytes, task.language);
    if ('skip' in decoded) return { status: 'skipped', reason: decoded.skip, hash };
    const tree = await lower(decoded.text, task);
    return { status: 'parsed', tree, generated: decoded.generated, hash };
  } catch (error) {
    if (error instanceof Error && error.name === TRAP) throw new BrokenParserError(error);
    return { status: 'failed', reason: `cannot be parsed: ${errorText(error)}` };
  }
}

async function lower(text: string, { language, path }: ParseTask): Promise<TreeData> {
  if (language === 'razor') return lowerRazorFile(text, path);
  const builder = new TreeBuilder();
  if (language === 'html') return builder.finish(await lowerPage(text, builder));
  if (language === 'xaml') return builder.finish(lowerXaml(text, builder));
  if (language === 'prisma') return builder.finish(lowerPrisma(text, builder));
  if (language === 'proto') return builder.finish(lowerProto(text, builder));
  const lowering = LOWERINGS[language];
  if (!lowering) throw new Error(`no lowering for ${language}`);
  const syntax = parse(await loadParser(language), text, PARSE_BUDGET);
  const root = lowering(syntax, builder, language);
  return builder.finish(withInlineTemplates(syntax, builder, root));
}

async function lowerRazorFile(text: string, path: string): Promise<TreeData> {
  const builder = new RazorBuilder();
  const parser = await loadParser('csharp');
  return builder.finish(
    lowerRazor(text, path, builder, (source) => lowerCSharp(parse(parser, source, PARSE_BUDGET), builder, 'csharp')),
  );
}

/** Adds the templates written inside a component's decorator to its file. */
function withInlineTemplates(syntax: Syntax, builder: TreeBuilder, root: number): number {
  const templates = inlineTemplates(syntax);
  if (templates.length === 0) return root;
  const nodes = templates.map((template) => {
    const position = syntax.position(template.start);
    return lowerTemplate(template.text, builder, { line: lineOf(position), column: columnOf(position) });
  });
  return fileOf(builder, [root, ...nodes], syntax.end(0));
}

async function lowerPage(text: string, builder: TreeBuilder): Promise<number> {
  const { root, scripts } = lowerHtml(text, builder);
  if (scripts.length === 0) return root;
  const parser = await loadParser('javascript');
  const lowered = scripts.map((script) => {
    // Blank lines and columns before the script keep its positions those of the page.
    const padded = '\n'.repeat(script.line - 1) + ' '.repeat(script.column - 1) + script.text;
    return lowerTypeScript(parse(parser, padded, PARSE_BUDGET), builder, 'javascript');
  });
  return fileOf(builder, [root, ...lowered], packPosition(text.split('\n').length, 1));
}

/** One File node around several: their declarations side by side. */
function fileOf(builder: TreeBuilder, parts: number[], end: number): number {
  return builder.node(Kind.File, 0, packPosition(1, 1), end, '', parts);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
