import { describe, expect, it } from 'vitest';
import { accessTexts, counted, lensText } from '../../extension/editor/markText.ts';
import { markOf } from './marks.ts';

describe('what stands above the code', () => {
  it('says of a handler how many workflows pass and which tables they write', () => {
    const mark = markOf({ role: 'handler', workflows: 3, more: { writes: ['Orders', 'OrderItems'] } });
    expect(lensText(mark)).toBe('3 workflows · writes Orders, OrderItems');
  });

  it('says of an endpoint who calls it, or that nobody was found', () => {
    const tables = { reads: ['Products', 'Orders'], writes: ['Orders'] };
    expect(lensText(markOf({ role: 'endpoint', workflows: 1, more: { callers: 2, ...tables } }))).toBe(
      '2 callers · 1 workflow · writes Orders · reads Products',
    );
    expect(lensText(markOf({ role: 'endpoint', more: { callers: 0 } }))).toBe('no caller found');
  });

  it('says of an entity how its table is used', () => {
    const entity = { role: 'entity', kind: 'table', name: 'Orders' } as const;
    expect(lensText(markOf({ ...entity, workflows: 4, more: { readers: 5, writers: 1 } }))).toBe(
      'table Orders · 4 workflows · 5 reads · 1 write',
    );
    expect(lensText(markOf(entity))).toBe('table Orders · not read or written');
  });

  it('says nothing of functions, operations and handlers without a workflow', () => {
    expect(lensText(markOf({ role: 'function', workflows: 2 }))).toBeNull();
    expect(lensText(markOf({ role: 'operation', workflows: 2 }))).toBeNull();
    expect(lensText(markOf({ role: 'handler' }))).toBeNull();
  });

  it('names three tables and counts the others', () => {
    expect(accessTexts(['A', 'B', 'C', 'D', 'E'], [])).toEqual(['reads A, B, C +2']);
    expect(counted(1, 'workflow')).toBe('1 workflow');
    expect(counted(1200, 'query', 'queries')).toBe('1,200 queries');
  });
});
