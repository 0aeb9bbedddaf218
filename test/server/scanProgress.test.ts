import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScanStatus } from '#protocol/scan.ts';
import { nameRoots } from '../../server/scans/allowedFolders.ts';
import { fitStatus, MAX_UPDATE_BYTES } from '../../server/scans/fitStatus.ts';
import { type JobProgress, ScanProgress } from '../../server/scans/scanProgress.ts';

const report = fc.record<JobProgress>({
  phase: fc.constantFrom('discovering', 'scanning', 'linking', 'saving'),
  filesScanned: fc.nat(10_000),
  totalFiles: fc.option(fc.nat(10_000)),
  nodesFound: fc.nat(100_000),
  fraction: fc.option(fc.double({ noNaN: true })),
  currentFile: fc.option(fc.string(), { nil: undefined }),
});

describe('the progress of a scan', () => {
  it('never goes back and stays below 100, whatever the engine reports', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 50 }), (reports) => {
        const progress = new ScanProgress(0);
        let last = progress.fields;
        for (const [index, next] of reports.entries()) {
          const fields = { ...progress.update(next, index * 1000) };
          expect(fields.progress ?? -1).toBeGreaterThanOrEqual(last.progress ?? -1);
          expect(fields.progress ?? 0).toBeLessThan(100);
          expect(fields.files_scanned).toBeGreaterThanOrEqual(last.files_scanned);
          expect(fields.total_files).toBeGreaterThanOrEqual(fields.files_scanned);
          expect(fields.nodes_found).toBeGreaterThanOrEqual(last.nodes_found);
          last = fields;
        }
      }),
    );
  });

  it('is unknown until the number of files is, and spans all phases', () => {
    const progress = new ScanProgress(0);
    const base = { filesScanned: 0, nodesFound: 0, fraction: null };
    expect(progress.update({ ...base, phase: 'discovering', totalFiles: null }, 1).progress).toBeNull();
    expect(progress.update({ ...base, phase: 'scanning', totalFiles: 10, fraction: 1 }, 2).progress).toBe(75);
    expect(progress.update({ ...base, phase: 'linking', totalFiles: 10 }, 3).status).toBe('linking');
    expect(progress.update({ ...base, phase: 'saving', totalFiles: 10, fraction: 1 }, 4).progress).toBe(99);
  });
});

describe('an update', () => {
  it('is shorter than 400 bytes whatever the texts in it, and keeps the end of the path', () => {
    const status: ScanStatus = {
      type: 'scan_update',
      scan_id: '0123456789abcdef0123',
      seq: 123_456,
      status: 'scanning',
      progress: 99.9,
      message: '',
      files_scanned: 1_000_000,
      total_files: 1_000_000,
      nodes_found: 1_000_000,
      eta_seconds: 100_000,
      timestamp: new Date(0).toISOString(),
    };
    const text = fc.string({ unit: 'binary', maxLength: 600 });
    fc.assert(
      fc.property(text, text, fc.option(text, { nil: undefined }), (message, file, error) => {
        const whole = { ...status, message, current_file: file, ...(error !== undefined && { error }) };
        expect(Buffer.byteLength(JSON.stringify(fitStatus(whole)))).toBeLessThan(MAX_UPDATE_BYTES);
      }),
    );
    const fitted = fitStatus({ ...status, current_file: `${'folder/'.repeat(80)}end.ts` });
    expect(fitted.current_file).toMatch(/^….*\/end\.ts$/);
  });
});

describe('the names of roots', () => {
  it('are unique, and a folder inside another root is scanned once', () => {
    const roots = nameRoots(['/w/a/src', '/w/b/src', '/w/b/src/inner', '/x/b/src', '/w/a/src', '/w/a/src2']);
    expect(roots.map((root) => root.path)).toEqual(['/w/a/src', '/w/b/src', '/x/b/src', '/w/a/src2']);
    expect(roots.map((root) => root.name)).toEqual(['src', 'b-src', 'b-src-2', 'src2']);
  });
});
