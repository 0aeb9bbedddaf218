import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Language } from '#engine/languages.ts';
import { printTree } from '#engine/lower/printTree.ts';
import { Kind } from '#engine/lower/tree.ts';
import type { Syntax } from '#engine/parse/syntax.ts';
import { built, lower, lowered, reached, shapes, syntaxOf, unreached } from './lowerTypeScriptSupport.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const LANGUAGES: readonly (readonly [string, Language])[] = [
  ['.tsx', 'tsx'],
  ['.ts', 'typescript'],
  ['.js', 'javascript'],
  ['.jsx', 'javascript'],
];

function languageOf(path: string): Language | undefined {
  return LANGUAGES.find(([extension]) => path.endsWith(extension))?.[1];
}

function sourceFiles(): string[] {
  return ['server', 'samples', 'protocol'].flatMap((folder) => {
    const entries = readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  });
}

/** Not calls in the tree: `require`, where it is an import, and `import`, where it stands in a type. */
const OTHERWISE: ReadonlySet<string> = new Set(['require', 'import']);

/** `start:end` of each call in the source that stays a call. */
function callSpans(syntax: Syntax): string[] {
  const spans: string[] = [];
  for (let id = 0; id < syntax.length; id++) {
    if (syntax.type(id) !== 'call_expression') continue;
    if (syntax.type(syntax.parent(id)) === 'decorator') continue;
    if (!OTHERWISE.has(syntax.text(syntax.field(id, 'function')))) spans.push(`${syntax.start(id)}:${syntax.end(id)}`);
  }
  return spans.toSorted();
}

function repeat(text: string): string {
  return text.repeat(10_000);
}

describe('robustness', () => {
  it.each([
    ['parentheses', `x = ${repeat('(')}f()${repeat(')')}`],
    ['arrays', `x = ${repeat('[')}${repeat(']')}`],
    ['blocks', repeat('{') + repeat('}')],
    ['calls', repeat('f(') + repeat(')')],
    ['chained calls', `a${repeat('.b()')}`],
    ['arrow functions', `${repeat('() => ')}1`],
    ['types', `type X = ${repeat('A<')}B${repeat('>')}`],
    ['patterns', `const ${repeat('[')}a${repeat(']')} = x`],
    ['classes', repeat('class A { m() {') + repeat('}}')],
    ['unfinished blocks', repeat('if (a) {')],
  ])('survives 10,000 nested %s', async (_name, source) => {
    const tree = await lower(source);
    expect(unreached(tree)).toEqual([]);
    expect(printTree(tree)).toContain('File');
  });

  it('keeps all calls of long chains that need not be deep', async () => {
    const sources = ['f()' + repeat(' + f()'), 'if (a) f();' + repeat('else if (b) f();')];
    for (const source of sources) {
      const tree = await lower(source);
      expect(built(tree).filter((id) => tree.kind(id) === Kind.Call)).toHaveLength(10_001);
    }
  });

  it('sees the calls around a syntax error', async () => {
    const tree = await lower('a(); class A { m() { b( } } x = [c(), , d()]; x = { y: , z: g() };');
    const names = built(tree)
      .filter((id) => tree.kind(id) === Kind.Call)
      .map((id) => tree.text(tree.child(id, 0)));
    expect(names).toEqual(['a', 'c', 'd', 'g']);
    expect(unreached(tree)).toEqual([]);
  });

  it('lowers an empty file', async () => {
    expect(await shapes('')).toEqual([]);
  });
});

describe('the sources of this repository', () => {
  it('become trees in which each call of the source is exactly one call', async () => {
    let calls = 0;
    for (const path of sourceFiles()) {
      const language = languageOf(path);
      if (!language) continue;
      const syntax = await syntaxOf(readFileSync(path, 'utf8'), language);
      const tree = lowered(syntax, language);
      const seen = reached(tree);
      const spans = [...seen]
        .filter((id) => tree.kind(id) === Kind.Call && !OTHERWISE.has(tree.text(tree.child(id, 0))))
        .map((id) => `${tree.start(id)}:${tree.end(id)}`);
      expect(spans.toSorted(), path).toEqual(callSpans(syntax));
      expect(unreached(tree), path).toEqual([]);
      calls += spans.length;
    }
    expect(calls).toBeGreaterThan(1000);
  });
});
