import { decoratedEntities, type EntityDialect } from './decoratedEntities.ts';
import type { Framework } from './framework.ts';
import { snakeCase } from './typeorm.ts';

/** MikroORM entities described by decorators. */
export const mikroorm: Framework = {
  name: 'mikroorm',
  schemas: (linker) => decoratedEntities(linker, DIALECT),
};

const DIALECT: EntityDialect = {
  rule: 'mikroorm.entity',
  modules: ['@mikro-orm/core', '@mikro-orm/decorators'],
  entities: ['Entity'],
  tableKeys: ['tableName', 'collection'],
  columns: ['Property', 'Enum', 'Formula'],
  keys: ['PrimaryKey', 'SerializedPrimaryKey'],
  relations: new Map([
    ['OneToOne', 'one_to_one'],
    ['OneToMany', 'one_to_many'],
    ['ManyToOne', 'many_to_one'],
    ['ManyToMany', 'many_to_many'],
  ]),
  columnKeys: ['fieldName', 'name'],
  tableName: snakeCase,
  columnName: snakeCase,
};
