import ignore from 'ignore';
import { describe, expect, it } from 'vitest';
import { toIgnorePatterns } from '../../extension/scan/excludePatterns.ts';

function excludes(filesExclude: Record<string, unknown>): (path: string) => boolean {
  const matcher = ignore().add(toIgnorePatterns(filesExclude));
  return (path) => matcher.ignores(path);
}

describe('toIgnorePatterns', () => {
  it('leaves out at any depth what starts with two stars', () => {
    const excluded = excludes({ '**/.git': true, '**/*.map': true });
    expect(['a/.git/config', '.git/config', 'x/y.map'].map(excluded)).toEqual([true, true, true]);
    expect(excluded('x/map.ts')).toBe(false);
  });

  it('leaves out a plain name at the top only, as the editor does', () => {
    const excluded = excludes({ build: true });
    expect([excluded('build/a.ts'), excluded('src/build/a.ts')]).toEqual([true, false]);
  });

  it('expands braces, which .gitignore syntax does not have', () => {
    const excluded = excludes({ '**/*.{js,d.{ts,mts}}': true });
    expect(['a.js', 'a.d.ts', 'a.d.mts', 'a.ts'].map(excluded)).toEqual([true, true, true, false]);
  });

  it('leaves out neither what is switched off nor what depends on another file', () => {
    expect(toIgnorePatterns({ '**/*.js': { when: '$(basename).ts' }, '**/x': false })).toEqual([]);
  });

  it('drops a pattern that would expand to thousands', () => {
    expect(toIgnorePatterns({ '{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b,c,d}': true })).toEqual([]);
  });
});
