import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '#engine/languages.ts';
import { fuzz } from './fuzz.ts';

/** `npm run fuzz -- --inputs 10000` tries more. */
const INPUTS = 60;

describe('mutated real files', () => {
  it.each(LANGUAGES)(
    'of %s are parsed, skipped or failed, and never more than that',
    async (language) => {
      expect(await fuzz({ inputs: INPUTS, seed: 1, languages: [language] })).toEqual([]);
    },
    240_000,
  );
});
