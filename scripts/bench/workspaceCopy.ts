import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { discover } from '#engine/discover/discover.ts';

/** Files that a switch to another branch changes in the benchmark. */
const SWITCHED_FILES = 500;

/** A copy of a workspace's source and settings files in a repository of its own, so that a benchmark may edit it. */
export interface WorkspaceCopy {
  name: string;
  /** What was copied: commit of the original, `-` when it is no repository. */
  commit: string;
  folder: string;
  /** Files a scan reads, relative to the folder. */
  files: string[];
  /** Bytes of those files, and number of all source files, those that a scan skips included. */
  bytes: number;
  sourceFiles: number;
  remove(): void;
}

/** @throws when the folder cannot be read or copied */
export async function copyWorkspace(original: string): Promise<WorkspaceCopy> {
  const { files, configs, skipped } = await discover(
    [{ name: 'root', path: original }],
    { includeTests: false },
    new AbortController().signal,
  );
  const folder = mkdtempSync(join(tmpdir(), 'pinata-bench-'));
  const paths = new Set([...files, ...configs].map(({ file }) => file));
  for (const { path } of skipped) paths.add(path.slice('root/'.length));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(original, path), join(folder, path), { verbatimSymlinks: true });
  }
  git(folder, 'init', '--quiet');
  commitAll(folder, 'before');
  return {
    name: basename(original),
    commit: commitOf(original),
    folder,
    files: files.map(({ file }) => file),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    sourceFiles: files.length + skipped.length,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Changes one file, as an editor does on saving. */
export function touchFile({ folder, files }: WorkspaceCopy, round: number): void {
  const path = join(folder, files[(round * 7919) % files.length] ?? '');
  writeFileSync(path, `${readFileSync(path, 'utf8')}\n// round ${round}\n`);
}

/** Makes a branch on which 500 files spread over the workspace differ, and leaves the first one checked out. */
export function makeBranch({ folder, files }: WorkspaceCopy): void {
  git(folder, 'checkout', '--quiet', '-b', 'switched');
  const step = Math.max(1, files.length / SWITCHED_FILES);
  for (let at = 0; at < files.length; at += step) {
    const path = join(folder, files[Math.floor(at)] ?? '');
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n// on the branch\n`);
  }
  commitAll(folder, 'switched');
  git(folder, 'checkout', '--quiet', '-');
}

/** Checks out a branch made by `makeBranch`, or what was there before. */
export function switchBranch({ folder }: WorkspaceCopy, to: 'switched' | '-'): void {
  git(folder, 'checkout', '--quiet', '--force', to);
}

function commitAll(folder: string, message: string): void {
  git(folder, 'add', '--all', '--force');
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  git(folder, ...author, 'commit', '--quiet', '--no-gpg-sign', '--message', message);
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-C', folder, '-c', 'gc.auto=0', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

function commitOf(folder: string): string {
  try {
    return git(folder, 'rev-parse', '--short=10', 'HEAD').trim();
  } catch {
    return '-';
  }
}
