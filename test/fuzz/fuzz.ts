import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Language } from '#engine/languages.ts';
import { LANGUAGES, languageOf } from '#engine/languages.ts';
import { printTree } from '#engine/lower/printTree.ts';
import { Tree } from '#engine/lower/tree.ts';
import { parseBytes } from '#engine/parse/parseFile.ts';
import { scan } from '#engine/scan.ts';
import { loadCases } from '../../scripts/accuracyCases.ts';
import { Random } from '../sabotage/random.ts';
import { mutate } from './mutate.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['samples', 'server', 'webview', 'extension', 'test/fixtures'];

export interface FuzzOptions {
  /** Number of inputs for each language, and about as many files in scans. */
  inputs: number;
  seed: number;
  languages?: readonly Language[];
  /** A further folder whose files are mutated. */
  corpus?: string | undefined;
  /** Called before each input, so that one that hangs can be named. */
  onInput?: (seed: number, target: string) => void;
}

/** An input that broke a promise; `seed` makes it again. */
export interface Finding {
  target: string;
  seed: number;
  what: string;
}

/** Throws mutated real files at every grammar with its lowering, and mutated workspaces at the whole engine. */
export async function fuzz(options: FuzzOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const corpus = readCorpus(options.corpus);
  for (const language of options.languages ?? LANGUAGES) {
    const files = corpus.get(language) ?? [];
    if (files.length === 0) throw new Error(`no file of ${language} to mutate`);
    for (let index = 0; index < options.inputs; index++) {
      const seed = options.seed + index;
      options.onInput?.(seed, language);
      const what = await tryFile(language, files, new Random(seed));
      if (what !== undefined) findings.push({ target: language, seed, what });
    }
  }
  findings.push(...(await fuzzScans(options)));
  return findings;
}

/** Real files by language: this repository's own, the samples and the accuracy cases. */
function readCorpus(folder: string | undefined): Map<Language, Buffer[]> {
  const corpus = new Map<Language, Buffer[]>();
  const add = (path: string, content: Buffer): void => {
    const language = languageOf(path);
    if (language === undefined || content.length === 0) return;
    corpus.set(language, [...(corpus.get(language) ?? []), content]);
  };
  const folders = [...SOURCES.map((name) => join(ROOT, name)), ...(folder === undefined ? [] : [folder])];
  for (const source of folders) for (const path of filesBelow(source)) add(path, readFileSync(path));
  for (const { files } of loadCases()) {
    for (const [path, text] of Object.entries(files)) add(path, Buffer.from(text));
  }
  return corpus;
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && languageOf(entry.name) !== undefined)
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    // A checkout without that folder.
    return [];
  }
}

/** @returns what went wrong, undefined when the file was parsed, skipped or failed in an orderly way */
async function tryFile(language: Language, files: readonly Buffer[], random: Random): Promise<string | undefined> {
  const bytes = mutate(random.pick(files), files, random);
  try {
    const file = await parseBytes(bytes, { path: `/fuzz/input.${language}`, language });
    if (file.status === 'failed' && !file.reason.includes('took longer')) return file.reason;
    if (file.status === 'parsed') printTree(Tree.of(file.tree));
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

/** Mutates some files of each accuracy case and scans it as a workspace. */
async function fuzzScans(options: FuzzOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const cases = loadCases();
  const pool = cases.flatMap(({ files }) => Object.values(files).map((text) => Buffer.from(text)));
  for (let used = 0, index = 0; used < options.inputs; index++) {
    const seed = options.seed + index;
    const random = new Random(seed);
    const { files } = random.pick(cases);
    options.onInput?.(seed, 'scan');
    const changed = Object.entries(files).map(([path, text]): [string, Buffer] => {
      const bytes = Buffer.from(text);
      return [path, random.next() < 0.6 ? mutate(bytes, pool, random) : bytes];
    });
    used += changed.length;
    const what = await tryScan(changed);
    if (what !== undefined) findings.push({ target: 'scan', seed, what });
  }
  return findings;
}

async function tryScan(files: readonly [string, Buffer][]): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'pinata-fuzz-'));
  try {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
    const { files: ledger } = await scan({ roots: [{ name: 'app', path: folder }], trusted: true }, hooks);
    const sum = ledger.scanned + ledger.skipped.length + ledger.failed.length;
    if (sum !== ledger.found) return `${ledger.found} files were found, ${sum} are accounted for`;
    return ledger.failed.find(({ reason }) => !reason.includes('took longer'))?.reason;
  } catch (error) {
    return describe(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
