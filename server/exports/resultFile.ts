import { readFile } from 'node:fs/promises';
import { Compile } from 'typebox/compile';
import { ScanResult } from '#protocol/graph.ts';
import { errorMessage } from '../errorMessage.ts';
import { MemoryResult } from './memoryResult.ts';
import type { ResultReader } from '../store/resultReader.ts';

/** Reads a result file (`pinata-result/1`). @throws {Error} that says why a file is none */
export async function readResultFile(path: string): Promise<ResultReader> {
  const value = parsed(await readFile(path, 'utf8'), path);
  const check = Compile(ScanResult);
  if (check.Check(value)) return new MemoryResult(value);
  const [first] = check.Errors(value);
  const where = first?.instancePath ? ` at ${first.instancePath}` : '';
  throw new Error(`${path} is no result file: ${first?.message ?? 'it does not fit the schema'}${where}`);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no result file: ${errorMessage(error)}`, { cause: error });
  }
}
