import type * as Parts from './parts.ts';

let loading: Promise<typeof Parts> | null = null;

/** The parts of the extension that are loaded at their first use. */
export function loadParts(): Promise<typeof Parts> {
  loading ??= import('./parts.ts');
  return loading;
}
