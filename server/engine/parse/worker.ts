import { move, transferableSymbol, valueSymbol } from 'piscina';
import { parseFile, type ParsedFile, type ParseTask } from './parseFile.ts';

/** Files for one thread, and where it says which of them it is at. */
export interface ParseBatch {
  files: ParseTask[];
  /** Shared memory of one element: position in `files`, so that whoever waits knows which file a lost thread was at. */
  position: Int32Array;
}

/** Exit code of a thread whose parser can no longer be trusted. */
const TRAPPED = 70;

/** Parses a batch of files; the typed arrays of the trees are transferred, not copied. */
export default async function parseBatch({ files: tasks, position }: ParseBatch): Promise<unknown> {
  const files: ParsedFile[] = [];
  for (const [index, task] of tasks.entries()) {
    Atomics.store(position, 0, index);
    files.push(await parseOrEnd(task));
  }
  const buffers = files.flatMap((file) => (file.status === 'parsed' ? [file.tree.nodes.buffer] : []));
  return move({
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return files;
    },
  });
}

/** Parses a file; ends this thread, and not the process, when the file has broken the thread's parser. */
async function parseOrEnd(task: ParseTask): Promise<ParsedFile> {
  try {
    return await parseFile(task);
  } catch {
    return process.exit(TRAPPED);
  }
}
