import { Flag, Kind } from '../lower/tree.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import type { Program } from './program.ts';
import { isCSharp } from './sourceFile.ts';
import type { FunctionSymbol } from './symbols.ts';

/** The overrides in derived classes that may run instead of a C# method with a body: the receiver may be one of them. */
export function overridesOf(program: Program, call: ResolvedCall, fn: FunctionSymbol): FunctionSymbol[] {
  const { file } = call.at;
  const { owner } = fn;
  if (!owner || fn.isStatic || !isCSharp(file) || file.tree.kind(call.receiverNode) === Kind.Base) return [];
  const seen =
    call.receiver.kind === 'project' ? call.receiver.symbol : program.table.enclosingType(file, call.at.node);
  if (!seen || call.receiver.kind === 'static') return [];
  const count = parametersOf(fn).length;
  return program
    .subtypes(seen)
    .flatMap((type) => type.methods.get(fn.name) ?? [])
    .filter(
      (other) => other !== fn && other.file.tree.has(other.node, Flag.Override) && parametersOf(other).length === count,
    );
}
