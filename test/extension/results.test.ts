import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileInside } from '../../extension/scan/results.ts';

describe('fileInside', () => {
  let base: string;
  let root: string;

  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'pinata-test-')));
    root = join(base, 'shop');
    await mkdir(join(root, 'src'), { recursive: true });
    await writeFile(join(root, 'src', 'a.ts'), '');
    await writeFile(join(base, 'secret.txt'), '');
  });
  afterEach(async () => rm(base, { recursive: true, force: true }));

  it('gives the real path of a file of the folder', async () => {
    expect(await fileInside(root, 'src/a.ts')).toBe(join(root, 'src', 'a.ts'));
  });

  it('refuses a path that climbs out', async () => {
    await expect(fileInside(root, '../secret.txt')).rejects.toThrow('outside the scanned folder');
  });

  it('refuses a link that leads out', async () => {
    await symlink(join(base, 'secret.txt'), join(root, 'src', 'link.ts'));
    await expect(fileInside(root, 'src/link.ts')).rejects.toThrow('outside the scanned folder');
  });

  it('says that a file is gone', async () => {
    await expect(fileInside(root, 'src/gone.ts')).rejects.toThrow('scan again');
  });
});
