import fc from 'fast-check';

/** Names that break out of one format or another where they are not escaped. */
export const HOSTILE_NAMES: readonly string[] = [
  `"><script>alert(1)</script>`,
  `</style></title><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  '&lt;b&gt; &amp; &#60;',
  `=HYPERLINK("http://example.invalid","x")`,
  '+1+cmd|/C calc!A0',
  '-2+3',
  '@SUM(1)',
  '\t=1+1',
  '\r\n=1+1',
  'a,b;"c"\n"d"',
  '%%{init: {"securityLevel": "loose"}}%%',
  'x"]; click n1 "javascript:alert(1)"',
  'end',
  'subgraph',
  '"`**bold**`"',
  '#quot;#35;#60;script#62;',
  '---\ntitle: x\n---',
  '1. first',
  '- item',
  '```\n# heading\n```',
  '[link](javascript:alert(1)) ![image](http://example.invalid/x.png)',
  '<https://example.invalid> www.example.invalid @somebody',
  '| a | b |\n|---|---|',
  '\\" ]; node [shape=none]; "',
  '\\N\\G\\',
  '<b>html label</b>',
  '{id:int?} {**rest} :name(\\d+) [slug] *',
  'PK',
  'fk',
  'PkId',
  'UK2',
  '__proto__',
  'constructor',
  '\u202Egnp.exe\u2066',
  '\u0000\u0007\u001b[31m',
  '\ud800 lone',
  '🪅 piñata 日本語 مرحبا',
  '\u2028\u2029',
  'x'.repeat(5000),
  ' ',
  '',
];

const MARKS = `"'\`\\|<>&;#%{}[]()=+-@*_:/.,\n\t `.split('');

/** Hostile names, parts of them put together, and any text at all. */
export function hostileName(): fc.Arbitrary<string> {
  const known = fc.constantFrom(...HOSTILE_NAMES);
  return fc.oneof(
    known,
    fc.array(known, { minLength: 2, maxLength: 3 }).map((names) => names.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...MARKS), maxLength: 40 }),
  );
}
