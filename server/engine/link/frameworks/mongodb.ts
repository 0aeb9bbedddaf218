import { Kind, lineOf } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import type { TypeSymbol } from '../symbols.ts';
import { columnsOf, propertiesOf } from './efColumns.ts';
import { FluentModel } from './efFluent.ts';
import type { EntityMapping, Framework } from './framework.ts';
import { isCSharp } from '../sourceFile.ts';

/** MongoDB for .NET: the documents of collections, by `GetCollection<T>("name")`. */
export const mongodb: Framework = {
  name: 'mongodb',
  schemas(linker) {
    return [...collectionsOf(linker)].flatMap(([type, table]) => mappingOf(linker, type, table));
  },
};

/** Document types with the name of their collection; the class name where it is not a constant. */
function collectionsOf(linker: Linker): Map<TypeSymbol, string> {
  const collections = new Map<TypeSymbol, string>();
  for (const file of linker.program.files) {
    if (!isCSharp(file)) continue;
    visitNodes(file, (node) => {
      const { tree } = file;
      if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'GetCollection') return;
      const call = linker.expressions.calls.resolve({ file, node });
      if (!linker.program.viewAsExternal(call.receiver, 'IMongoDatabase', file)) return;
      const type = linker.program.typeFromReference({ file, node: tree.children(tree.child(node, 2))[0] ?? 0 });
      if (type.kind !== 'project' || collections.has(type.symbol)) return;
      const name = linker.texts.exactText({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 });
      collections.set(type.symbol, name ?? type.symbol.name);
    });
  }
  return collections;
}

function mappingOf(linker: Linker, type: TypeSymbol, table: string): EntityMapping[] {
  const declaration = type.declarations[0];
  if (!declaration || type.typeParameters.length > 0) return [];
  const { file, node } = declaration;
  const fluent = new FluentModel(linker).entity(type);
  const schema = {
    entity: type.name,
    table,
    root: file.root,
    file: file.path,
    line: lineOf(file.tree.start(file.tree.child(node, 0) || node)),
    columns: columnsOf(linker, type, fluent, propertiesOf(linker, type, fluent)),
    relations: [],
    migrations: [],
  };
  return [{ schema, declaration, rule: 'mongodb.collection' }];
}
