import { describe, expect, it } from 'vitest';
import type { Confidence, GraphNode, NodeKind } from '#protocol/graph.ts';
import type { WorkflowHop } from '#protocol/views.ts';
import { columnsOf, flowOf, weakest } from '../../webview/data/flow.ts';

function hop(name: string, kind: NodeKind, parent: number, confidence: Confidence = 'certain'): WorkflowHop {
  const node: GraphNode = {
    id: name,
    kind,
    name,
    root: 'shop',
    file: `${name}.ts`,
    start_line: 1,
    start_column: 1,
    end_line: 1,
    end_column: 2,
    rule: 'test',
    confidence: 'certain',
  };
  const edge = { source: 'above', target: name, kind: 'calls', rule: 'call', confidence } as const;
  return { node, parent, ...(parent >= 0 && { edge }) };
}

const HOPS = [
  hop('click', 'ui_action', -1),
  hop('save', 'function', 0),
  hop('post', 'api_call', 1),
  hop('validate', 'function', 1),
  hop('remember', 'function', 3, 'likely'),
  hop('store', 'cache_write', 4),
];

describe('the flow of a workflow', () => {
  it('leaves out functions that only pass on, and keeps their links with the hop they lead to', () => {
    const flow = flowOf(HOPS, false);
    expect(flow.map(({ node, parent }) => [node.name, parent])).toEqual([
      ['click', -1],
      ['post', 0],
      ['store', 0],
    ]);
    expect(flow[2]?.links.map((link) => link.to.name)).toEqual(['save', 'validate', 'remember', 'store']);
    expect(flow[2]?.links.map((link) => link.from.name)).toEqual(['click', 'save', 'validate', 'remember']);
  });

  it('shows every function when asked, each with its own link', () => {
    const flow = flowOf(HOPS, true);
    expect(flow.map(({ node, parent }) => [node.name, parent])).toEqual(
      HOPS.map(({ node, parent }) => [node.name, parent]),
    );
    expect(flow.every(({ links }) => links.length <= 1)).toBe(true);
  });

  it('is as sure as the weakest of the links it folds', () => {
    expect(flowOf(HOPS, false).map(({ links }) => weakest(links))).toEqual(['certain', 'certain', 'likely']);
  });
});

describe('the columns of a flow', () => {
  it('keeps a chain without branches in one column', () => {
    expect(columnsOf([-1, 0, 1, 2])).toEqual([0, 0, 0, 0]);
  });

  it('moves the children of a branch to the right, and what follows each of them stays below it', () => {
    expect(columnsOf([-1, 0, 1, 2, 1, 4])).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it('stays readable however deep the branches go', () => {
    const branching = Array.from({ length: 20 }, (_, index) => [index * 2 - 1, index * 2 - 1]).flat();
    expect(Math.max(...columnsOf(branching))).toBeLessThanOrEqual(4);
  });
});
