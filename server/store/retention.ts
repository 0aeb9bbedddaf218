/** Results kept of scans of the same folder unless `PINATA_KEEP_SCANS` says otherwise. */
export const DEFAULT_KEPT_SCANS = 20;
const MOST_KEPT_SCANS = 100_000;

/**
 * How many scans of a folder the history keeps, the new one included. The engine process removes older ones once it
 * has written a result; it has the environment of the server.
 * @throws {Error} for a value that is no whole number from 1
 */
export function keptScans(env: NodeJS.ProcessEnv = process.env): number {
  const text = env['PINATA_KEEP_SCANS'];
  if (!text) return DEFAULT_KEPT_SCANS;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST_KEPT_SCANS) return value;
  throw new Error(`PINATA_KEEP_SCANS: use a whole number from 1 to ${MOST_KEPT_SCANS}`);
}
