import type { ResolvedCall } from './callResolver.ts';
import type { Location } from './sourceFile.ts';
import type { Type } from './types.ts';

/** Types a framework gives; undefined where it has nothing to say. */
export interface FrameworkTypes {
  /** The type of a parameter, before its declared one. */
  parameter?(parameter: Location): Type | undefined;
  /** The type of a member of a type of the scanned code that its declarations and rule packs do not know. */
  member?(on: Type & { kind: 'project' }, name: string): Type | undefined;
  /** A member that the scanned code gives to a value of a library type, before the members of that type. */
  externalMember?(on: Type & { kind: 'external' }, name: string): Type | undefined;
  /** What `this` is at a place outside of classes. */
  thisAt?(at: Location): Type | undefined;
  /** What a call of library code gives. */
  call?(call: ResolvedCall): Type | undefined;
}
