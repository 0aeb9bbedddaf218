import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_PREFIX } from '#protocol/http.ts';
import { isApiPath } from '../../extension/views/panelRequests.ts';

describe('isApiPath', () => {
  it.each(['/scans', '/scan/abc/results?kind=ui_page,api_call&cursor=a%2Fb', '/environment', '/scan/a%3Ab/overview'])(
    'lets %s through',
    (path) => {
      expect(isApiPath(path)).toBe(true);
    },
  );

  it.each([
    '',
    'scans',
    '//evil.example/x',
    '/../../healthz',
    '/scan/../../../metrics',
    '/scan/%2e%2e/%2e%2e/metrics',
    '/scan/..%2f..%2fmetrics',
    '/scan\\..\\metrics',
    '/scan/a b',
    '/scan/a\r\nhost: evil',
    '/scan#x',
    `/${'a'.repeat(5000)}`,
  ])('refuses %j', (path) => {
    expect(isApiPath(path)).toBe(false);
  });

  it('lets nothing through that a URL parser takes out of the API', () => {
    const piece = constantFrom('/', '.', '..', '%2e', '%2E', '%2f', '\\', '%5c', '?', '#', '@', ':', 'scan', 'a', '//');
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        if (!isApiPath(path)) return;
        const decoded = decodeURIComponent(path.split('?')[0] ?? '').replaceAll('\\', '/');
        const url = new URL(API_PREFIX + decoded.replaceAll('?', '%3F').replaceAll('#', '%23'), 'http://localhost');
        expect(url.pathname.startsWith(`${API_PREFIX}/`)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
