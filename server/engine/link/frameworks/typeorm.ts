import type { Linker } from '../linker.ts';
import { decoratedEntities, type EntityDialect } from './decoratedEntities.ts';
import type { Framework } from './framework.ts';

/** TypeORM entities described by decorators. */
export const typeorm: Framework = {
  name: 'typeorm',
  schemas: (linker) => decoratedEntities(linker, DIALECT),
};

const DIALECT: EntityDialect = {
  rule: 'typeorm.entity',
  modules: ['typeorm'],
  entities: ['Entity', 'ViewEntity', 'ChildEntity'],
  tableKeys: ['name'],
  columns: ['Column', 'CreateDateColumn', 'UpdateDateColumn', 'DeleteDateColumn', 'VersionColumn', 'ViewColumn'],
  keys: ['PrimaryColumn', 'PrimaryGeneratedColumn', 'ObjectIdColumn'],
  relations: new Map([
    ['OneToOne', 'one_to_one'],
    ['OneToMany', 'one_to_many'],
    ['ManyToOne', 'many_to_one'],
    ['ManyToMany', 'many_to_many'],
  ]),
  columnKeys: ['name'],
  tableName: snakeCase,
  columnName: (property, { linker, root }) => (usesSnakeCaseColumns(linker, root) ? snakeCase(property) : property),
  embeds: true,
};

/** Table name of a class, as TypeORM's default naming strategy makes it. */
export function snakeCase(name: string): string {
  return name
    .replace(/([A-Z])([A-Z])([a-z])/g, '$1_$2$3')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

const strategies = new WeakMap<Linker, Set<string>>();

/** Whether a root configures the naming strategy of `typeorm-naming-strategies` that also changes columns. */
function usesSnakeCaseColumns(linker: Linker, root: string): boolean {
  let roots = strategies.get(linker);
  if (!roots) {
    roots = new Set();
    for (const [file, scope] of linker.program.table.modules) {
      if (
        [...scope.imports.values()].some(
          ({ module, name }) => module === 'typeorm-naming-strategies' && name === 'SnakeNamingStrategy',
        )
      ) {
        roots.add(file.root);
      }
    }
    strategies.set(linker, roots);
  }
  return roots.has(root);
}
