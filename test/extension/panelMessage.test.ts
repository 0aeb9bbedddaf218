import { describe, expect, it } from 'vitest';
import type { ToHost } from '#protocol/webview.ts';
import { parsePanelMessage } from '../../extension/views/panelMessage.ts';

const GOOD: ToHost[] = [
  { type: 'ready' },
  { type: 'action', action: 'scan' },
  { type: 'open', root: 'shop', file: 'a.cs', line: 1, column: 1 },
  { type: 'show_scan', scan_id: 'scan-1' },
  { type: 'request', id: 1, path: '/scans' },
  { type: 'delete_scan', id: 2, scan_id: 'scan-1' },
  { type: 'judge', id: 3, verdict: 'wrong', root: 'shop', source: 'a', target: 'b', reason: 'why' },
  { type: 'save', id: 4, name: 'flow.svg', content: '<svg/>', encoding: 'utf8' },
  { type: 'export', id: 5, scan_id: 'scan-1', format: 'csv' },
];

describe('messages of the panel', () => {
  it.each(GOOD)('are understood: $type', (message) => {
    expect(parsePanelMessage(message)).toEqual(message);
  });

  it.each([
    null,
    'ready',
    { type: 'run', command: 'rm' },
    { type: 'action', action: 'workbench.action.quit' },
    { type: 'open', root: 'shop', file: 'a.cs', line: 0, column: 1 },
    { type: 'judge', id: 3, verdict: 'maybe', root: 'shop', source: 'a', target: 'b', reason: 'why' },
    { type: 'judge', id: 3, verdict: 'wrong', root: 'shop', source: 'a', target: 'b', reason: '' },
    { type: 'save', id: 4, name: 'flow.svg', content: '<svg/>', encoding: 'latin1' },
    { type: 'request', path: '/scans' },
  ])('are dropped when they are not part of the protocol: %j', (message) => {
    expect(parsePanelMessage(message)).toBeNull();
  });
});
