import { createHash } from 'node:crypto';

/** Hash by which a file's content is known, whatever its name: SHA-256 in hexadecimal. */
export function contentHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
