/** SQLite's result codes (https://www.sqlite.org/rescode.html) for a store that cannot be written. */
const FULL = 13;
const READ_ONLY = 8;
const IO_ERROR = 10;
/** Extended codes hold the kind of error in their lowest byte. */
const KIND = 0xff;

/** What a user can do about a store that cannot be written, undefined for any other error. */
export function storageProblem(error: unknown): string | undefined {
  const code = codeOf(error);
  if (code === FULL || code === 'ENOSPC' || code === 'EDQUOT') {
    return 'The disk with the result store is full. Free some space and scan again.';
  }
  if (code === READ_ONLY || code === 'EROFS') {
    return 'The result store can only be read. Make its folder writable, or choose another with --data-dir.';
  }
  if (code === IO_ERROR) return 'The disk with the result store reported an error. Check the disk, then scan again.';
  return undefined;
}

function codeOf(error: unknown): number | string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & KIND;
  if ('code' in error && typeof error.code === 'string' && error.code !== 'ERR_SQLITE_ERROR') return error.code;
  return codeOf(error.cause);
}
