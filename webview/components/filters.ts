import type { Filter } from './filterBar.ts';
import { CONFIDENCES } from './vocabulary.ts';

/** The drop-down over confidences for the view value `key`. */
export function confidenceFilter(key: string): Filter {
  const choices = Object.entries(CONFIDENCES).map(([value, { label }]) => ({ value, label }));
  return { key, label: 'Confidence', choices: [{ value: '', label: 'Any confidence' }, ...choices] };
}
