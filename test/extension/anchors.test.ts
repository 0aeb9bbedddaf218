import { describe, expect, it } from 'vitest';
import type { CodeMark } from '#protocol/marks.ts';
import { type AnchoredMark, findAnchors, moveAnchors, unchangedAnchors } from '../../extension/editor/anchors.ts';
import { entityAt, markAt } from '../../extension/editor/cursor.ts';
import { markOf } from './marks.ts';

const FILE = [
  '[Route("api/orders")]',
  'public class OrdersController',
  '{',
  '    [HttpGet]',
  '    public List<Order> List() => context.Orders.ToList();',
  '    [HttpGet]',
  '    public Order Get(int id) => context.Orders.Find(id);',
  '    var key = "hunter2";',
  '}',
];

function marks(): CodeMark[] {
  return [4, 5, 6, 7].map((line) => markOf({ line, column: 5, snippet: FILE[line - 1]?.trim() ?? '', id: `${line}` }));
}

function lines(anchors: readonly AnchoredMark[]): Record<string, number> {
  return Object.fromEntries(anchors.map(({ mark, line }) => [mark.node.id, line + 1]));
}

describe('marks in a file that changed since the scan', () => {
  it('stay at their lines in a file that did not', () => {
    expect(lines(unchangedAnchors(marks()))).toEqual({ 4: 4, 5: 5, 6: 6, 7: 7 });
    expect(lines(findAnchors(marks(), FILE))).toEqual({ 4: 4, 5: 5, 6: 6, 7: 7 });
  });

  it('move with lines above them, also where the same line stands twice', () => {
    const longer = ['using System;', '', ...FILE];
    expect(lines(findAnchors(marks(), longer))).toEqual({ 4: 6, 5: 7, 6: 8, 7: 9 });
  });

  it('move apart when something was put between them', () => {
    const parted = [...FILE.slice(0, 5), '    // new', '', ...FILE.slice(5)];
    expect(lines(findAnchors(marks(), parted))).toEqual({ 4: 4, 5: 5, 6: 8, 7: 9 });
  });

  it('go when their code is gone, and no other line stands in', () => {
    const without = FILE.filter((line) => !line.includes('Get(int id)'));
    const found = lines(findAnchors(marks(), without));
    expect(found).toMatchObject({ 4: 4, 5: 5 });
    expect(found['7']).toBeUndefined();
    expect(lines(findAnchors(marks(), ['nothing', 'of', 'it']))).toEqual({});
  });

  it('are found behind what the scan has hidden of a line', () => {
    const secret = markOf({ line: 8, column: 5, snippet: 'var key = "•••";', id: 'secret' });
    expect(lines(findAnchors([secret], FILE))).toEqual({ secret: 8 });
    expect(lines(findAnchors([secret], ['a', 'b']))).toEqual({});
  });

  it('of a type without a line of code stand only where a type is declared', () => {
    const entity = markOf({ line: 2, column: 1, role: 'entity', kind: 'table', id: 'table' });
    expect(lines(findAnchors([entity], FILE))).toEqual({ table: 2 });
    expect(lines(findAnchors([entity], ['', 'int x;', '']))).toEqual({});
  });
});

describe('marks while a file is edited', () => {
  const change = (startLine: number, startColumn: number, endLine: number, endColumn: number, text: string) => ({
    startLine,
    startColumn,
    endLine,
    endColumn,
    text,
  });
  const anchors = (): AnchoredMark[] => unchangedAnchors([markOf({ line: 10, column: 5, id: 'a' })]);
  const after = (...edit: Parameters<typeof change>): number | undefined =>
    lines(moveAnchors(anchors(), change(...edit)))['a'];

  it('move with lines put in or taken out above', () => {
    expect(after(3, 0, 3, 0, 'one\ntwo\n')).toBe(12);
    expect(after(2, 0, 5, 0, '')).toBe(7);
    expect(after(9, 0, 9, 0, '\n')).toBe(11);
    expect(after(9, 0, 9, 4, '\t')).toBe(10);
  });

  it('stay when something below or behind them changes', () => {
    expect(after(9, 20, 9, 25, 'renamed')).toBe(10);
    expect(after(9, 4, 9, 4, 'public ')).toBe(10);
    expect(after(20, 0, 30, 0, '')).toBe(10);
  });

  it('go with the code they stand for', () => {
    expect(after(8, 0, 11, 0, '')).toBeUndefined();
    expect(after(9, 2, 9, 30, 'something else')).toBeUndefined();
  });
});

describe('what a cursor means', () => {
  const at = (line: number, name: string, more: Parameters<typeof markOf>[0]): CodeMark =>
    markOf({ line, id: name, workflows: 1, ...more });
  const all = unchangedAnchors([
    at(10, 'outer', { role: 'function', lines: 20 }),
    at(15, 'inner', { role: 'handler', lines: 5 }),
    at(17, 'write', { role: 'operation' }),
    at(28, 'idle', { role: 'function', lines: 1, workflows: 0 }),
    at(40, 'entity', { role: 'entity', kind: 'table', lines: 8 }),
  ]);
  const idAt = (line: number): string | undefined => markAt(all, line - 1)?.mark.node.id;

  it('is the operation on its line, else the innermost function around it that is part of a workflow', () => {
    expect(idAt(17)).toBe('write');
    expect(idAt(18)).toBe('inner');
    expect(idAt(25)).toBe('outer');
    expect(idAt(28)).toBe('outer');
    expect(idAt(90)).toBeUndefined();
  });

  it('is the entity whose declaration it stands in', () => {
    expect(entityAt(all, 43)?.mark.node.id).toBe('entity');
    expect(entityAt(all, 60)).toBeNull();
  });
});
