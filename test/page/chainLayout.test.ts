import { describe, expect, it } from 'vitest';
import { placeHops } from '../../webview/data/chainLayout.ts';

const columns = (depths: number[]) => placeHops(depths).map((hop) => hop.column);
const parents = (depths: number[]) => placeHops(depths).map((hop) => hop.parent);

describe('the layout of a chain', () => {
  it('keeps a chain without branches in one column', () => {
    expect(columns([0, 1, 2, 3])).toEqual([0, 0, 0, 0]);
  });

  it('moves the children of a branch to the right, and what follows each of them stays below it', () => {
    expect(columns([0, 1, 2, 3, 2, 3])).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it('finds the hop that led to each hop', () => {
    expect(parents([0, 1, 2, 3, 2, 3, 1])).toEqual([-1, 0, 1, 2, 1, 4, 0]);
  });

  it('stays readable however deep the branches go', () => {
    const branching = Array.from({ length: 20 }, (_, index) => [index, index + 1]).flat();
    expect(Math.max(...columns(branching))).toBeLessThanOrEqual(4);
  });
});
