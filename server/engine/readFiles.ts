import type { KnownFile, TreeCache } from './cache/treeCache.ts';
import type { DiscoveredFile } from './discover/discover.ts';
import { parseAll, type ParseOptions } from './parse/parseAll.ts';
import type { ParsedFile } from './parse/parseFile.ts';

/** What came of one file; the tree of one that was parsed is in the cache. */
export type ReadFile = KnownFile | { status: 'failed'; reason: string };

export interface ReadOptions extends Omit<ParseOptions, 'onFile' | 'onBatch'> {
  /** Called after each batch with the number of files done so far. */
  onRead(filesRead: number, lastFile?: string): void;
}

/**
 * Brings the lowered trees of files together in the cache: those it does not know yet are parsed.
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
      if (place) results[place[0]] = kept(parsed, place[1], cache);
    },
    onBatch(count, lastFile) {
      filesRead += count;
      options.onRead(filesRead, lastFile);
    },
  });
  return results;
}

function kept(parsed: ParsedFile, file: DiscoveredFile, cache: TreeCache): ReadFile {
  if (parsed.status === 'skipped') cache.addSkipped(file, parsed.hash, parsed.reason);
  if (parsed.status !== 'parsed') return parsed;
  const { status, generated, hash, tree } = parsed;
  cache.addTree(file, hash, generated, tree);
  return { status, generated, hash };
}
