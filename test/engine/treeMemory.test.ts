import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadParser } from '#engine/parse/grammars.ts';
import { walkTree } from '#engine/parse/treeCursor.ts';
import { addressOf, readTree, type TreeSink } from '#engine/parse/treeMemory.ts';
import { type Language, languageOf } from '#engine/languages.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const GRAMMARS: readonly Language[] = ['csharp', 'typescript', 'tsx', 'javascript', 'html'];

/** All nodes a way of reading gives. */
function recorded(copy: (sink: TreeSink) => void): string[] {
  const seen: string[] = [];
  copy({
    node: (...values) => seen.push(values.join(' ')) - 1,
    descends: () => true,
  });
  return seen;
}

async function bothWays(language: Language, text: string): Promise<{ cursor: string[]; memory: string[] }> {
  const { parser, memory } = await loadParser(language);
  const tree = parser.parse(text);
  if (!tree || !memory) throw new Error(`no tree or no memory for ${language}`);
  try {
    return {
      cursor: recorded((sink) => walkTree(tree, sink)),
      memory: recorded((sink) => readTree(memory, addressOf(tree), addressOf(tree.language), sink)),
    };
  } finally {
    tree.delete();
  }
}

/** Source files of this project and its sample, in every language there is. */
function sources(): { path: string; language: Language }[] {
  return ['server', 'webview', 'samples', 'test/engine'].flatMap((folder) =>
    readdirSync(`${PROJECT}${folder}`, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
      const language = languageOf(name);
      return language && GRAMMARS.includes(language) ? [{ path: `${PROJECT}${folder}/${name}`, language }] : [];
    }),
  );
}

describe('reading trees from the memory of the parser', () => {
  it.each(GRAMMARS)('is proved for %s when its parser is loaded', async (language) => {
    expect((await loadParser(language)).memory).toBeDefined();
  });

  it('gives what the cursor gives, on every source file of this project', async () => {
    const files = sources();
    expect(new Set(files.map((file) => file.language)).size).toBeGreaterThan(3);
    for (const { path, language } of files) {
      const { cursor, memory } = await bothWays(language, readFileSync(path, 'utf8'));
      expect(memory, path).toEqual(cursor);
    }
  }, 120_000);

  it('gives what the cursor gives on texts that are cut off anywhere', async () => {
    const text = readFileSync(
      createRequire(import.meta.url).resolve('../../server/engine/parse/treeMemory.ts'),
      'utf8',
    );
    for (let length = 1; length < text.length; length += 397) {
      const { cursor, memory } = await bothWays('typescript', text.slice(0, length));
      expect(memory).toEqual(cursor);
    }
  }, 60_000);

  it('counts characters outside the basic plane as the source does', async () => {
    const { cursor, memory } = await bothWays('typescript', 'const a = "😀é漢"; // 😀\nf(a);\n');
    expect(memory).toEqual(cursor);
  });
});
