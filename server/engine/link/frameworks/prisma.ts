import type { EntitySchema, SchemaColumn, SchemaRelation } from '#protocol/graph.ts';
import { Flag, Kind } from '../../lower/tree.ts';
import { attributesOf, type Attribute } from '../attributes.ts';
import { nameLine } from '../decorators.ts';
import type { Linker } from '../linker.ts';
import type { Program } from '../program.ts';
import type { Location } from '../sourceFile.ts';
import type { FieldSymbol, TypeSymbol } from '../symbols.ts';
import type { EntityMapping, Framework } from './framework.ts';

const CLIENT = '@prisma/client';
const CLIENT_NAMES: ReadonlySet<string> = new Set(['PrismaClient', 'Prisma']);

/** Prisma: the models of `schema.prisma` files, and clients generated into a folder of their own. */
export const prisma: Framework = {
  name: 'prisma',
  prepare({ program }) {
    nameGeneratedClients(program);
  },
  schemas(linker) {
    const models = linker.program.table.types.filter((type) => isModel(type));
    return models.map((model) => mappingOf(linker, model, models));
  },
};

/** A client that is generated into the project, and so is not scanned, is the library's client. */
function nameGeneratedClients(program: Program): void {
  if (!program.files.some((file) => file.language === 'prisma')) return;
  for (const [file, scope] of program.table.modules) {
    for (const { module, name } of scope.imports.values()) {
      const isClient =
        CLIENT_NAMES.has(name) && module !== CLIENT && (module.startsWith('.') || /prisma/i.test(module));
      if (isClient && !program.typescript.resolveModule(module, file)) program.typescript.aliases.set(module, CLIENT);
    }
  }
}

function isModel(type: TypeSymbol): boolean {
  return type.declarations[0]?.file.language === 'prisma' && type.has(Flag.Class);
}

function mappingOf(linker: Linker, model: TypeSymbol, models: readonly TypeSymbol[]): EntityMapping {
  const declaration = model.declarations[0] as Location;
  const attributes = attributesOf(declaration);
  const keys = new Set(identifiersIn(attributes.find(({ name }) => name === 'id')));
  const schema: EntitySchema = {
    entity: model.name,
    table:
      textOf(
        linker,
        attributes.find(({ name }) => name === 'map'),
      ) ?? model.name,
    root: declaration.file.root,
    file: declaration.file.path,
    line: nameLine(declaration),
    columns: [],
    relations: [],
    migrations: [],
  };
  const related = new Map(
    models
      .filter((other) => other.declarations[0]?.file.root === declaration.file.root)
      .map((other) => [other.name, other]),
  );
  for (const field of model.fields.values()) {
    const { name, isList } = typeOf(field);
    const target = related.get(name);
    if (target)
      schema.relations.push({ kind: relationKind(field, isList, model, target), entity: target.name, via: field.name });
    else schema.columns.push(columnOf(linker, field, keys));
  }
  return { schema, declaration, rule: 'prisma.model' };
}

function typeOf(field: FieldSymbol): { name: string; isList: boolean } {
  const { tree } = field.file;
  const reference = tree.child(field.node, 1);
  const isList = tree.text(reference) === '[]';
  return { name: tree.text(isList ? tree.child(reference, 0) : reference), isList };
}

function columnOf(linker: Linker, field: FieldSymbol, keys: ReadonlySet<string>): SchemaColumn {
  const attributes = fieldAttributes(field);
  const { name, isList } = typeOf(field);
  const isKey = keys.has(field.name) || attributes.some((attribute) => attribute.name === 'id');
  return {
    name:
      textOf(
        linker,
        attributes.find((attribute) => attribute.name === 'map'),
      ) ?? field.name,
    type: isList ? `${name}[]` : name,
    nullable: field.file.tree.has(field.node, Flag.Optional),
    ...(isKey ? { key: true } : {}),
  };
}

function relationKind(
  field: FieldSymbol,
  isList: boolean,
  model: TypeSymbol,
  target: TypeSymbol,
): SchemaRelation['kind'] {
  const name = relationName(field);
  const back = [...target.fields.values()].find(
    (other) => other !== field && typeOf(other).name === model.name && relationName(other) === name,
  );
  const isListBack = back !== undefined && typeOf(back).isList;
  if (isList) return isListBack ? 'many_to_many' : 'one_to_many';
  return isListBack ? 'many_to_one' : 'one_to_one';
}

function relationName(field: FieldSymbol): string {
  const relation = fieldAttributes(field).find(({ name }) => name === 'relation');
  if (!relation) return '';
  const { tree } = relation.at.file;
  for (const argument of tree.children(relation.at.node)) {
    if (tree.kind(argument) === Kind.String) return tree.text(argument);
    if (tree.kind(argument) === Kind.NamedArgument && tree.text(argument) === 'name')
      return tree.text(tree.child(argument, 0));
  }
  return '';
}

function fieldAttributes(field: FieldSymbol): Attribute[] {
  return attributesOf({ file: field.file, node: field.node });
}

function textOf(linker: Linker, attribute: Attribute | undefined): string | undefined {
  if (!attribute) return undefined;
  const { file, node } = attribute.at;
  const first = file.tree.children(node)[0] ?? 0;
  return linker.texts.exactText({
    file,
    node: file.tree.kind(first) === Kind.NamedArgument ? file.tree.child(first, 0) : first,
  });
}

function identifiersIn(attribute: Attribute | undefined): string[] {
  if (!attribute) return [];
  const { tree } = attribute.at.file;
  const first = tree.children(attribute.at.node)[0] ?? 0;
  const list = tree.kind(first) === Kind.NamedArgument ? tree.child(first, 0) : first;
  return tree.children(list).map((node) => tree.text(node));
}
