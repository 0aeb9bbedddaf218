import type { EntitySchema } from '#protocol/graph.ts';
import { Kind } from '../../lower/tree.ts';
import { propertyIn, symbolOf } from '../decorators.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import { decoratedEntities, type EntityDialect } from './decoratedEntities.ts';
import { argumentOf, definitionsOf, emptySchema, propertiesOf, textIn } from './definedModels.ts';
import type { EntityMapping, Framework } from './framework.ts';
import { pluralize } from './plural.ts';

/** Mongoose: models defined from schemas, and classes decorated for Nest. */
export const mongoose: Framework = {
  name: 'mongoose',
  schemas(linker) {
    const defined = definitionsOf(linker, ['mongoose#Model'], /^(model|discriminator)$/).flatMap(
      (call) => definedModel(linker, call) ?? [],
    );
    return [...defined, ...decoratedEntities(linker, DECORATED)];
  },
};

const DECORATED: EntityDialect = {
  rule: 'mongoose.schema',
  modules: ['@nestjs/mongoose'],
  entities: ['Schema'],
  tableKeys: ['collection'],
  columns: ['Prop'],
  keys: [],
  relations: new Map(),
  columnKeys: [],
  tableName: collectionName,
  nullableByDefault: true,
};

/** Mongoose puts a model's name into lower case and into the plural. */
function collectionName(name: string): string {
  return pluralize(name.toLowerCase());
}

/** `model<IUser>('User', new Schema({…}, { collection }), 'collection')`. */
function definedModel(linker: Linker, call: Location): EntityMapping | undefined {
  const name = linker.texts.exactText(argumentOf(call, 0));
  const schemaType = linker.expressions.typeOf(argumentOf(call, 1));
  if (name === undefined) return undefined;
  const made = schemaType.kind === 'external' ? schemaType.origin : undefined;
  const options = made ? argumentOf(made, 1) : { file: call.file, node: 0 };
  const table =
    linker.texts.exactText(argumentOf(call, 2)) ?? textIn(linker, options, 'collection') ?? collectionName(name);
  const schema = emptySchema(name, table, call);
  if (made) readFields(linker, schema, argumentOf(made, 0));
  const typed = typeArgument(linker, call);
  return { schema, declaration: call, rule: 'mongoose.model', ...(typed ? { aliases: [typed] } : {}) };
}

function typeArgument(linker: Linker, call: Location): Location | undefined {
  const { tree } = call.file;
  const reference = tree.children(tree.child(call.node, 2))[0];
  const symbol =
    reference === undefined
      ? undefined
      : symbolOf(linker.program.typeFromReference({ file: call.file, node: reference }));
  return symbol?.declarations[0];
}

function readFields(linker: Linker, schema: EntitySchema, definition: Location): void {
  for (const [name, value] of propertiesOf(linker, definition)) {
    const { tree } = value.file;
    const isList = tree.kind(value.node) === Kind.Array;
    const element = isList ? { file: value.file, node: tree.children(value.node)[0] ?? 0 } : value;
    const declared = propertyIn(linker.expressions, element, 'type');
    const type = declared.node === 0 ? element : declared;
    const ref = textIn(linker, element, 'ref');
    if (ref !== undefined)
      schema.relations.push({ kind: isList ? 'one_to_many' : 'many_to_one', entity: ref, via: name });
    const typeName = type.file.tree.text(type.node);
    schema.columns.push({
      name,
      ...(typeName === '' ? {} : { type: isList ? `${typeName}[]` : typeName }),
      nullable: textIn(linker, element, 'required') !== 'true',
    });
  }
}
