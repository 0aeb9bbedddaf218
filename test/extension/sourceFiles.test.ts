import { describe, expect, it } from 'vitest';
import { SCANNED_EXTENSIONS } from '#engine/languages.ts';
import { mayBeScanned } from '../../extension/scan/sourceFiles.ts';

describe('which changes of files can change results', () => {
  it.each([...SCANNED_EXTENSIONS])('every kind of file that a scan reads: %s', (extension) => {
    expect(mayBeScanned('/shop', `/shop/src/file${extension}`)).toBe(true);
  });

  it.each(['pinata.json', 'api/appsettings.Development.json', 'web/tsconfig.app.json', 'package.json'])(
    'configuration that joins sources: %s',
    (file) => {
      expect(mayBeScanned('/shop', `/shop/${file}`)).toBe(true);
    },
  );

  it.each([
    '/shop/readme.md',
    '/shop/node_modules/a/index.js',
    '/shop/api/bin/Debug/a.cs',
    '/shop/.git/index.ts',
    '/elsewhere/a.cs',
    '/shop',
    '/shopping/a.cs',
  ])('and none else: %s', (path) => {
    expect(mayBeScanned('/shop', path)).toBe(false);
  });
});
