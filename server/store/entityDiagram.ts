import type { EntitySchema, SchemaColumn } from '#protocol/graph.ts';
import type { EntityDiagram, EntityDiagramQuery } from '#protocol/views.ts';

const DEFAULT_TABLES = 40;
const MOST_COLUMNS = 12;

type Relation = EntityDiagram['relations'][number];

/**
 * The tables nearest to the one asked for, by relations in either direction; without one, the most related tables
 * first. Relations name entities; they are given between tables, each once.
 */
export function entityDiagram(schemas: readonly EntitySchema[], query: EntityDiagramQuery): EntityDiagram {
  const byTable = new Map(schemas.map((schema) => [schema.table, schema]));
  const relations = relationsOf(schemas);
  const neighbours = neighboursOf(relations);
  const order = query.table === undefined ? mostRelated(byTable, neighbours) : nearest(query.table, neighbours);
  const known = order.filter((table) => byTable.has(table));
  const shown = new Set(known.slice(0, query.limit ?? DEFAULT_TABLES));
  return {
    tables: [...shown].flatMap((table) => {
      const schema = byTable.get(table);
      return schema ? [tableOf(schema)] : [];
    }),
    relations: relations.filter(({ source, target }) => shown.has(source) && shown.has(target)),
    total: known.length,
  };
}

function tableOf({ table, entity, root, file, line, columns }: EntitySchema): EntityDiagram['tables'][number] {
  const keysFirst: SchemaColumn[] = columns.toSorted((a, b) => Number(b.key ?? false) - Number(a.key ?? false));
  return { table, entity, root, file, line, columns: keysFirst.slice(0, MOST_COLUMNS), columns_total: columns.length };
}

/** One line between two tables for each relation; the other direction of the same one is left out. */
function relationsOf(schemas: readonly EntitySchema[]): Relation[] {
  const tableOfEntity = new Map(schemas.map((schema) => [schema.entity, schema.table]));
  const seen = new Set<string>();
  const relations: Relation[] = [];
  for (const schema of schemas) {
    for (const { kind, entity, via } of schema.relations) {
      const target = tableOfEntity.get(entity);
      if (target === undefined) continue;
      const pair = [schema.table, target].toSorted().join('\n');
      if (seen.has(pair)) continue;
      seen.add(pair);
      relations.push({ source: schema.table, target, kind, ...(via !== undefined && { via }) });
    }
  }
  return relations;
}

function neighboursOf(relations: readonly Relation[]): Map<string, string[]> {
  const neighbours = new Map<string, string[]>();
  const add = (from: string, to: string): void => {
    const list = neighbours.get(from);
    if (list) list.push(to);
    else neighbours.set(from, [to]);
  };
  for (const { source, target } of relations) {
    add(source, target);
    add(target, source);
  }
  return neighbours;
}

function nearest(start: string, neighbours: ReadonlyMap<string, string[]>): string[] {
  const order = [start];
  const seen = new Set(order);
  for (const table of order) {
    for (const next of neighbours.get(table) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      order.push(next);
    }
  }
  return order;
}

function mostRelated(tables: ReadonlyMap<string, unknown>, neighbours: ReadonlyMap<string, string[]>): string[] {
  const degree = (table: string): number => neighbours.get(table)?.length ?? 0;
  return [...tables.keys()].toSorted((a, b) => degree(b) - degree(a) || (a < b ? -1 : 1));
}
