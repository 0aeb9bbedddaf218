import { Flag } from '../lower/tree.ts';
import type { ResolvedCall } from './callResolver.ts';
import type { Program } from './program.ts';
import type { FunctionSymbol, TypeSymbol } from './symbols.ts';
import type { Type } from './types.ts';
import { isCSharp } from './sourceFile.ts';

/**
 * The receiver through which a call reaches a library member, undefined for a call of the scanned code's own.
 * A method that overrides a library's, and an interface method that only a library base implements, are the library's.
 */
export function libraryReceiver(program: Program, call: ResolvedCall): Type | undefined {
  const [first] = call.functions;
  if (!first) return call.receiver;
  if (!isCSharp(call.at.file)) return undefined;
  if (call.functions.every((fn) => overridesLibrary(program, fn))) return call.receiver;
  const implementing = first.owner?.has(Flag.Interface) ? implementedByLibrary(program, first, first.owner) : undefined;
  return implementing && program.selfType(implementing);
}

function overridesLibrary(program: Program, fn: FunctionSymbol): boolean {
  const { owner } = fn;
  if (!owner || !fn.file.tree.has(fn.node, Flag.Override)) return false;
  const [, ...bases] = program.lineage(program.selfType(owner));
  if (!bases.some((base) => base.kind === 'external')) return false;
  return !bases.some(
    (base) =>
      base.kind === 'project' &&
      base.symbol.methods.get(fn.name)?.some((other) => !other.file.tree.has(other.node, Flag.Override)) === true,
  );
}

/** The class that implements an interface and leaves one of its methods to a library base, where all of them do. */
function implementedByLibrary(program: Program, fn: FunctionSymbol, owner: TypeSymbol): TypeSymbol | undefined {
  const classes = program.subtypes(owner).filter((type) => !type.isAbstract);
  const own = classes.filter((type) => {
    const member = program.member(program.selfType(type), fn.name);
    return (
      member?.kind === 'methods' &&
      member.functions.some((other) => other.owner?.has(Flag.Interface) === false && !overridesLibrary(program, other))
    );
  });
  if (own.length > 0) return undefined;
  return classes.find((type) => program.externalLineage(program.selfType(type)).length > 0);
}
