import type { EntitySchema, SchemaRelation } from '#protocol/graph.ts';
import { Flag, lineOf } from '../../lower/tree.ts';
import { attributesOfType, attributeText, findAttribute } from '../attributes.ts';
import type { Linker } from '../linker.ts';
import type { TypeSymbol } from '../symbols.ts';
import { NO_BINDINGS, type Type } from '../types.ts';
import { columnsOf, type EntityProperty, isScalar, keysOf, propertiesOf } from './efColumns.ts';
import { type FluentEntity, FluentModel } from './efFluent.ts';
import { migrationsByTable, tableKey } from './efMigrations.ts';
import { NamingConventions, snakeCase } from './efNaming.ts';
import { linkTrackedChanges } from './efTracking.ts';
import type { EntityMapping, Framework } from './framework.ts';
import { pluralize } from './plural.ts';

/** Entity Framework Core and Entity Framework 6: entities of contexts with their tables, columns and relations. */
export const efcore: Framework = {
  name: 'efcore',
  finish: linkTrackedChanges,
  schemas(linker) {
    return new EntityFinder(linker).mappings();
  },
};

/** Tables of ASP.NET Core Identity by the type parameter of `IdentityDbContext` the entity stands for. */
const IDENTITY_TABLES: Readonly<Record<string, string>> = {
  IdentityUser: 'AspNetUsers',
  IdentityRole: 'AspNetRoles',
  IdentityUserRole: 'AspNetUserRoles',
  IdentityUserClaim: 'AspNetUserClaims',
  IdentityRoleClaim: 'AspNetRoleClaims',
  IdentityUserLogin: 'AspNetUserLogins',
  IdentityUserToken: 'AspNetUserTokens',
};

/** An entity of a context, with what names its table by convention. */
interface Entity {
  type: TypeSymbol;
  /** Names of the DbSet properties it has in contexts. */
  sets: Set<string>;
  /** Contexts that declare it. */
  contexts: Set<TypeSymbol>;
  isEf6: boolean;
}

class EntityFinder {
  readonly #linker: Linker;
  readonly #fluent: FluentModel;
  readonly #entities = new Map<TypeSymbol, Entity>();
  readonly #owned = new Set<TypeSymbol>();
  readonly #hasIdentity: boolean;
  readonly #naming: NamingConventions;

  constructor(linker: Linker) {
    this.#linker = linker;
    this.#fluent = new FluentModel(linker);
    this.#naming = new NamingConventions(linker);
    const contexts = this.#contexts();
    this.#hasIdentity = contexts.some((context) => this.#derivesFrom(context, 'IdentityUserContext'));
    for (const context of contexts) this.#readSets(context);
    for (const context of contexts) {
      for (const fn of context.methods.get('OnModelCreating') ?? []) this.#fluent.readFunction(fn, NO_BINDINGS);
    }
    const isEf6 = contexts.length > 0 && contexts.every((context) => this.#isEf6(context));
    this.#addConfigured(isEf6);
    this.#followNavigations();
  }

  mappings(): EntityMapping[] {
    if (this.#entities.size === 0) return [];
    const migrations = migrationsByTable(this.#linker);
    const mappings = [...this.#entities.values()].flatMap((entity): EntityMapping[] => {
      const declaration = entity.type.declarations[0];
      if (!declaration) return [];
      const schema = this.#schema(entity, declaration);
      schema.migrations = migrations.get(tableKey(schema.root, schema.table)) ?? [];
      return [{ schema, declaration, rule: 'efcore.entity' }];
    });
    return mappings.sort(
      (a, b) => a.declaration.file.index - b.declaration.file.index || a.declaration.node - b.declaration.node,
    );
  }

  #contexts(): TypeSymbol[] {
    return this.#linker.program.table.types.filter((type) => {
      const file = type.declarations[0]?.file;
      return file?.language === 'csharp' && !type.has(Flag.Interface) && this.#derivesFrom(type, 'DbContext');
    });
  }

  #derivesFrom(type: TypeSymbol, base: string): boolean {
    const file = type.declarations[0]?.file;
    const { program } = this.#linker;
    return (
      file !== undefined &&
      program.bases(type).length > 0 &&
      program.viewAsExternal(program.selfType(type), base, file) !== undefined
    );
  }

  #isEf6(context: TypeSymbol): boolean {
    return context.declarations.some(({ file }) =>
      this.#linker.program.csharp.importedNamespaces(file).includes('System.Data.Entity'),
    );
  }

  /** `DbSet<T>` properties, and the user and role types of an Identity context. */
  #readSets(context: TypeSymbol): void {
    const { program, expressions } = this.#linker;
    const isEf6 = this.#isEf6(context);
    for (const at of program.lineage(program.selfType(context))) {
      if (at.kind !== 'project' || at.symbol.has(Flag.Interface)) continue;
      for (const field of at.symbol.fields.values()) {
        const set = program.viewAsExternal(expressions.fieldType(field), 'DbSet', field.file);
        const entity = set?.args[0];
        if (entity?.kind === 'project' && field.file.tree.has(field.node, Flag.Property))
          this.#declare(entity.symbol, isEf6, context).sets.add(field.name);
      }
    }
    for (const base of program.externalLineage(program.selfType(context))) {
      if (!/^(Identity\w*|ApiAuthorization)DbContext$|^IdentityUserContext$/.test(base.name)) continue;
      for (const arg of base.args) if (arg.kind === 'project') this.#declare(arg.symbol, isEf6, context);
    }
  }

  #declare(type: TypeSymbol, isEf6: boolean, context: TypeSymbol): Entity {
    const entity = this.#add(type, isEf6);
    entity.contexts.add(context);
    return entity;
  }

  #add(type: TypeSymbol, isEf6: boolean): Entity {
    let entity = this.#entities.get(type);
    if (!entity) {
      entity = { type, sets: new Set(), contexts: new Set(), isEf6 };
      this.#entities.set(type, entity);
    }
    return entity;
  }

  #addConfigured(isEf6: boolean): void {
    for (const [type, fluent] of this.#fluent.entities) {
      for (const owned of fluent.ownedTypes) this.#owned.add(owned);
      this.#add(type, isEf6);
      for (const derived of fluent.derived) this.#add(derived, isEf6);
    }
    for (const type of this.#linker.program.table.types) {
      if (findAttribute(attributesOfType(type), 'Owned', 'ComplexType')) this.#owned.add(type);
    }
    for (const type of [...this.#fluent.ignoredTypes, ...this.#owned]) this.#entities.delete(type);
    // A generic class is as many entities as it has uses; none of them has a name of its own in the code.
    for (const type of this.#entities.keys()) if (type.typeParameters.length > 0) this.#entities.delete(type);
  }

  /** Types reached through navigations are entities too, when they have a key. */
  #followNavigations(): void {
    const pending = [...this.#entities.values()];
    for (let entity = pending.pop(); entity; entity = pending.pop()) {
      const fluent = this.#fluent.entity(entity.type);
      for (const property of propertiesOf(this.#linker, entity.type, fluent)) {
        const navigation = this.#navigation(property, fluent);
        if (!navigation || this.#entities.has(navigation.entity)) continue;
        if (this.#canBeEntity(navigation.entity)) pending.push(this.#add(navigation.entity, entity.isEf6));
      }
    }
  }

  #canBeEntity(type: TypeSymbol): boolean {
    if (type.isAbstract || type.has(Flag.Enum) || type.has(Flag.Struct) || type.typeParameters.length > 0) return false;
    if (
      this.#owned.has(type) ||
      this.#fluent.ignoredTypes.has(type) ||
      findAttribute(attributesOfType(type), 'NotMapped')
    )
      return false;
    const fluent = this.#fluent.entity(type);
    return keysOf(this.#linker, type, fluent, propertiesOf(this.#linker, type, fluent)).length > 0;
  }

  /** The entity a property leads to, undefined for columns. */
  #navigation(property: EntityProperty, fluent: FluentEntity): { entity: TypeSymbol; many: boolean } | undefined {
    if (isScalar(property, fluent)) return undefined;
    const { type, field } = property;
    if (type.kind === 'project' && !fluent.owned.has(field.name)) return { entity: type.symbol, many: false };
    const element = this.#linker.expressions.elementOf(type, field.file);
    const isDictionary = type.kind === 'external' && type.name.endsWith('Dictionary');
    return element.kind === 'project' && !isDictionary ? { entity: element.symbol, many: true } : undefined;
  }

  #schema(entity: Entity, declaration: TypeSymbol['declarations'][number]): EntitySchema {
    const { file, node } = declaration;
    const fluent = this.#fluent.entity(entity.type);
    const properties = propertiesOf(this.#linker, entity.type, fluent);
    return {
      entity: entity.type.name,
      table: this.#tableOf(entity),
      root: file.root,
      file: file.path,
      line: lineOf(file.tree.start(file.tree.child(node, 0) || node)),
      columns: columnsOf(this.#linker, entity.type, fluent, properties, {
        conventional: this.#naming.rewriteIn(entity.contexts),
        given: this.#naming.rewritesAll.columns ? snakeCase : undefined,
      }),
      relations: this.#relations(entity, fluent, properties),
      migrations: [],
    };
  }

  #tableOf(entity: Entity): string {
    const name = this.#nameOfTable(entity);
    return this.#naming.rewritesAll.tables ? snakeCase(name) : name;
  }

  /** Active fluent table > `[Table]` > table of the mapped base > DbSet property > class name. */
  #nameOfTable(entity: Entity): string {
    const explicit = this.#explicitTable(entity.type);
    if (explicit !== undefined) return explicit;
    const base = this.#mappedBase(entity.type);
    if (base && !this.#isTablePerType(base.type)) return this.#nameOfTable(base);
    if (this.#hasIdentity) {
      const { program } = this.#linker;
      const identity = program
        .externalLineage(program.selfType(entity.type))
        .find(({ name }) => IDENTITY_TABLES[name] !== undefined);
      if (identity) return IDENTITY_TABLES[identity.name] as string;
    }
    if (entity.isEf6) return this.#naming.isSingular ? entity.type.name : pluralize(entity.type.name);
    const [only, ...others] = entity.sets;
    const conventional = only !== undefined && others.length === 0 ? only : entity.type.name;
    return this.#naming.rewriteIn(entity.contexts)(conventional);
  }

  #explicitTable(type: TypeSymbol): string | undefined {
    const fluent = this.#fluent.entity(type).table;
    if (fluent !== undefined) return fluent;
    const attribute = findAttribute(attributesOfType(type), 'Table');
    return attribute && attributeText(this.#linker.texts, attribute, 0, 'name');
  }

  /** The closest base class that is an entity itself. */
  #mappedBase(type: TypeSymbol): Entity | undefined {
    const { program } = this.#linker;
    const [, ...bases] = program.lineage(program.selfType(type));
    for (const base of bases) {
      const entity = base.kind === 'project' ? this.#entities.get(base.symbol) : undefined;
      if (entity) return entity;
    }
    return undefined;
  }

  #isTablePerType(type: TypeSymbol): boolean {
    if (this.#fluent.entity(type).tablePerType) return true;
    const base = this.#mappedBase(type);
    return base !== undefined && this.#isTablePerType(base.type);
  }

  #relations(entity: Entity, fluent: FluentEntity, properties: readonly EntityProperty[]): SchemaRelation[] {
    const relations: SchemaRelation[] = [];
    const base = this.#mappedBase(entity.type);
    if (base) relations.push({ kind: 'inherits', entity: base.type.name });
    for (const property of properties) {
      const { name } = property.field;
      const owned = fluent.owned.has(name) ? this.#ownedType(property) : undefined;
      if (owned) relations.push({ kind: 'owns', entity: owned.name, via: name });
      const navigation = owned ? undefined : this.#navigation(property, fluent);
      if (!navigation) continue;
      if (this.#owned.has(navigation.entity))
        relations.push({ kind: 'owns', entity: navigation.entity.name, via: name });
      else if (this.#entities.has(navigation.entity)) {
        relations.push({
          kind: this.#relationKind(entity.type, navigation),
          entity: navigation.entity.name,
          via: name,
        });
      }
    }
    return relations;
  }

  #ownedType(property: EntityProperty): TypeSymbol | undefined {
    const element = this.#linker.expressions.elementOf(property.type, property.field.file);
    const type: Type = property.type.kind === 'project' ? property.type : element;
    return type.kind === 'project' ? type.symbol : undefined;
  }

  /** Told by what leads back from the other entity. */
  #relationKind(from: TypeSymbol, to: { entity: TypeSymbol; many: boolean }): SchemaRelation['kind'] {
    const fluent = this.#fluent.entity(to.entity);
    const back = propertiesOf(this.#linker, to.entity, fluent)
      .map((property) => this.#navigation(property, fluent))
      .filter((navigation) => navigation?.entity === from);
    const backMany = back.some((navigation) => navigation?.many === true);
    if (to.many)
      return backMany && back.every((navigation) => navigation?.many === true) ? 'many_to_many' : 'one_to_many';
    return back.length > 0 && !backMany ? 'one_to_one' : 'many_to_one';
  }
}
