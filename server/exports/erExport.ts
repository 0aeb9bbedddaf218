import type { EntitySchema, SchemaColumn, SchemaRelation } from '#protocol/graph.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { mermaidLabel, oneLine, shortened } from './escape.ts';
import { DiagramPacker, type DiagramStatement } from './mermaidDiagrams.ts';

const START = 'erDiagram\n';
/** Most columns drawn of one table. */
const COLUMNS = 60;

const CARDINALITIES: Record<SchemaRelation['kind'], string> = {
  one_to_one: '||--o|',
  one_to_many: '||--o{',
  many_to_one: '}o--||',
  many_to_many: '}o--o{',
  owns: '||--|{',
  inherits: '||..o|',
};

/** Entity-relationship diagrams of the schemas. A relation that both sides declare is drawn once. */
export async function* erExport(result: ResultReader): AsyncIterable<string> {
  const schemas: EntitySchema[] = [];
  for await (const some of result.items('schemas')) schemas.push(...some);
  const byEntity = new Map(schemas.map((schema, index) => [schema.entity, index]));
  const packer = new DiagramPacker(START, (key) => entityBlock(Number(key), schemas[Number(key)]));
  const drawn = new Set<string>();
  for (const [index, schema] of schemas.entries()) {
    const statements: DiagramStatement[] = [{ text: '', nodes: [String(index)], isEdge: false }];
    for (const relation of schema.relations) {
      const other = byEntity.get(relation.entity);
      if (other === undefined) continue;
      const key = relationKey(index, other, relation.kind);
      if (drawn.has(key)) continue;
      drawn.add(key);
      const label = mermaidLabel(relation.via ?? relation.kind.replaceAll('_', ' '), 60);
      statements.push({
        text: `  e${index} ${CARDINALITIES[relation.kind]} e${other} : ${label}\n`,
        nodes: [String(index), String(other)],
        isEdge: true,
      });
    }
    yield* packer.add(statements);
  }
  yield* packer.finish();
}

/** The same for a relation and for its inverse as the other side declares it. */
function relationKey(from: number, to: number, kind: SchemaRelation['kind']): string {
  if (kind === 'many_to_one') return `${to} one_to_many ${from}`;
  if (kind === 'owns' || kind === 'inherits' || kind === 'one_to_many') return `${from} ${kind} ${to}`;
  return `${Math.min(from, to)} ${kind} ${Math.max(from, to)}`;
}

function entityBlock(index: number, schema: EntitySchema | undefined): string {
  const name = mermaidLabel(schema?.table ?? '', 100);
  const columns = (schema?.columns ?? []).slice(0, COLUMNS).map(columnLine).join('');
  return columns === '' ? `  e${index}[${name}]\n` : `  e${index}[${name}] {\n${columns}  }\n`;
}

function columnLine(column: SchemaColumn): string {
  const key = column.key ? ' PK' : '';
  const comment = column.nullable ? ' "nullable"' : '';
  return `    ${word(column.type ?? 'unknown')} ${word(column.name)}${key}${comment}\n`;
}

/** Types and names of columns are single words there; a word of the language itself gets an underscore. */
function word(text: string): string {
  const safe = shortened(oneLine(text), 60)
    .replaceAll(/[^\w[\]()-]/g, '_')
    .replace(/^[^A-Za-z_]/, '_$&');
  const plain = /^[A-Za-z_]/.test(safe) ? safe : '_';
  return /^(?:pk|fk|uk)$/i.test(plain) ? `_${plain}` : plain;
}
