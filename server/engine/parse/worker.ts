import { move, transferableSymbol, valueSymbol } from 'piscina';
import { parseFile, type ParsedFile, type ParseTask } from './parseFile.ts';

/** Parses a batch of files; the typed arrays of the trees are transferred, not copied. */
export default async function parseBatch(tasks: ParseTask[]): Promise<unknown> {
  const files: ParsedFile[] = [];
  for (const task of tasks) files.push(await parseFile(task));
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
