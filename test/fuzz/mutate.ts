import type { Random } from '../sabotage/random.ts';

/** Inputs stay below this many bytes; discovery skips much larger files anyway. */
const MAX_BYTES = 96 * 1024;

/** What tends to upset parsers of the languages that are read. */
const MORSELS = [
  '()[]{}<>"`;,#@\'\\'.split(''),
  [
    '/>',
    '</',
    '<!--',
    '-->',
    '${',
    '$"',
    '@"',
    '"""',
    '@{',
    '@(',
    '=>',
    '?.',
    '??',
    '::',
    '...',
    '//',
    '/*',
    '*/',
    '{{',
    '}}',
  ],
  [
    '#if X',
    '#endif',
    '@code {',
    '*ngIf="',
    'class ',
    'function ',
    'async ',
    'await ',
    'export ',
    'import ',
    'new ',
    'return ',
  ],
  ['from x in ', 'where ', 'is ', 'switch ', 'SELECT * FROM ', 'model X {', 'message X {', 'x:Name="'],
  ['\0', '\uFEFF', '\u2028', '\r', '\r\n', '\u{1F680}', 'é', '\u202E', '\t'],
  ['__proto__', 'constructor', 'toString', 'hasOwnProperty'],
].flat();

/** A file made from a real one by one to six random changes, the same for the same seed. */
export function mutate(original: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let bytes = original;
  for (let change = random.integer(1, 6); change > 0; change--) bytes = changed(bytes, others, random);
  return bytes.subarray(0, MAX_BYTES);
}

function changed(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const [from, to] = range(bytes, random);
  const [before, part, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  switch (random.weighted({ drop: 4, insert: 5, repeat: 3, nest: 1, move: 2, splice: 2, flip: 2, cut: 1 })) {
    case 'drop':
      return Buffer.concat([before, after]);
    case 'insert':
      return Buffer.concat([before, Buffer.from(random.pick(MORSELS)), part, after]);
    case 'repeat':
      return Buffer.concat([before, part, part, after]);
    case 'nest': {
      const times = Math.min(random.integer(2, 3000), Math.floor(MAX_BYTES / (part.length + 1)));
      const morsel = random.next() < 0.5 ? part : Buffer.from(random.pick(MORSELS));
      return Buffer.concat([before, ...Array.from({ length: times }, () => morsel), after]);
    }
    case 'move':
      return Buffer.concat([after, part, before]);
    case 'splice': {
      const other = random.pick(others);
      const [start, end] = range(other, random);
      return Buffer.concat([before, other.subarray(start, end), after]);
    }
    case 'flip': {
      const copy = Buffer.from(bytes);
      for (let flips = random.integer(1, 8); flips > 0 && copy.length > 0; flips--) {
        copy[random.integer(0, copy.length - 1)] = random.integer(0, 255);
      }
      return copy;
    }
    default:
      return before;
  }
}

/** Mostly short pieces: what upsets a parser is near something that it knows. */
function range(bytes: Buffer, random: Random): [number, number] {
  const from = random.integer(0, bytes.length);
  const longest = random.next() < 0.8 ? 40 : bytes.length;
  return [from, Math.min(bytes.length, from + random.integer(0, longest))];
}
