import type { SchemaColumn } from '#protocol/graph.ts';
import { Flag, Kind } from '../../lower/tree.ts';
import { type Attribute, attributesOf, attributesOfType, attributeText, findAttribute } from '../attributes.ts';
import type { Linker } from '../linker.ts';
import type { FieldSymbol, TypeSymbol } from '../symbols.ts';
import { type Bindings, bind, substitute, type Type } from '../types.ts';
import type { FluentEntity } from './efFluent.ts';

const ACCESSORS = 4;
/** Library types that are stored in one column. */
const SCALARS: ReadonlySet<string> = new Set(
  (
    'bool byte sbyte short ushort int uint long ulong float double decimal char Boolean Byte SByte Int16 UInt16 Int32 UInt32 Int64 ' +
    'UInt64 Single Double Decimal Char DateTime DateTimeOffset TimeSpan DateOnly TimeOnly Guid Uri Version BigInteger IPAddress ' +
    'PhysicalAddress JsonDocument JsonElement Point LineString Polygon Geometry MultiPolygon MultiPoint HierarchyId NpgsqlTsVector ' +
    'Vector Instant LocalDate LocalDateTime LocalTime ZonedDateTime Half Int128 DbGeography DbGeometry'
  ).split(' '),
);
/** The columns of the users and roles of ASP.NET Core Identity, in the order of its source. */
const IDENTITY_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  IdentityUser: [
    'Id?',
    'UserName',
    'NormalizedUserName',
    'Email',
    'NormalizedEmail',
    'EmailConfirmed!',
    'PasswordHash',
    'SecurityStamp',
    'ConcurrencyStamp',
    'PhoneNumber',
    'PhoneNumberConfirmed!',
    'TwoFactorEnabled!',
    'LockoutEnd',
    'LockoutEnabled!',
    'AccessFailedCount!',
  ],
  IdentityRole: ['Id?', 'Name', 'NormalizedName', 'ConcurrencyStamp'],
  IdentityUserRole: ['UserId?', 'RoleId?'],
  IdentityUserClaim: ['Id?', 'UserId!', 'ClaimType', 'ClaimValue'],
  IdentityRoleClaim: ['Id?', 'RoleId!', 'ClaimType', 'ClaimValue'],
  IdentityUserLogin: ['LoginProvider?', 'ProviderKey?', 'ProviderDisplayName', 'UserId!'],
  IdentityUserToken: ['UserId?', 'LoginProvider?', 'Name?', 'Value'],
};

/** A mapped property with what the entity binds its type's parameters to. */
export interface EntityProperty {
  field: FieldSymbol;
  type: Type;
  attributes: readonly Attribute[];
}

/** Public instance properties that can be mapped, those of bases included, each once. */
export function propertiesOf(linker: Linker, entity: TypeSymbol, fluent: FluentEntity): EntityProperty[] {
  const { program, expressions } = linker;
  const levels: { symbol: TypeSymbol; bindings: Bindings }[] = [];
  for (const at of program.lineage(program.selfType(entity))) {
    if (at.kind !== 'project' || at.symbol.has(Flag.Interface)) continue;
    levels.unshift({ symbol: at.symbol, bindings: bind(at.symbol.typeParameters, at.args) });
  }
  const properties = new Map<string, EntityProperty>();
  for (const { symbol, bindings } of levels) {
    for (const field of symbol.fields.values()) {
      const attributes = attributesOf(field);
      if (!isMapped(field, attributes, fluent)) continue;
      properties.set(field.name, { field, type: substitute(expressions.fieldType(field), bindings), attributes });
    }
  }
  return [...properties.values()];
}

function isMapped(field: FieldSymbol, attributes: readonly Attribute[], fluent: FluentEntity): boolean {
  const { tree } = field.file;
  const isExplicit = fluent.properties.has(field.name) || findAttribute(attributes, 'Column', 'Key') !== undefined;
  if (fluent.ignored.has(field.name) || findAttribute(attributes, 'NotMapped') || field.isStatic) return false;
  if (isExplicit) return true;
  if (!tree.has(field.node, Flag.Property) || !tree.has(field.node, Flag.Exported)) return false;
  const accessors = tree.children(tree.child(field.node, ACCESSORS));
  if (accessors.length === 0) return field.owner.has(Flag.Record);
  const isCollection = isCollectionReference(field);
  return (
    accessors.some((node) => tree.has(node, Flag.Getter)) &&
    (isCollection || accessors.some((node) => tree.has(node, Flag.Setter)))
  );
}

/** Collections need no setter to be navigations. */
function isCollectionReference(field: FieldSymbol): boolean {
  const { tree } = field.file;
  const reference = tree.child(field.node, 1);
  return tree.count(reference) === 1 && tree.text(reference) !== 'Nullable';
}

/** Whether a property is a column of its own. */
export function isScalar(property: EntityProperty, fluent: FluentEntity): boolean {
  if (fluent.owned.has(property.field.name)) return false;
  if (fluent.properties.has(property.field.name)) return true;
  const hasSetter = property.field.file.tree
    .children(property.field.file.tree.child(property.field.node, ACCESSORS))
    .some((node) => property.field.file.tree.has(node, Flag.Setter));
  const { type } = property;
  if (isScalarType(type)) return true;
  if (type.kind === 'array') return isScalarType(type.of);
  if (type.kind !== 'external' || !hasSetter) return false;
  // Collections of simple values are stored in one column since EF Core 8.
  return (
    /^(List|IList|ICollection|IEnumerable|IReadOnlyList|IReadOnlyCollection|HashSet|ISet)$/.test(type.name) &&
    isScalarType(type.args[0])
  );
}

function isScalarType(type: Type | undefined): boolean {
  if (!type) return false;
  if (type.kind === 'string') return true;
  if (type.kind === 'project') return type.symbol.has(Flag.Enum) || type.symbol.has(Flag.Struct);
  if (type.kind !== 'external') return false;
  return type.name === 'Nullable' ? isScalarType(type.args[0]) : SCALARS.has(type.name);
}

/** How the names of columns are rewritten: those by convention, and those that are given where code rewrites all. */
export interface ColumnNaming {
  conventional: (name: string) => string;
  given: ((name: string) => string) | undefined;
}

const AS_WRITTEN: ColumnNaming = { conventional: (name) => name, given: undefined };

/** The columns of an entity in the order in which its classes declare them, the outermost base first. */
export function columnsOf(
  linker: Linker,
  entity: TypeSymbol,
  fluent: FluentEntity,
  properties: readonly EntityProperty[],
  naming: ColumnNaming = AS_WRITTEN,
): SchemaColumn[] {
  const scalars = properties.filter((property) => isScalar(property, fluent));
  const keys = keysOf(linker, entity, fluent, properties);
  const own = scalars.map((property) => columnOf(linker, property, { fluent, keys, naming }));
  return [...identityColumns(linker, entity, own, naming.conventional), ...own];
}

/** Names of the key properties: fluent key, `[PrimaryKey]`, `[Key]`, `Id`, `<Type>Id`. */
export function keysOf(
  linker: Linker,
  entity: TypeSymbol,
  fluent: FluentEntity,
  properties: readonly EntityProperty[],
): string[] {
  if (fluent.keyless) return [];
  if (fluent.keys) return fluent.keys;
  const attributes = attributesOfType(entity);
  if (findAttribute(attributes, 'Keyless')) return [];
  const primary = findAttribute(attributes, 'PrimaryKey');
  if (primary) return [0, 1, 2, 3].flatMap((index) => attributeText(linker.texts, primary, index, '') ?? []);
  const marked = properties.filter((property) => findAttribute(property.attributes, 'Key'));
  if (marked.length > 0) return marked.map((property) => property.field.name);
  const conventional = ['id', ...lineageNames(linker, entity).map((name) => `${name}id`.toLowerCase())];
  for (const name of conventional) {
    const found = properties.find((property) => property.field.name.toLowerCase() === name);
    if (found) return [found.field.name];
  }
  return [];
}

function lineageNames(linker: Linker, entity: TypeSymbol): string[] {
  const { program } = linker;
  return program.lineage(program.selfType(entity)).flatMap((at) => (at.kind === 'project' ? [at.symbol.name] : []));
}

function columnOf(
  linker: Linker,
  property: EntityProperty,
  { fluent, keys, naming }: { fluent: FluentEntity; keys: readonly string[]; naming: ColumnNaming },
): SchemaColumn {
  const { field, attributes } = property;
  const { tree } = field.file;
  const column = findAttribute(attributes, 'Column');
  const named = fluent.columnNames.get(field.name) ?? (column && attributeText(linker.texts, column, 0, 'name'));
  const isKey = keys.includes(field.name);
  const nullable = isNullable(property, fluent, isKey);
  const type = typeText(tree, tree.child(field.node, 1));
  return {
    name: named === undefined ? (naming.given ?? naming.conventional)(field.name) : (naming.given?.(named) ?? named),
    ...(type === '' ? {} : { type }),
    ...(isKey ? { key: true } : {}),
    ...(nullable === undefined ? {} : { nullable }),
  };
}

/** undefined where it depends on the project's settings whether a reference may be null. */
function isNullable(property: EntityProperty, fluent: FluentEntity, isKey: boolean): boolean | undefined {
  const { field, attributes, type } = property;
  const required = fluent.required.get(field.name);
  if (required !== undefined) return !required;
  if (isKey || findAttribute(attributes, 'Required')) return false;
  const { tree } = field.file;
  const reference = tree.child(field.node, 1);
  if (tree.has(reference, Flag.Nullable) || tree.text(reference) === 'Nullable') return true;
  if (tree.has(field.node, Flag.Required)) return false;
  return type.kind === 'string' || type.kind === 'array' ? undefined : false;
}

/** A written type as text: `List<int>?`. */
function typeText(tree: FieldSymbol['file']['tree'], reference: number): string {
  if (tree.kind(reference) !== Kind.TypeRef) return '';
  const args = tree.children(reference).map((arg) => typeText(tree, arg));
  const name = tree.text(reference);
  const plain = name === '[]' ? `${args[0] ?? ''}[]` : args.length > 0 ? `${name}<${args.join(', ')}>` : name;
  return tree.has(reference, Flag.Nullable) ? `${plain}?` : plain;
}

/** Columns that come from the base classes of ASP.NET Core Identity. */
function identityColumns(
  linker: Linker,
  entity: TypeSymbol,
  own: readonly SchemaColumn[],
  rename: (name: string) => string,
): SchemaColumn[] {
  const { program } = linker;
  for (const base of program.externalLineage(program.selfType(entity))) {
    const names = IDENTITY_COLUMNS[base.name];
    if (!names) continue;
    return names
      .map((entry) => ({ name: rename(entry.replace(/[?!]$/, '')), mark: entry.at(-1) }))
      .filter(({ name }) => !own.some((column) => column.name === name))
      .map(({ name, mark }) => ({
        name,
        ...(mark === '?' ? { key: true } : {}),
        nullable: mark !== '?' && mark !== '!',
      }));
  }
  return [];
}
