import { expect } from 'vitest';

/** `expect.poll` with the patience of a machine that does other work too. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 20_000, interval: 100 });
}
