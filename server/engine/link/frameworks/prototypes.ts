import { Flag, Kind } from '../../lower/tree.ts';
import { visitTree } from '../linker.ts';
import type { Program } from '../program.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Type } from '../types.ts';
import type { Framework } from './framework.ts';

/** A function that the scanned code gives to all values of a library type. */
interface Addition {
  type: string;
  name: string;
  fn: FunctionSymbol;
}

/** `SelectQueryBuilder.prototype.paginate = function () { … }`: methods added to the classes of libraries. */
export const prototypes: Framework = {
  name: 'prototypes',
  prepare({ program, expressions }) {
    const additions = program.files.flatMap((file) => additionsIn(program, file));
    if (additions.length === 0) return;
    const before = { ...expressions.frameworkTypes };
    expressions.frameworkTypes.externalMember = (on, name) =>
      memberAdded(additions, on.name, name) ?? before.externalMember?.(on, name);
    expressions.frameworkTypes.thisAt = (at) => thisOfAddition(additions, at) ?? before.thisAt?.(at);
  },
};

function additionsIn(program: Program, file: SourceFile): Addition[] {
  if (isCSharp(file) || !file.tree.mentions('prototype')) return [];
  const { tree } = file;
  const found: Addition[] = [];
  visitTree(file, (node) => {
    if (tree.kind(node) !== Kind.Assign || tree.text(node) !== '=') return;
    const [member, value] = [tree.child(node, 0), tree.child(node, 1)];
    const prototype = tree.kind(member) === Kind.Member ? tree.child(member, 0) : 0;
    const owner = tree.kind(prototype) === Kind.Member ? tree.child(prototype, 0) : 0;
    if (tree.text(prototype) !== 'prototype' || tree.kind(owner) !== Kind.Identifier) return;
    if (tree.kind(value) !== Kind.Function) return;
    // An interface of the same name in `declare module 'x'` only says what is added.
    const imported = program.table.modules.get(file)?.imports.get(tree.text(owner));
    if (!imported || program.typescript.resolveModule(imported.module, file)) return;
    const fn = program.functionOf({ file, node: value }, tree.text(member));
    found.push({ type: `${imported.module}#${imported.name}`, name: tree.text(member), fn });
  });
  return found;
}

function memberAdded(additions: readonly Addition[], type: string, name: string): Type | undefined {
  const added = additions.find((addition) => addition.type === type && addition.name === name);
  return added && { kind: 'function', functions: [added.fn] };
}

/** In the function itself, and in arrows inside it, `this` is a value of the library's type. */
function thisOfAddition(additions: readonly Addition[], at: Location): Type | undefined {
  const { file } = at;
  let fn = file.enclosing(at.node, Kind.Function);
  for (let added = find(additions, file, fn); fn !== 0; added = find(additions, file, fn)) {
    if (added) return { kind: 'external', name: added.type, args: [] };
    if (!file.tree.has(fn, Flag.Lambda)) return undefined;
    fn = file.enclosing(file.parent(fn), Kind.Function);
  }
  return undefined;
}

function find(additions: readonly Addition[], file: SourceFile, fn: number): Addition | undefined {
  return additions.find((addition) => addition.fn.file === file && addition.fn.node === fn);
}
