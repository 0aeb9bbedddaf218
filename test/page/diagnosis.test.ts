import { describe, expect, it } from 'vitest';
import type { ScanOverview } from '#protocol/http.ts';
import { diagnose } from '../../webview/data/diagnosis.ts';

function overview(files: Partial<ScanOverview['files']>, kinds: ScanOverview['nodes_by_kind'] = {}): ScanOverview {
  return {
    scan: {
      scan_id: 'a',
      status: 'completed',
      roots: [],
      started_at: '',
      finished_at: null,
      duration_ms: null,
      files_scanned: 0,
      nodes_found: 0,
      workflows_found: 0,
      message: '',
    },
    nodes_by_kind: kinds,
    edges_by_kind: {},
    workflows: 0,
    tables: 0,
    unresolved_by_reason: {},
    files: { found: 0, scanned: 0, skipped: 0, failed: 0, ...files },
    phases: {},
  };
}

describe('why a list is empty', () => {
  it('names the missing server project when calls end at the HTTP request', () => {
    const [seen, missing] = diagnose(overview({ found: 412, scanned: 412 }, { api_call: 38 }), 'workflows');
    expect(seen).toBe('412 files read, 38 HTTP calls, 0 endpoints.');
    expect(missing).toContain('No ASP.NET, Express or NestJS project was found');
  });

  it('points to the files when none could be read', () => {
    const lines = diagnose(overview({ found: 3, skipped: 2, failed: 1 }), 'tables');
    expect(lines).toEqual([
      '3 files found, none read: 2 skipped, 1 failed.',
      'The Files view has the reason for each of them.',
    ]);
  });

  it('asks for another folder when there is no source code', () => {
    expect(diagnose(overview({}), 'endpoints')[0]).toContain('no C#, TypeScript, JavaScript and HTML files');
  });
});
