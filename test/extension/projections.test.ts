import { describe, expect, it } from 'vitest';
import { isTerminal } from '#protocol/scan.ts';
import { isRunning, type ScanViewState, StateStore } from '../../extension/scan/state.ts';
import { panelStateOf, statusBarOf } from '../../extension/views/projections.ts';
import { COMPLETED, scanStatus } from './standInServer.ts';

function view(change: Partial<ScanViewState>): ScanViewState {
  return { ...new StateStore().state, ...change };
}

function text(change: Partial<ScanViewState>): string {
  return statusBarOf(view(change)).text;
}

describe('the status bar', () => {
  it('names the product when nothing was scanned', () => {
    expect(text({})).toBe('$(pulse) Pinata');
  });

  it('says connecting until the first status arrives', () => {
    expect(text({ starting: true })).toBe('$(sync~spin) Pinata: connecting…');
    expect(text({ scanId: 'scan-1', connection: 'connected' })).toBe('$(sync~spin) Pinata: connecting…');
  });

  it('shows percent and files while files are read', () => {
    const status = scanStatus(1, { progress: 42.9, files_scanned: 3761, total_files: 8898 });
    expect(text({ scanId: 'scan-1', status, connection: 'connected' })).toBe('$(sync~spin) 42% · 3,761/8,898 files');
  });

  it('does not claim a percentage while files are still being found', () => {
    const status = scanStatus(1, { status: 'discovering', progress: null });
    expect(text({ scanId: 'scan-1', status })).toBe('$(sync~spin) finding files…');
  });

  it('counts operations when the scan has completed', () => {
    const status = scanStatus(9, { ...COMPLETED, nodes_found: 40_000 });
    expect(text({ scanId: 'scan-1', status, operations: 31_285 })).toBe('$(check) 31,285 operations');
  });

  it('says that a scan was cancelled and what is kept', () => {
    const status = scanStatus(9, { status: 'cancelled' });
    expect(text({ scanId: 'scan-1', status, operations: 1 })).toBe('$(circle-slash) cancelled · 1 operation');
  });

  it('says that a scan failed, with the reason in the tooltip', () => {
    const status = scanStatus(9, { status: 'error', error: 'The disk is full.' });
    const shown = statusBarOf(view({ scanId: 'scan-1', status }));
    expect(shown.severity).toBe('error');
    expect(shown.tooltip).toContain('The disk is full.');
  });

  it('says disconnected while the scan in view cannot be followed', () => {
    const problem = { message: 'The connection is lost.', actions: ['retry' as const] };
    const shown = statusBarOf(view({ scanId: 'scan-1', status: scanStatus(1), connection: 'disconnected', problem }));
    expect(shown.text).toBe('$(debug-disconnect) Pinata: disconnected');
    expect(shown.tooltip).toBe('The connection is lost.');
  });
});

describe('the panel', () => {
  it('shows the older results while a new scan runs', () => {
    const state = panelStateOf(view({ scanId: 'new', status: scanStatus(1), resultsScanId: 'old' }));
    expect(state).toMatchObject({ scan_id: 'new', results_scan_id: 'old' });
  });
});

describe('isRunning', () => {
  it.each(['queued', 'discovering', 'scanning', 'linking', 'completed', 'error', 'cancelled'] as const)(
    'agrees with the protocol on %s',
    (status) => {
      const state = view({ scanId: 'scan-1', status: scanStatus(1, { status }) });
      expect(isRunning(state)).toBe(!isTerminal(status));
    },
  );
});

describe('StateStore', () => {
  it('tells its listeners the new and the previous state until they leave', () => {
    const store = new StateStore();
    const seen: unknown[] = [];
    const listener = store.onChange((state, previous) => seen.push([previous.scanId, state.scanId]));
    store.update({ scanId: 'a' });
    store.update({ scanId: 'b' });
    listener.dispose();
    store.update({ scanId: 'c' });
    expect(seen).toEqual([
      [null, 'a'],
      ['a', 'b'],
    ]);
  });
});
