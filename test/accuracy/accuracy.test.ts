import { beforeAll, describe, expect, it } from 'vitest';
import { loadCases, parseCase } from '../../scripts/accuracyCases.ts';
import { belowFloor, readFloor, readKnown } from '../../scripts/accuracyFloor.ts';
import { parseCsv } from '../../scripts/accuracyLabels.ts';
import { type CaseTotals, runCases } from '../../scripts/accuracyRun.ts';
import { normalRoute, pairUp, type Tallies } from '../../scripts/accuracyScore.ts';

const CASES = loadCases();
/** Milliseconds all cases together may take on a busy machine. */
const ALL_CASES = 180_000;

describe('the authored cases', () => {
  let totals: CaseTotals;
  beforeAll(async () => {
    totals = await runCases(CASES);
  }, ALL_CASES);

  it('are at least forty for C#, for TypeScript and for markup', () => {
    const count = (...languages: string[]) =>
      languages.reduce((sum, name) => sum + (totals.languages.get(name) ?? 0), 0);
    expect([count('csharp'), count('typescript'), count('angular', 'jsx', 'xaml', 'razor')].every((n) => n >= 40)).toBe(
      true,
    );
  });

  it.each(CASES.map(({ name }) => name))('%s is found as it says, or its difference is known', (name) => {
    const known = readKnown()[name];
    if (known === undefined) expect(totals.differences.get(name) ?? []).toEqual([]);
    else expect(totals.differences.get(name), 'it no longer differs: take it out of known.json').toBeDefined();
  });

  it.each(['operations', 'links', 'routes', 'paths'] as const)('keep the precision and recall of %s', (part) => {
    const floor = readFloor();
    expect(Object.keys(floor[part])).not.toEqual([]);
    expect(belowFloor(floor[part], totals[part])).toEqual([]);
  });

  it('name no known difference that is no case', () => {
    const names = new Set(CASES.map(({ name }) => name));
    expect(Object.keys(readKnown()).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('scoring', () => {
  it('sees what is missing, what is wrong and what is named wrong', async () => {
    const source = `==== a.ts
export const load = () => fetch('/api/a'); //@ fn load; api_call GET /api/b
export const save = () => undefined; //@ fn save; cache_write key
export const other = () => fetch('/c');`;
    const { differences } = await runCases([parseCase('typescript/probe', source)]);
    expect(differences.get('typescript/probe')).toEqual([
      'named wrong api_call GET /api/b a.ts:1: GET /api/a',
      'missing cache_write key a.ts:2',
      'wrong api_call GET /c a.ts:3',
      'missing performs a.ts:2 -> a.ts:2',
      'wrong performs a.ts:3 -> a.ts:3',
    ]);
  });

  it('refuses an annotation it cannot read', () => {
    expect(() => parseCase('x', '==== a.ts\nlet a; //@ database_red A')).toThrow('case x, a.ts, line 1');
    expect(() => parseCase('x', '==== a.ts\nlet a; //@ fn a -> b')).toThrow('points at b');
  });

  it('pairs one label with one finding', () => {
    const { pairs, missed, wrong } = pairUp([1, 2], [1, 1, 2], (a, b) => a === b);
    expect([pairs.length, missed, wrong]).toEqual([2, [], [1]]);
  });

  it('fails a kind that falls below its floor, also when nothing of it is found any more', () => {
    const tally = { labels: 4, found: 4, right: 3, named: 0, toName: 0, certainlyWrong: 0 };
    const tallies: Tallies = new Map([['file_read', tally]]);
    expect(belowFloor({ file_read: { precision: 0.8, recall: 0.75 } }, tallies)).toEqual([
      'precision of file_read is 0.750, the floor is 0.8',
    ]);
    expect(belowFloor({ file_write: { recall: 0.5 } }, tallies)).toHaveLength(1);
  });

  it('takes routes for the same whatever their parameters are called', () => {
    expect(normalRoute('https://host/Api/Users/:id?x=1')).toBe(normalRoute('/api/users/{userId}/'));
    expect(normalRoute('users/feed')).not.toBe(normalRoute('users/{id}'));
  });

  it('reads quoted cells', () => {
    expect(parseCsv('a,b\n"x, ""y""",2\n,3\n')).toEqual([
      { a: 'x, "y"', b: '2' },
      { a: '', b: '3' },
    ]);
  });
});
