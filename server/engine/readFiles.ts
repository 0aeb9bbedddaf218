import type { TreeCache } from './cache/treeCache.ts';
import type { DiscoveredFile } from './discover/discover.ts';
import { type SharedTree, shareTexts } from './lower/tree.ts';
import { parseAll, type ParseOptions } from './parse/parseAll.ts';
import type { ParsedFile } from './parse/parseFile.ts';

/** What came of one file: a lowered tree whose texts lie in the cache's table, or why there is none. */
export type ReadFile =
  | { status: 'parsed'; tree: SharedTree; generated: boolean; hash: string }
  | { status: 'skipped'; reason: string; hash: string }
  | { status: 'failed'; reason: string };

export interface ReadOptions extends Omit<ParseOptions, 'onFile' | 'onBatch'> {
  /** Called after each batch with the number of files done so far. */
  onRead(filesRead: number, lastFile?: string): void;
}

/**
 * Brings the lowered trees of files together: from the cache where it knows them, the others by parsing.
 * @returns results by the files' indexes; files not reached before an abort are undefined
 */
export async function readFiles(
  files: readonly DiscoveredFile[],
  cache: TreeCache,
  options: ReadOptions,
): Promise<(ReadFile | undefined)[]> {
  const results: (ReadFile | undefined)[] = files.map((file) => cache.find(file));
  const missing = [...files.entries()].filter(([index]) => results[index] === undefined);
  let filesRead = files.length - missing.length;
  options.onRead(filesRead);
  const wanted = missing.map(([, file]) => file);
  await parseAll(wanted, {
    ...options,
    onFile(position, parsed) {
      const place = missing[position];
      if (place) results[place[0]] = shared(parsed, place[1], cache);
    },
    onBatch(count, lastFile) {
      filesRead += count;
      options.onRead(filesRead, lastFile);
    },
  });
  return results;
}

function shared(parsed: ParsedFile, file: DiscoveredFile, cache: TreeCache): ReadFile {
  if (parsed.status === 'failed') return parsed;
  const read = parsed.status === 'skipped' ? parsed : { ...parsed, tree: shareTexts(parsed.tree, cache.atoms) };
  cache.add(file, read);
  return read;
}
