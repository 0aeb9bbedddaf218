import type { EntitySchema } from '#protocol/graph.ts';
import { Kind } from '../../lower/tree.ts';
import { nameLine } from '../decorators.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import { argumentOf, definitionsOf, emptySchema, propertiesOf } from './definedModels.ts';
import type { EntityMapping, Framework } from './framework.ts';

const TABLE = 'drizzle-orm#Table';
const MAX_CHAIN = 30;

/** Drizzle: tables declared as values. */
export const drizzle: Framework = {
  name: 'drizzle',
  schemas: (linker) => definitionsOf(linker, [TABLE], /Table$/).flatMap((call) => tableOf(linker, call) ?? []),
};

/** `export const users = pgTable('users', { id: serial('id').primaryKey() })`. */
function tableOf(linker: Linker, call: Location): EntityMapping | undefined {
  const { file } = call;
  const variable = file.enclosing(call.node, Kind.Variable);
  const table = linker.texts.exactText(argumentOf(call, 0));
  if (table === undefined || variable === 0) return undefined;
  const schema = { ...emptySchema(file.tree.text(variable), table, call), line: nameLine({ file, node: variable }) };
  for (const [name, value] of propertiesOf(linker, argumentOf(call, 1))) readColumn(linker, schema, name, value);
  return { schema, declaration: { file, node: variable }, rule: 'drizzle.table' };
}

function readColumn(linker: Linker, schema: EntitySchema, property: string, value: Location): void {
  const { file } = value;
  const { tree } = file;
  const steps: string[] = [];
  let node = value.node;
  for (
    let count = 0;
    count < MAX_CHAIN && tree.kind(node) === Kind.Call && tree.kind(tree.child(node, 0)) === Kind.Member;
    count++
  ) {
    const name = tree.text(tree.child(node, 0));
    steps.push(name);
    if (name === 'references') addReference(linker, schema, property, argumentOf({ file, node }, 0));
    node = tree.child(tree.child(node, 0), 0);
  }
  if (tree.kind(node) !== Kind.Call) return;
  const written = linker.texts.exactText(argumentOf({ file, node }, 0));
  const isKey = steps.includes('primaryKey');
  schema.columns.push({
    name: written ?? property,
    type: tree.text(tree.child(node, 0)),
    nullable: !isKey && !steps.includes('notNull'),
    ...(isKey ? { key: true } : {}),
  });
}

/** `references(() => users.id)`. */
function addReference(linker: Linker, schema: EntitySchema, via: string, lambda: Location): void {
  const { tree } = lambda.file;
  const column = tree.kind(lambda.node) === Kind.Function ? tree.child(lambda.node, 3) : 0;
  const table = tree.kind(column) === Kind.Member ? tree.child(column, 0) : 0;
  const type = linker.expressions.typeOf({ file: lambda.file, node: table });
  if (type.kind === 'external' && type.name === TABLE)
    schema.relations.push({ kind: 'many_to_one', entity: tree.text(table), via });
}
