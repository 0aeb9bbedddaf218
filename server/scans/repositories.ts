import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Repository } from '#protocol/http.ts';
import type { Store } from '../store/store.ts';

const LISTED = 500;
const PROJECT_FILES = new Set([
  '.git',
  'package.json',
  'angular.json',
  'tsconfig.json',
  'pom.xml',
  'go.mod',
  'pyproject.toml',
]);
const PROJECT_EXTENSIONS = ['.sln', '.slnx', '.csproj'];

/** The folders that can be picked for a scan: each allowed root and its direct sub-folders that look like projects. */
export async function listRepositories(roots: readonly string[], store: Store): Promise<Repository[]> {
  const repositories: Repository[] = [];
  for (const root of roots) {
    const entries = await entriesOf(root);
    repositories.push(await repository(root, entries, store));
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (repositories.length >= LISTED) return repositories;
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(root, entry.name);
      const inside = await entriesOf(path);
      if (inside.some(isProjectMark)) repositories.push(await repository(path, inside, store));
    }
  }
  return repositories;
}

async function repository(path: string, entries: Dirent[], store: Store): Promise<Repository> {
  return {
    name: basename(path) || path,
    path,
    is_git: entries.some((entry) => entry.name === '.git'),
    last_scan: await store.lastScanOf(path),
  };
}

function isProjectMark(entry: Dirent): boolean {
  return PROJECT_FILES.has(entry.name) || PROJECT_EXTENSIONS.some((extension) => entry.name.endsWith(extension));
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch {
    // A folder that cannot be read has nothing to offer; scanning it says why.
    return [];
  }
}
