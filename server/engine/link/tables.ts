import type { EntitySchema } from '#protocol/graph.ts';
import type { DraftNode } from '../graph/graphBuilder.ts';
import type { EntityMapping } from './frameworks/framework.ts';
import { FRAMEWORKS } from './frameworks/frameworks.ts';
import { bindingText } from './generics.ts';
import type { EntityFact, Linker, TouchFact } from './linker.ts';
import type { Location } from './sourceFile.ts';
import { GENERIC_ACCESS } from '../graph/workflows.ts';

/** Draws `accesses` edges from database operations to tables; gives the schemas of all mapped entities. */
export function linkTables(linker: Linker): EntitySchema[] {
  const mappings = FRAMEWORKS.flatMap((framework) => framework.schemas?.(linker) ?? []);
  const index = new MappingIndex(mappings);
  for (const { declaration, schema, rule } of mappings) linker.graph.table(schema.table, declaration, rule);
  for (const [node, fact] of linker.facts.entityOf) accessTable(linker, index, node, fact);
  for (const { node, declaration, rule, detail } of [...linker.facts.touches, ...genericTouches(linker)]) {
    const mapping = index.at(declaration);
    if (!mapping) continue;
    const table = linker.graph.table(mapping.schema.table, mapping.declaration, mapping.rule);
    linker.graph.edge({ source: node, target: table, kind: 'accesses', rule, confidence: 'likely', detail });
  }
  return mappings.map(({ schema }) => schema).sort(bySchemaPlace);
}

/** What operations of generic code touch, by what their calls bind the type parameter to. */
function genericTouches(linker: Linker): TouchFact[] {
  const { genericOperations, genericUses } = linker.facts;
  return genericOperations.flatMap(({ node, within, parameter }) =>
    genericUses.typesOf(within, parameter).flatMap((type) => {
      const declaration = type.declarations[0];
      return declaration ? [{ node, declaration, rule: GENERIC_ACCESS, detail: bindingText(parameter, type) }] : [];
    }),
  );
}

function accessTable(linker: Linker, index: MappingIndex, node: DraftNode, fact: EntityFact): void {
  const mapping = index.find(fact, node.file.root);
  if (mapping) {
    const table = linker.graph.table(mapping.schema.table, mapping.declaration, mapping.rule);
    const detail = `${mapping.schema.entity} is mapped to ${mapping.schema.table}`;
    if (fact.declaration === undefined) nameEntity(node, mapping.schema.entity);
    linker.graph.edge({
      source: node,
      target: table,
      kind: 'accesses',
      rule: mapping.rule,
      confidence: 'certain',
      detail,
    });
    return;
  }
  if (fact.declaration === undefined && /^[\w$]+$/.test(fact.entity)) {
    // A table that only SQL names stands where it is first named.
    const at = { file: node.file, node: node.file.tree.root };
    const table = linker.graph.table(fact.entity, at, 'sql_name');
    linker.graph.edge({ source: node, target: table, kind: 'accesses', rule: 'sql_name', confidence: 'likely' });
    return;
  }
  linker.graph.unresolved(node, 'unknown_table', `no mapping of ${fact.entity} to a table is known`);
}

/** An operation that names its table by text gets the name of the entity that is mapped to it. */
function nameEntity(node: DraftNode, entity: string): void {
  if (node.name === node.target) node.name = entity;
  node.target = entity;
}

class MappingIndex {
  readonly #byDeclaration = new Map<string, EntityMapping>();
  readonly #byTable = new Map<string, EntityMapping>();

  constructor(mappings: readonly EntityMapping[]) {
    for (const mapping of mappings) {
      for (const { file, node } of [mapping.declaration, ...(mapping.aliases ?? [])])
        this.#byDeclaration.set(`${file.index}:${node}`, mapping);
      for (const name of [mapping.schema.table, mapping.schema.entity]) {
        this.#byTable.set(`${mapping.schema.root}\0${name.toLowerCase()}`, mapping);
      }
    }
  }

  at(declaration: Location): EntityMapping | undefined {
    return this.#byDeclaration.get(`${declaration.file.index}:${declaration.node}`);
  }

  find(fact: EntityFact, root: string): EntityMapping | undefined {
    const at = fact.declaration;
    const declared = at ? this.at(at) : undefined;
    return declared ?? (at ? undefined : this.#byTable.get(`${root}\0${fact.entity.toLowerCase()}`));
  }
}

function bySchemaPlace(a: EntitySchema, b: EntitySchema): number {
  const key = (schema: EntitySchema): string =>
    `${schema.root}\0${schema.file}\0${String(schema.line).padStart(8, '0')}\0${schema.entity}`;
  return key(a) < key(b) ? -1 : 1;
}
