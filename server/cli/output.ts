import { createWriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorMessage } from '../errorMessage.ts';
import { UsageError } from './usage.ts';

/** Writes a text into the file that `--output` names, or else to stdout. */
export async function writeOut(
  text: AsyncIterable<string> | Iterable<string>,
  output: string | undefined,
): Promise<void> {
  if (output === undefined) await print(text);
  else await writeWhole(text, resolve(output));
}

/** Writes to stdout; a reader that has had enough, such as `head`, is no failure. */
async function print(text: AsyncIterable<string> | Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

/** Writes beside the file and renames, so that the file is either whole or as it was. */
async function writeWhole(text: AsyncIterable<string> | Iterable<string>, path: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await pipeline(Readable.from(text), createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new Error(`${path} cannot be written: ${errorMessage(error)}`, { cause: error });
  }
}

/** A long scan must not end in "no such folder". @throws {UsageError} */
export async function checkOutput(output: string): Promise<void> {
  const folder = dirname(resolve(output));
  await access(folder, constants.W_OK).catch(() => {
    throw new UsageError(`--output: the folder ${folder} does not exist or cannot be written`);
  });
  const existing = await stat(output).catch(() => null);
  if (existing?.isDirectory()) throw new UsageError(`--output: ${output} is a folder`);
}
