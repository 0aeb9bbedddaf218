import { describe, expect, it } from 'vitest';
import { isNode, isPageOf } from '../../webview/data/wire.ts';

const NODE = {
  id: 'n1',
  kind: 'api_call',
  name: 'save',
  root: 'shop',
  file: 'src/a.ts',
  start_line: 3,
  start_column: 1,
  end_line: 3,
  end_column: 9,
  rule: 'fetch',
  confidence: 'certain',
};

describe('the checks on what the server sends', () => {
  it('let a node through, with or without its optional fields', () => {
    expect(isNode(NODE)).toBe(true);
    expect(isNode({ ...NODE, target: '/api/orders' })).toBe(true);
  });

  it('let the fields of a newer server through', () => {
    expect(isNode({ ...NODE, colour: 'blue' })).toBe(true);
  });

  it.each([
    ['a missing field', { ...NODE, file: undefined }],
    ['a field of another type', { ...NODE, start_line: '3' }],
    ['an optional field of another type', { ...NODE, target: 3 }],
    ['an unknown kind', { ...NODE, kind: 'toString' }],
    ['a list in place of an object', [NODE]],
    ['nothing', null],
  ])('refuse %s', (_, value) => {
    expect(isNode(value)).toBe(false);
  });

  it('refuse a page in which one row is wrong', () => {
    const isNodePage = isPageOf(isNode);
    expect(isNodePage({ items: [NODE], total: 1, next_cursor: null })).toBe(true);
    expect(isNodePage({ items: [NODE, {}], total: 2, next_cursor: null })).toBe(false);
  });
});
