import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover, type DiscoverOptions, type Discovery } from '#engine/discover/discover.ts';
import { EngineError } from '#engine/errors.ts';

let folder: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'pinata-discover-')));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string>, base = folder): void {
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
    fs.writeFileSync(path.join(base, file), text);
  }
}

const link = (target: string, file: string): void => fs.symlinkSync(target, path.join(folder, file));

function git(args: string[], cwd = folder): string {
  const identity = ['-c', 'user.email=a@example.org', '-c', 'user.name=A', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, '-c', 'protocol.file.allow=always', ...args], { cwd, encoding: 'utf8' });
}

function run(options: Partial<DiscoverOptions> = {}, ...roots: string[]): Promise<Discovery> {
  const folders = roots.length === 0 ? [folder] : roots;
  const named = folders.map((root, i) => ({ name: `r${i}`, path: root }));
  return discover(named, { includeTests: false, ...options }, new AbortController().signal);
}

const names = (discovery: Discovery): string[] => discovery.files.map((file) => file.file);
const reasons = (discovery: Discovery): Record<string, string> =>
  Object.fromEntries(discovery.skipped.map(({ path: file, reason }) => [file, reason]));

for (const mode of ['git', 'walk'] as const) {
  describe(`discover in a folder listed by ${mode}`, () => {
    beforeEach(() => {
      if (mode === 'git') git(['init', '-q']);
    });

    it('lists source files with size and language in code-unit order, whatever the depth', async () => {
      write({
        'b.ts': 'ab',
        'a/Z.cs': '',
        'a/b/c.tsx': '',
        'B.js': '',
        'page.HTML': '',
        'notes.md': '',

        'ä.ts': '',
      });
      const result = await run();
      expect(names(result)).toEqual(['B.js', 'a/Z.cs', 'a/b/c.tsx', 'b.ts', 'page.HTML', 'ä.ts']);
      expect(result.files[3]).toEqual({
        stamp: expect.stringMatching(/^2:[\d.]+:[\d.]+:\d+$/),
        root: 'r0',
        file: 'b.ts',
        path: path.join(folder, 'b.ts'),
        size: 2,
        language: 'typescript',
      });
      expect(result.found).toBe(6);
    });

    it('leaves out what .gitignore files ignore, the deepest file deciding', async () => {
      write({
        '.gitignore': '*.gen.ts\n/private/\n',
        'a.gen.ts': '',
        'private/secret.ts': '',
        'sub/.gitignore': '!keep.gen.ts\nlocal.ts\n',
        'sub/keep.gen.ts': '',
        'sub/other.gen.ts': '',
        'sub/local.ts': '',
        'local.ts': '',
      });
      const result = await run();
      expect(names(result)).toEqual(['local.ts', 'sub/keep.gen.ts']);
      expect(result.found).toBe(2);
    });

    it('does not count files of libraries and build output', async () => {
      write({
        'node_modules/x/index.js': '',
        'app/node_modules/y/package.json': '{}',
        'web/wwwroot/lib/jquery.js': '',
        'web/wwwroot/js/site.js': '',
        'api/Api.csproj': '',
        'api/bin/Gen.cs': '',
        'api/obj/Gen.cs': '',
        'cli/package.json': '{}',
        'cli/dist/index.js': '',
        'cli/src/bin/run.ts': '',
        'tool/obj/Debug/x.cs': '',
        'build/release.ts': '',
        'packages/core/index.ts': '',
      });
      const result = await run();
      expect(names(result)).toEqual([
        'build/release.ts',
        'cli/src/bin/run.ts',
        'packages/core/index.ts',
        'web/wwwroot/js/site.js',
      ]);
      expect(result.found).toBe(4);
      expect(result.configs.map((config) => config.file)).toEqual(['api/Api.csproj', 'cli/package.json']);
    });

    it('names the pattern that excludes a file', async () => {
      write({ 'legacy/a.ts': '', 'legacy/keep.ts': '', 'b.ts': '', 'src/deep/c.old.ts': '' });
      const result = await run({ excludePatterns: ['/legacy/*', '!keep.ts', '*.old.ts'] });
      expect(names(result)).toEqual(['b.ts', 'legacy/keep.ts']);
      expect(reasons(result)).toEqual({
        'r0/legacy/a.ts': 'excluded by pattern "/legacy/*"',
        'r0/src/deep/c.old.ts': 'excluded by pattern "*.old.ts"',
      });
    });

    it('finds only files of the wanted types but all configuration', async () => {
      write({
        'a.ts': '',
        'b.CS': '',
        'tests/package.json': '{}',
        'Properties/launchSettings.json': '{}',
        'x.json': '',
      });
      const result = await run({ fileTypes: ['.cs'], excludePatterns: ['*.json'] });
      expect(names(result)).toEqual(['b.CS']);
      expect(result.found).toBe(1);
      expect(result.configs.map((config) => config.file)).toEqual([
        'Properties/launchSettings.json',
        'tests/package.json',
      ]);
    });

    it('skips test code unless it is wanted', async () => {
      write({ 'src/a.spec.ts': '', 'Api.Tests/B.cs': '', 'src/a.ts': '' });
      const without = await run();
      expect(names(without)).toEqual(['src/a.ts']);
      expect(reasons(without)).toEqual({ 'r0/Api.Tests/B.cs': 'test code', 'r0/src/a.spec.ts': 'test code' });
      expect(names(await run({ includeTests: true }))).toEqual(['Api.Tests/B.cs', 'src/a.spec.ts', 'src/a.ts']);
    });

    it('skips generated and minified files by name, and marks migrations', async () => {
      write({
        'Data/Migrations/1_Init.cs': '',
        'Data/Migrations/1_Init.Designer.cs': '',
        'Data/Migrations/ShopModelSnapshot.cs': '',
        'x.g.i.cs': '',
        'api.generated.ts': '',
        'lib.min.js': '',
      });
      const result = await run();
      expect(result.files).toMatchObject([{ file: 'Data/Migrations/1_Init.cs', generated: 'migration' }]);
      expect(reasons(result)).toEqual({
        'r0/Data/Migrations/1_Init.Designer.cs': 'generated code',
        'r0/Data/Migrations/ShopModelSnapshot.cs': 'generated code',
        'r0/api.generated.ts': 'generated code',
        'r0/lib.min.js': 'minified or bundled code',
        'r0/x.g.i.cs': 'generated code',
      });
    });

    it('skips files above 5 MB and reads one of exactly 5 MB', async () => {
      write({ 'big.ts': '', 'fits.ts': '' });
      fs.truncateSync(path.join(folder, 'big.ts'), 5 * 1024 * 1024 + 1);
      fs.truncateSync(path.join(folder, 'fits.ts'), 5 * 1024 * 1024);
      const result = await run();
      expect(names(result)).toEqual(['fits.ts']);
      expect(reasons(result)).toEqual({ 'r0/big.ts': 'larger than 5 MB' });
    });

    it('follows links inside the folder once and none that leave it', async () => {
      write({ 'src/a.ts': '', 'node_modules/own/b.ts': '' });
      const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'pinata-outside-'));
      write({ 'o.ts': '' }, outside);
      link('src/a.ts', 'again.ts');
      link('node_modules/own/b.ts', 'once.ts');
      link('node_modules/own/b.ts', 'twice.ts');
      link(path.join(outside, 'o.ts'), 'out.ts');
      link(outside, 'outfolder');
      link('..', 'src/up');
      link('nowhere.ts', 'broken.ts');
      link('circle.ts', 'circle.ts');
      const result = await run();
      fs.rmSync(outside, { recursive: true });
      expect(names(result)).toEqual(['once.ts', 'src/a.ts']);
      expect(reasons(result)).toEqual({
        'r0/again.ts': 'symbolic link to a scanned file',
        'r0/twice.ts': 'symbolic link to a scanned file',
        'r0/out.ts': 'symbolic link leaves the scanned folders',
        'r0/outfolder': 'symbolic link leaves the scanned folders',
        'r0/broken.ts': 'symbolic link to a missing file',
        'r0/circle.ts': 'symbolic link that cannot be followed: symbolic links lead round in a circle',
      });
    });

    it('reads a nested repository with its own ignore rules', async () => {
      write({ 'own.ts': '', 'nested/a.ts': '', 'nested/b.ts': '', 'nested/.gitignore': 'b.ts\n' });
      git(['init', '-q'], path.join(folder, 'nested'));
      expect(names(await run())).toEqual(['nested/a.ts', 'own.ts']);
    });

    it('counts a file once when one root lies in another', async () => {
      write({ 'api/a.cs': '', 'web/b.ts': '' });
      const result = await run({}, folder, path.join(folder, 'api'));
      expect(names(result)).toEqual(['api/a.cs', 'web/b.ts']);
      expect(reasons(result)).toEqual({ 'r1/a.cs': 'already scanned as r0/api/a.cs' });
    });

    it('reports files and folders it may not read', async () => {
      write({ 'open.ts': '', 'closed.ts': '', 'locked/in.ts': '' });
      fs.chmodSync(path.join(folder, 'closed.ts'), 0o000);
      fs.chmodSync(path.join(folder, 'locked'), 0o000);
      fs.chmodSync(folder, 0o755);
      const result = await runUnprivileged(folder);
      fs.chmodSync(path.join(folder, 'locked'), 0o755);
      expect(result.failed).toEqual([
        { path: 'r0/closed.ts', reason: 'permission denied' },
        { path: 'r0/locked', reason: 'permission denied' },
      ]);
      expect(names(result)).toEqual(['open.ts']);
      expect(result.found).toBe(3);
    });

    it('accounts for every candidate of any tree', async () => {
      const part = fc.constantFrom('a', 'b', 'Tests', 'test', 'src', 'Migrations', 'obj', 'legacy');
      const name = fc.constantFrom('x.ts', 'y.cs', 'z.spec.ts', 'w.min.js', 'v.Designer.cs', 'readme.md', 'q.html');
      const file = fc.tuple(fc.array(part, { maxLength: 3 }), name).map(([parts, last]) => [...parts, last].join('/'));
      let count = 0;
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(file, { maxLength: 12 }), fc.boolean(), async (files, includeTests) => {
          const tree = path.join(folder, `tree${count++}`);
          fs.mkdirSync(tree);
          write(Object.fromEntries(files.map((each) => [each, ''])), tree);
          const result = await run({ includeTests, excludePatterns: ['legacy/'] }, tree);
          const accounted = [
            ...result.files.map((each) => `r0/${each.file}`),
            ...[...result.skipped, ...result.failed].map((each) => each.path),
          ];
          expect(accounted.toSorted()).toEqual(
            files
              .filter((each) => !each.endsWith('.md'))
              .map((each) => `r0/${each}`)
              .toSorted(),
          );
          expect(result.found).toBe(accounted.length);
        }),
        { numRuns: 25 },
      );
    });
  });
}

/** Runs discover as a user who is not root, since root may read everything. */
async function runUnprivileged(root: string): Promise<Discovery> {
  if (process.getuid?.() !== 0) return run({}, root);
  // git lists only repositories of its own user.
  execFileSync('chown', ['-Rh', '65534', folder]);
  process.seteuid?.(65534);
  try {
    return await run({}, root);
  } finally {
    process.seteuid?.(0);
  }
}

describe('discover with git', () => {
  beforeEach(() => {
    git(['init', '-q']);
  });

  it('keeps tracked files in folders that would otherwise count as output, but no libraries', async () => {
    write({ 'package.json': '{}', 'dist/own.ts': '', 'node_modules/x/a.js': '' });
    git(['add', '-f', '.']);
    write({ 'dist/sub.ts': '' });
    expect(names(await run())).toEqual(['dist/own.ts']);
  });

  it('drops tracked files that were deleted and counts a file in conflict once', async () => {
    write({ 'gone.ts': '', 'both.ts': 'base' });
    git(['add', '.']);
    git(['commit', '-qm', 'base']);
    git(['checkout', '-qb', 'other']);
    write({ 'both.ts': 'other' });
    git(['commit', '-qam', 'other']);
    git(['checkout', '-q', 'main']);
    write({ 'both.ts': 'main' });
    git(['commit', '-qam', 'main']);
    expect(() => git(['merge', '-q', 'other'])).toThrow();
    fs.rmSync(path.join(folder, 'gone.ts'));
    const result = await run();
    expect(names(result)).toEqual(['both.ts']);
    expect(result.found).toBe(1);
  });

  it('scans a sub-folder of a repository, and one that the repository ignores', async () => {
    write({
      '.gitignore': 'scratch/\n*.local.ts\n',
      'sub/a.ts': '',
      'sub/b.local.ts': '',
      'other.ts': '',
      'scratch/c.ts': '',
    });
    git(['add', '.']);
    expect(names(await run({}, path.join(folder, 'sub')))).toEqual(['a.ts']);
    expect(names(await run({}, path.join(folder, 'scratch')))).toEqual(['c.ts']);
  });

  it('reads submodules', async () => {
    const module = fs.mkdtempSync(path.join(os.tmpdir(), 'pinata-module-'));
    git(['init', '-q'], module);
    write({ 'm.ts': '' }, module);
    git(['add', '.'], module);
    git(['commit', '-qm', 'm'], module);
    write({ 'a.ts': '' });
    git(['submodule', '-q', 'add', module, 'libs/module']);
    const result = await run();
    fs.rmSync(module, { recursive: true });
    expect(names(result)).toEqual(['a.ts', 'libs/module/m.ts']);
  });

  it('reads nothing through a tracked folder that became a link to elsewhere', async () => {
    write({ 'src/passwords.ts': '', 'a.ts': '' });
    git(['add', '.']);
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'pinata-outside-'));
    write({ 'passwords.ts': 'secret' }, outside);
    fs.rmSync(path.join(folder, 'src'), { recursive: true });
    fs.symlinkSync(outside, path.join(folder, 'src'));
    const result = await run();
    fs.rmSync(outside, { recursive: true });
    expect(names(result)).toEqual(['a.ts']);
    expect(reasons(result)).toEqual({ 'r0/src': 'symbolic link leaves the scanned folders' });
  });

  it('runs no program that the configuration of the repository names', async () => {
    write({ 'a.ts': '' });
    const proof = path.join(folder, 'ran');
    write({ 'hook.sh': `#!/bin/sh\ntouch '${proof}'\n` });
    fs.chmodSync(path.join(folder, 'hook.sh'), 0o755);
    git(['add', '.']);
    git(['config', 'core.fsmonitor', path.join(folder, 'hook.sh')]);
    git(['status']);
    expect(fs.existsSync(proof), 'the sabotage works').toBe(true);
    fs.rmSync(proof);
    expect(names(await run())).toEqual(['a.ts']);
    expect(fs.existsSync(proof)).toBe(false);
  });
});

describe('discover', () => {
  it('does not open FIFOs and sockets', async () => {
    write({ 'a.ts': '' });
    execFileSync('mkfifo', [
      path.join(folder, 'pipe.ts'),
      path.join(folder, '.gitignore'),
      path.join(folder, 'package.json'),
    ]);
    const server = net.createServer().listen(path.join(folder, 'socket.cs'));
    await new Promise((resolve) => server.once('listening', resolve));
    const result = await run();
    await new Promise((resolve) => server.close(resolve));
    expect(names(result)).toEqual(['a.ts']);
    expect(reasons(result)).toEqual({ 'r0/pipe.ts': 'not a regular file', 'r0/socket.cs': 'not a regular file' });
    expect(result.configs).toEqual([]);
  });

  it('is not slowed down by hostile ignore patterns', async () => {
    const hostile = `${'*a'.repeat(40)}b`;
    write({ '.gitignore': `${hostile}\n[z-a]\n`, [`${'a'.repeat(200)}.ts`]: '' });
    const started = performance.now();
    expect(names(await run({ excludePatterns: [hostile] }))).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('walks very deep folders', async () => {
    const deep = Array.from({ length: 900 }, () => 'd').join('/');
    write({ [`${deep}/a.ts`]: '' });
    expect(names(await run())).toEqual([`${deep}/a.ts`]);
  });

  it.each([
    ['missing', 'root_missing', 'does not exist'],
    ['file.ts', 'root_not_a_folder', 'is a file, not a folder'],
    ['file.ts/below', 'root_missing', 'does not exist'],
  ])('refuses the root %s', async (root, code, message) => {
    write({ 'file.ts': '' });
    const error = await run({}, path.join(folder, root)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(message);
  });

  it('refuses a root it may not read', async () => {
    const root = path.join(folder, 'locked');
    fs.mkdirSync(root);
    fs.chmodSync(root, 0o000);
    fs.chmodSync(folder, 0o755);
    await expect(runUnprivileged(root)).rejects.toMatchObject({ code: 'root_unreadable' });
  });

  it('ends when it is aborted, before and during the listing', async () => {
    write({ 'a.ts': '' });
    git(['init', '-q']);
    const roots = [{ name: 'r', path: folder }];
    await expect(discover(roots, { includeTests: true }, AbortSignal.abort())).rejects.toThrow(/aborted/);
    const controller = new AbortController();
    const running = discover(roots, { includeTests: true }, controller.signal);
    controller.abort();
    await expect(running).rejects.toThrow(/aborted/);
  });
});
