import type { EntitySchema } from '#protocol/graph.ts';
import { Kind } from '../../lower/tree.ts';
import { nameLine, propertyIn } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';
import { decoratedEntities, type EntityDialect } from './decoratedEntities.ts';
import { argumentOf, definitionsOf, emptySchema, propertiesOf, textIn } from './definedModels.ts';
import type { EntityMapping, Framework } from './framework.ts';
import { pluralize } from './plural.ts';
import { snakeCase } from './typeorm.ts';

const MODEL = 'sequelize#Model';

/** Sequelize: `define`, `Model.init` and the decorators of sequelize-typescript. */
export const sequelize: Framework = {
  name: 'sequelize',
  schemas(linker) {
    const defined = definitionsOf(linker, ['sequelize#ModelStatic'], /^define$/).flatMap(
      (call) => definedModel(linker, call) ?? [],
    );
    return [...defined, ...initialisedModels(linker), ...decoratedEntities(linker, DECORATED)];
  },
};

const DECORATED: EntityDialect = {
  rule: 'sequelize.table',
  modules: ['sequelize-typescript'],
  entities: ['Table'],
  tableKeys: ['tableName'],
  columns: ['Column', 'CreatedAt', 'UpdatedAt', 'DeletedAt', 'ForeignKey'],
  keys: ['PrimaryKey'],
  relations: new Map([
    ['HasOne', 'one_to_one'],
    ['HasMany', 'one_to_many'],
    ['BelongsTo', 'many_to_one'],
    ['BelongsToMany', 'many_to_many'],
  ]),
  columnKeys: ['field'],
  tableName: pluralize,
  nullableByDefault: true,
};

function definedModel(linker: Linker, call: Location): EntityMapping | undefined {
  const name = linker.texts.exactText(argumentOf(call, 0));
  if (name === undefined) return undefined;
  const options = argumentOf(call, 2);
  const schema = emptySchema(name, tableOf(linker, name, options), call);
  readAttributes(linker, schema, argumentOf(call, 1), textIn(linker, options, 'underscored') === 'true');
  return { schema, declaration: call, rule: 'sequelize.define' };
}

/** The table named by the options, else the plural of the model's name. */
function tableOf(linker: Linker, model: string, options: Location): string {
  const written = textIn(linker, options, 'tableName');
  if (written !== undefined) return written;
  const name = textIn(linker, options, 'underscored') === 'true' ? snakeCase(model) : model;
  return textIn(linker, options, 'freezeTableName') === 'true' ? name : pluralize(name);
}

/** `User.init({…}, { sequelize, modelName: 'User' })` of a class that extends Model. */
function initialisedModels(linker: Linker): EntityMapping[] {
  const found: EntityMapping[] = [];
  for (const file of linker.program.files) {
    if (isCSharp(file)) continue;
    const { tree } = file;
    visitNodes(file, (node) => {
      const callee = tree.child(node, 0);
      if (tree.kind(node) !== Kind.Call || tree.kind(callee) !== Kind.Member || tree.text(callee) !== 'init') return;
      const symbol = modelClass(linker, { file, node: tree.child(callee, 0) });
      const declaration = symbol?.declarations[0];
      if (symbol && declaration) found.push(initialised(linker, symbol, declaration, { file, node }));
    });
  }
  return found;
}

function modelClass(linker: Linker, receiver: Location): TypeSymbol | undefined {
  const { program, expressions } = linker;
  const type = expressions.typeOf(receiver);
  const isSuper =
    receiver.file.tree.kind(receiver.node) === Kind.Base || receiver.file.tree.kind(receiver.node) === Kind.This;
  const symbol =
    type.kind === 'static' && type.of.kind === 'project'
      ? type.of.symbol
      : isSuper
        ? program.table.enclosingType(receiver.file, receiver.node)
        : undefined;
  return symbol && program.viewAsExternal(program.selfType(symbol), MODEL, receiver.file) ? symbol : undefined;
}

function initialised(linker: Linker, symbol: TypeSymbol, declaration: Location, call: Location): EntityMapping {
  const options = argumentOf(call, 1);
  const name = textIn(linker, options, 'modelName') ?? symbol.name;
  const schema = {
    ...emptySchema(symbol.name, tableOf(linker, name, options), declaration),
    line: nameLine(declaration),
  };
  readAttributes(linker, schema, argumentOf(call, 0), textIn(linker, options, 'underscored') === 'true');
  return { schema, declaration, rule: 'sequelize.init' };
}

function readAttributes(linker: Linker, schema: EntitySchema, attributes: Location, isSnakeCase: boolean): void {
  for (const [name, value] of propertiesOf(linker, attributes)) {
    const declared = propertyIn(linker.expressions, value, 'type');
    const type = declared.node === 0 ? value : declared;
    const typeName = typeText(type);
    schema.columns.push({
      name: textIn(linker, value, 'field') ?? (isSnakeCase ? snakeCase(name) : name),
      ...(typeName === '' ? {} : { type: typeName }),
      nullable: textIn(linker, value, 'allowNull') !== 'false' && textIn(linker, value, 'primaryKey') !== 'true',
      ...(textIn(linker, value, 'primaryKey') === 'true' ? { key: true } : {}),
    });
  }
}

/** `DataTypes.STRING(64)` is STRING. */
function typeText(at: Location): string {
  const { tree } = at.file;
  return tree.text(tree.kind(at.node) === Kind.Call ? tree.child(at.node, 0) : at.node);
}
