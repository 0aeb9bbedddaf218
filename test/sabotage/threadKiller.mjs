/*
 * Preloaded into the processes of a sabotaged server. On SIGUSR2 the engine process loses one of its parser threads,
 * as it would by a crash in native code: the thread ends at once, whatever it is doing.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const threads = createRequire(import.meta.url)('node:worker_threads');

if (isMainThread && process.argv[1]?.includes('engineProcess')) {
  const parsers = new Set();
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options) {
      super(file, options);
      if (options?.eval) return;
      parsers.add(this);
      this.once('exit', () => parsers.delete(this));
    }
  };
  syncBuiltinESMExports();
  process.on('SIGUSR2', () => {
    const [victim] = parsers;
    victim?.terminate();
  });
}
