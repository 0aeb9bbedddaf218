import type { Linker } from './linker.ts';

/** Adds a path that the calls of a root's front end are sent below. */
export function addBasePath(linker: Linker, root: string, base: string): void {
  const known = linker.facts.basePaths.get(root);
  if (known) known.add(base);
  else linker.facts.basePaths.set(root, new Set([base]));
}
