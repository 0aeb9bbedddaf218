const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no longer there when it was to be read',
  ENOTDIR: 'no longer there when it was to be read',
  ELOOP: 'symbolic links lead round in a circle',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EBUSY: 'in use by another program',
  EIO: 'the disk reported an error',
  ESTALE: 'the network drive no longer knows the file',
  ETIMEDOUT: 'the drive did not answer in time',
};

/** The code of a file system error (`EACCES` …), undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why a file or folder could not be read, in plain words. */
export function failureReason(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) return 'it cannot be read';
  return REASONS[code] ?? `it cannot be read (${code})`;
}
