/*
 * Preloaded into the engine process and its threads. A file that says `pinata-poison:<kind>` makes whoever decodes it
 * hang, run out of memory (inside or outside the heap) or meet a trap of the parser, as a file can that meets a fault of a parser.
 */
const { toString } = Buffer.prototype;

function act(kind) {
  if (kind === 'trap') throw Object.assign(new Error('unreachable'), { name: 'RuntimeError' });
  const kept = [];
  for (;;) {
    if (kind === 'bloat') kept.push(Array.from({ length: 10_000 }, () => Math.random()));
    if (kind === 'swell')
      kept.push(Buffer.alloc(4 * 1024 * 1024, 1), Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10));
  }
}

Buffer.prototype.toString = function poisoned(...args) {
  const text = toString.apply(this, args);
  const kind = /pinata-poison:(\w+)/.exec(text)?.[1];
  if (kind !== undefined) act(kind);
  return text;
};
