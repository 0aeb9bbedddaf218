import type { SchemaRelation } from '#protocol/graph.ts';
import type { EntityDiagram } from '#protocol/views.ts';
import type { DiagramModel } from '../diagram/model.ts';

/** Each sort of relation in words, and the marks at its two ends. */
export const RELATIONS: Readonly<Record<SchemaRelation['kind'], { words: string; ends: readonly [string, string] }>> = {
  one_to_one: { words: 'one to one', ends: ['1', '1'] },
  one_to_many: { words: 'one to many', ends: ['1', '∗'] },
  many_to_one: { words: 'many to one', ends: ['∗', '1'] },
  many_to_many: { words: 'many to many', ends: ['∗', '∗'] },
  owns: { words: 'owns', ends: ['◆', '1'] },
  inherits: { words: 'inherits from', ends: ['', '△'] },
};

/**
 * Tables as boxes with their first columns, relations as lines with the numbers at both ends.
 * @param columnsShown columns written into a box; the list beside has all
 */
export function entityModel({ tables, relations }: EntityDiagram, title: string, columnsShown: number): DiagramModel {
  return {
    title,
    boxes: tables.map(({ table, entity, root, file, line, columns, columns_total: total }, index) => ({
      id: table,
      kind: entity === table ? 'Table' : `Table of ${entity}`,
      title: table,
      lines: [
        ...columns
          .slice(0, columnsShown)
          .map(
            ({ name, type, key }) => `${name}${type === undefined ? '' : `: ${type}`}${key === true ? ' (key)' : ''}`,
          ),
        ...(total > columnsShown ? [columnsShown === 0 ? `${total} columns` : `and ${total - columnsShown} more`] : []),
      ],
      tone: 'read',
      location: { root, file, line, column: 1 },
      main: index === 0,
    })),
    links: relations
      .filter(({ source, target }) => source !== target)
      .map(({ source, target, kind }) => ({
        from: source,
        to: target,
        label: RELATIONS[kind].words,
        confidence: 'certain',
        ends: RELATIONS[kind].ends,
      })),
  };
}
