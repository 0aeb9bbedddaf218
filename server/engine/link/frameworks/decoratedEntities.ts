import type { EntitySchema, SchemaColumn, SchemaRelation } from '#protocol/graph.ts';
import { Flag, Kind } from '../../lower/tree.ts';
import {
  type Decorator,
  decoratorArgument,
  decoratorsOn,
  decoratorsOnType,
  namedClass,
  nameLine,
  propertyIn,
} from '../decorators.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FieldSymbol, TypeSymbol } from '../symbols.ts';
import type { EntityMapping } from './framework.ts';

type RelationKind = SchemaRelation['kind'];

/** How an object-relational mapper describes entities by decorators. */
export interface EntityDialect {
  rule: string;
  modules: readonly string[];
  /** Class decorators that make an entity. */
  entities: readonly string[];
  /** Keys of the decorator's options that name the table. */
  tableKeys: readonly string[];
  columns: readonly string[];
  /** Columns that are part of the primary key. */
  keys: readonly string[];
  relations: ReadonlyMap<string, RelationKind>;
  /** Keys of a column's options that name the column. */
  columnKeys: readonly string[];
  /** Table name of a class that names none. */
  tableName(className: string, options: { linker: Linker; root: string }): string;
  columnName?(property: string, options: { linker: Linker; root: string }): string;
  /** Whether a column decorator that names a class embeds that class's columns. */
  embeds?: boolean;
  /** Whether a column that declares neither is nullable. */
  nullableByDefault?: boolean;
}

/** The entities of all classes that are decorated in the way of a mapper. */
export function decoratedEntities(linker: Linker, dialect: EntityDialect): EntityMapping[] {
  const reader = new EntityReader(linker, dialect);
  return linker.program.table.types.flatMap((type) => reader.read(type) ?? []);
}

class EntityReader {
  readonly #linker: Linker;
  readonly #dialect: EntityDialect;

  constructor(linker: Linker, dialect: EntityDialect) {
    this.#linker = linker;
    this.#dialect = dialect;
  }

  read(type: TypeSymbol): EntityMapping | undefined {
    const declaration = type.declarations[0];
    const decorator = this.#entityDecorator(type);
    if (!declaration || !decorator || this.#isAbstract(type, decorator)) return undefined;
    const { file } = declaration;
    const schema: EntitySchema = {
      entity: type.name,
      table: this.#tableOf(type, decorator),
      root: file.root,
      file: file.path,
      line: nameLine(declaration),
      columns: [],
      relations: [],
      migrations: [],
    };
    this.#readFields(type, schema, '', 0);
    return { schema, declaration, rule: this.#dialect.rule };
  }

  #entityDecorator(type: TypeSymbol): Decorator | undefined {
    return decoratorsOnType(this.#linker.program, type).find(
      ({ name, module }) => this.#dialect.entities.includes(name) && this.#isOwn(module),
    );
  }

  #isOwn(module: string): boolean {
    return this.#dialect.modules.some((own) => module === own || module.startsWith(`${own}/`));
  }

  /** An abstract base lends its columns to its subclasses and has no table, unless it says so. */
  #isAbstract(type: TypeSymbol, decorator: Decorator): boolean {
    if (decorator.name === 'ChildEntity') return false;
    const options = decoratorArgument(decorator, 0);
    const declared = propertyIn(this.#linker.expressions, options, 'abstract');
    if (declared.node !== 0) return declared.file.tree.text(declared.node) === 'true';
    return type.has(Flag.Abstract) && this.#writtenTable(decorator) === undefined && !this.#hasInheritance(type);
  }

  #hasInheritance(type: TypeSymbol): boolean {
    return decoratorsOnType(this.#linker.program, type).some(
      ({ name, module }) => name === 'TableInheritance' && this.#isOwn(module),
    );
  }

  #tableOf(type: TypeSymbol, decorator: Decorator): string {
    if (decorator.name === 'ChildEntity') {
      for (const base of this.#linker.program.projectBases(type)) {
        const inherited = this.#entityDecorator(base);
        if (inherited) return this.#tableOf(base, inherited);
      }
    }
    const root = decorator.at.file.root;
    return this.#writtenTable(decorator) ?? this.#dialect.tableName(type.name, { linker: this.#linker, root });
  }

  #writtenTable(decorator: Decorator): string | undefined {
    const { expressions, texts } = this.#linker;
    const count = decorator.at.file.tree.count(decorator.at.node);
    for (let index = 0; index < count; index++) {
      const argument = decoratorArgument(decorator, index);
      if (expressions.typeOf(argument).kind !== 'object') {
        const text = index === 0 ? texts.exactText(argument) : undefined;
        if (text !== undefined) return text;
        continue;
      }
      for (const key of this.#dialect.tableKeys) {
        const text = texts.exactText(propertyIn(expressions, argument, key));
        if (text !== undefined) return text;
      }
    }
    return undefined;
  }

  /** Columns of the class, then of its bases; a column that is declared again is not repeated. */
  #readFields(type: TypeSymbol, schema: EntitySchema, prefix: string, depth: number): void {
    const { program } = this.#linker;
    const seen = new Set<string>();
    const bases = program.lineage(program.selfType(type)).flatMap((at) => (at.kind === 'project' ? [at.symbol] : []));
    for (const owner of bases.toReversed()) {
      for (const field of owner.fields.values()) {
        if (seen.has(field.name)) continue;
        seen.add(field.name);
        this.#readField(field, schema, prefix, depth);
      }
    }
  }

  #readField(field: FieldSymbol, schema: EntitySchema, prefix: string, depth: number): void {
    const { relations, columns, keys } = this.#dialect;
    const decorators = decoratorsOn(this.#linker.program, field).filter(({ module }) => this.#isOwn(module));
    for (const decorator of decorators) {
      const kind = relations.get(decorator.name);
      if (kind) {
        const target = this.#relatedEntity(field, decorator);
        if (target !== undefined) schema.relations.push({ kind, entity: target, via: prefix + field.name });
        return;
      }
    }
    const decorator =
      decorators.find(({ name }) => keys.includes(name)) ?? decorators.find(({ name }) => columns.includes(name));
    if (!decorator) return;
    const embedded = this.#embeddedClass(decorator);
    if (embedded && depth < 4) {
      this.#readFields(embedded, schema, this.#embeddedPrefix(field, decorator, prefix), depth + 1);
      return;
    }
    const column = this.#column(field, decorator, prefix);
    if (decorators.some(({ name }) => keys.includes(name))) column.key = true;
    schema.columns.push(column);
  }

  #embeddedClass(decorator: Decorator): TypeSymbol | undefined {
    if (this.#dialect.embeds !== true) return undefined;
    const first = decoratorArgument(decorator, 0);
    return first.file.tree.kind(first.node) === Kind.Function ? namedClass(this.#linker.expressions, first) : undefined;
  }

  #embeddedPrefix(field: FieldSymbol, decorator: Decorator, prefix: string): string {
    const { expressions, texts } = this.#linker;
    const written = propertyIn(expressions, decoratorArgument(decorator, 1), 'prefix');
    const own = written.node === 0 ? field.name : texts.exactText(written);
    return prefix + (own === undefined || own === 'false' ? '' : own);
  }

  #relatedEntity(field: FieldSymbol, decorator: Decorator): string | undefined {
    const { expressions, texts, program } = this.#linker;
    const first = decoratorArgument(decorator, 0);
    const options = ['entity', 'model']
      .map((key) => propertyIn(expressions, first, key))
      .find(({ node }) => node !== 0);
    const named = namedClass(expressions, options ?? first);
    if (named) return named.name;
    const type = program.typeFromReference({ file: field.file, node: field.file.tree.child(field.node, 1) });
    const element = type.kind === 'array' ? type.of : type;
    if (element.kind === 'project') return element.symbol.name;
    return element.kind === 'external' && element.args[0]?.kind === 'project'
      ? element.args[0].symbol.name
      : texts.exactText(first);
  }

  #column(field: FieldSymbol, decorator: Decorator, prefix: string): SchemaColumn {
    const { linker, dialect } = { linker: this.#linker, dialect: this.#dialect };
    const options = this.#optionsOf(decorator);
    const written = dialect.columnKeys.map((key) => this.#textIn(options, key)).find((text) => text !== undefined);
    const property = prefix === '' ? field.name : prefix + field.name.charAt(0).toUpperCase() + field.name.slice(1);
    const name = written ?? dialect.columnName?.(property, { linker, root: field.file.root }) ?? property;
    const type = this.#columnType(field, decorator, options);
    const column: SchemaColumn = { name, ...(type === undefined ? {} : { type }), nullable: this.#isNullable(options) };
    if (this.#textIn(options, 'primary') === 'true' || this.#textIn(options, 'primaryKey') === 'true')
      column.key = true;
    return column;
  }

  #optionsOf(decorator: Decorator): Location {
    const { expressions } = this.#linker;
    for (let index = 0; index < 3; index++) {
      const argument = decoratorArgument(decorator, index);
      if (argument.node !== 0 && expressions.typeOf(argument).kind === 'object') return argument;
    }
    return { file: decorator.at.file, node: 0 };
  }

  #textIn(options: Location, key: string): string | undefined {
    return this.#linker.texts.exactText(propertyIn(this.#linker.expressions, options, key));
  }

  #isNullable(options: Location): boolean {
    const nullable = this.#textIn(options, 'nullable') ?? this.#textIn(options, 'allowNull');
    if (nullable !== undefined) return nullable === 'true';
    const required = this.#textIn(options, 'required');
    return required === undefined ? (this.#dialect.nullableByDefault ?? false) : required !== 'true';
  }

  /** The database type where it is written, else the property's. */
  #columnType(field: FieldSymbol, decorator: Decorator, options: Location): string | undefined {
    const declared = this.#textIn(options, 'type') ?? this.#textIn(options, 'columnType');
    if (declared !== undefined) return declared;
    const first = decoratorArgument(decorator, 0);
    const text = first.node === 0 ? undefined : this.#linker.texts.exactText(first);
    if (text !== undefined && this.#dialect.columns.includes(decorator.name) && !decorator.name.includes('Generated'))
      return text;
    return writtenType(field);
  }
}

/** A field's type as it is written: `string`, `Date`, `string[]`, without `null` and `undefined`. */
export function writtenType(field: FieldSymbol): string | undefined {
  const { tree } = field.file;
  const print = (node: number): string => {
    const name = tree.text(node);
    const args = tree.children(node);
    if (name === '[]') return `${print(args[0] ?? 0)}[]`;
    if (name === '|')
      return args
        .map(print)
        .filter((part) => part !== 'null' && part !== 'undefined')
        .join(' | ');
    return name;
  };
  const reference = tree.child(field.node, 1);
  return reference === 0 ? undefined : print(reference) || undefined;
}
