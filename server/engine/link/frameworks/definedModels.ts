import type { EntitySchema } from '#protocol/graph.ts';
import { Kind, lineOf } from '../../lower/tree.ts';
import { propertyIn } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { Type } from '../types.ts';

/** Calls that make a value of a library type with an identity of its own: models and tables defined by calls. */
export function definitionsOf(linker: Linker, types: readonly string[], names: RegExp): Location[] {
  const found: Location[] = [];
  for (const file of linker.program.files) {
    if (isCSharp(file)) continue;
    const { tree } = file;
    visitNodes(file, (node) => {
      if (tree.kind(node) !== Kind.Call || !names.test(tree.text(tree.child(node, 0)))) return;
      const type = linker.expressions.typeOf({ file, node });
      if (type.kind === 'external' && types.includes(type.name) && isSame(type.origin, { file, node }))
        found.push({ file, node });
    });
  }
  return found;
}

function isSame(origin: Location | undefined, at: Location): boolean {
  return origin !== undefined && origin.file === at.file && origin.node === at.node;
}

/** An argument of a call; node 0 when it is not given. */
export function argumentOf(call: Location, index: number): Location {
  const { tree } = call.file;
  return { file: call.file, node: tree.children(tree.child(call.node, 1))[index] ?? 0 };
}

/** The properties of the object literal an expression evaluates to, by name. */
export function propertiesOf(linker: Linker, at: Location): Map<string, Location> {
  const type: Type | undefined = at.node === 0 ? undefined : linker.expressions.typeOf(at);
  const found = new Map<string, Location>();
  if (type?.kind !== 'object') return found;
  const { file, node } = type.at;
  for (const child of file.tree.children(node)) {
    if (file.tree.kind(child) === Kind.Property && file.tree.text(child) !== '')
      found.set(file.tree.text(child), { file, node: file.tree.child(child, 0) });
  }
  return found;
}

/** The text of a property of an object literal. */
export function textIn(linker: Linker, at: Location, key: string): string | undefined {
  return linker.texts.exactText(propertyIn(linker.expressions, at, key));
}

/** A schema without columns, declared at a place. */
export function emptySchema(entity: string, table: string, at: Location): EntitySchema {
  const { file, node } = at;
  return {
    entity,
    table,
    root: file.root,
    file: file.path,
    line: lineOf(file.tree.start(node)),
    columns: [],
    relations: [],
    migrations: [],
  };
}
