import { Flag, Kind } from '../../lower/tree.ts';
import { parametersOf, type ResolvedCall } from '../callResolver.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { bind, type Bindings, NO_BINDINGS, substitute, type Type } from '../types.ts';

/** What active fluent configuration says of an entity type. */
export interface FluentEntity {
  table?: string;
  keys?: string[];
  ignored: Set<string>;
  /** Properties mapped to columns whatever their type. */
  properties: Set<string>;
  columnNames: Map<string, string>;
  required: Map<string, boolean>;
  /** Properties that hold an owned or complex object. */
  owned: Set<string>;
  ownedTypes: Set<TypeSymbol>;
  /** Types derived from this one that are mapped by a discriminator value. */
  derived: Set<TypeSymbol>;
  /** Each type of the hierarchy has a table of its own. */
  tablePerType: boolean;
  keyless: boolean;
}

const BUILDERS: ReadonlySet<string> = new Set([
  'ModelBuilder',
  'DbModelBuilder',
  'EntityTypeBuilder',
  'EntityTypeConfiguration',
  'ConfigurationRegistrar',
]);
const PROPERTY_BUILDERS = ['PropertyBuilder'];
const BODY = 3;

/** Follows the model configuration of contexts: `OnModelCreating`, what it calls, the configurations it applies. */
export class FluentModel {
  readonly entities = new Map<TypeSymbol, FluentEntity>();
  /** Types `modelBuilder.Ignore<T>()` leaves out of the model. */
  readonly ignoredTypes = new Set<TypeSymbol>();
  readonly #linker: Linker;
  readonly #seen = new Set<string>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  entity(type: TypeSymbol): FluentEntity {
    let entity = this.entities.get(type);
    if (!entity) {
      entity = {
        ignored: new Set(),
        properties: new Set(),
        columnNames: new Map(),
        required: new Map(),
        owned: new Set(),
        ownedTypes: new Set(),
        derived: new Set(),
        tablePerType: false,
        keyless: false,
      };
      this.entities.set(type, entity);
    }
    return entity;
  }

  /** Reads a configuring function with what its type parameters stand for. */
  readFunction(fn: FunctionSymbol, bindings: Bindings): void {
    const key = `${fn.file.index}:${fn.node}:${[...bindings.values()].map((type) => (type.kind === 'project' ? type.symbol.qualifiedName : '')).join()}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#readNode({ file: fn.file, node: fn.file.tree.child(fn.node, BODY) }, bindings);
  }

  /** Reads `Configure` or the constructor of a configuration class. */
  readConfiguration(type: Type): void {
    if (type.kind !== 'project') return;
    const { program } = this.#linker;
    const member = program.member(type, 'Configure');
    if (member?.kind === 'methods') for (const fn of member.functions) this.readFunction(fn, member.bindings);
    for (const at of program.lineage(type)) {
      if (at.kind !== 'project' || !program.externalLineage(at).some((base) => base.name === 'EntityTypeConfiguration'))
        continue;
      for (const fn of at.symbol.constructors) this.readFunction(fn, bind(at.symbol.typeParameters, at.args));
    }
  }

  #readNode(at: Location, bindings: Bindings): void {
    const { tree } = at.file;
    const pending = [at.node];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (tree.kind(node) === Kind.Call) this.#readCall({ file: at.file, node }, bindings);
      pending.push(...tree.children(node).toReversed());
    }
  }

  #readCall(at: Location, bindings: Bindings): void {
    const call = this.#linker.expressions.calls.resolve(at);
    const args = at.file.tree.children(at.file.tree.child(at.node, 1));
    if (call.functions.length > 0) {
      this.#follow(call, bindings);
      return;
    }
    this.#followFunctionArguments(call, args, bindings);
    const receiver = substitute(call.receiver, bindings);
    if (this.#isA(receiver, ['ModelBuilder'], at)) this.#readModelCall(call, args, bindings);
    else if (this.#isA(receiver, ['ConfigurationRegistrar'], at)) this.#readRegistrar(call, args);
    else this.#readEntityCall(call, args, receiver, bindings);
  }

  /** A function that is handed a builder configures too. */
  #follow(call: ResolvedCall, bindings: Bindings): void {
    for (const fn of call.functions) {
      const bound = new Map([...call.bindings, ...this.#linker.expressions.calls.inferBindings(fn, call)]);
      for (const [name, type] of bound) bound.set(name, substitute(type, bindings));
      if (this.#takesBuilder(fn)) this.readFunction(fn, bound);
      else if (fn.name === 'OnModelCreating') this.readFunction(fn, NO_BINDINGS);
    }
  }

  #takesBuilder(fn: FunctionSymbol): boolean {
    return parametersOf(fn).some((node) => {
      const type = this.#linker.program.typeFromReference({ file: fn.file, node: fn.file.tree.child(node, 0) });
      return type.kind === 'external' && BUILDERS.has(type.name);
    });
  }

  /** `builder.Entity<Basket>(ConfigureBasket)`. */
  #followFunctionArguments(call: ResolvedCall, args: readonly number[], bindings: Bindings): void {
    const { file } = call.at;
    for (const node of args) {
      if (file.tree.kind(node) !== Kind.Identifier && file.tree.kind(node) !== Kind.Member) continue;
      const type = this.#linker.expressions.typeOf({ file, node });
      if (type.kind !== 'function') continue;
      for (const fn of type.functions) if (this.#takesBuilder(fn)) this.readFunction(fn, bindings);
    }
  }

  #readModelCall(call: ResolvedCall, args: readonly number[], bindings: Bindings): void {
    const { file } = call.at;
    const argument = { file, node: args[0] ?? 0 };
    switch (call.name) {
      case 'Entity': {
        const type = this.#typeArgument(call, bindings) ?? this.#typeOfArgument(argument);
        if (type) this.entity(type);
        return;
      }
      case 'Ignore': {
        const type = this.#typeArgument(call, bindings) ?? this.#typeOfArgument(argument);
        if (type) this.ignoredTypes.add(type);
        return;
      }
      case 'ApplyConfiguration':
        this.readConfiguration(this.#linker.expressions.typeOf(argument));
        return;
      case 'ApplyConfigurationsFromAssembly':
        this.#readAllConfigurations(file.root, 'IEntityTypeConfiguration');
        return;
      default:
    }
  }

  /** EF6: `modelBuilder.Configurations.Add(new OrderMap())`. */
  #readRegistrar(call: ResolvedCall, args: readonly number[]): void {
    if (call.name === 'AddFromAssembly') this.#readAllConfigurations(call.at.file.root, 'EntityTypeConfiguration');
    if (call.name === 'Add')
      this.readConfiguration(this.#linker.expressions.typeOf({ file: call.at.file, node: args[0] ?? 0 }));
  }

  #readAllConfigurations(root: string, base: string): void {
    const { program } = this.#linker;
    for (const type of program.table.types) {
      const file = type.declarations[0]?.file;
      if (!file || file.root !== root || type.isAbstract || type.typeParameters.length > 0) continue;
      const self = program.selfType(type);
      if (program.externalLineage(self).some((external) => external.name === base)) this.readConfiguration(self);
    }
  }

  #readEntityCall(call: ResolvedCall, args: readonly number[], receiver: Type, bindings: Bindings): void {
    const { file } = call.at;
    const view = this.#isA(receiver, ['EntityTypeBuilder'], call.at);
    const configured = view?.args[0];
    if (configured?.kind === 'project')
      this.#configure(this.entity(configured.symbol), configured, call, args, bindings);
    const onProperty = this.#isA(receiver, PROPERTY_BUILDERS, call.at)?.args[0];
    if (onProperty?.kind === 'project') this.#configureProperty(this.entity(onProperty.symbol), call, args);
    const discriminated = this.#isA(receiver, ['DiscriminatorBuilder'], call.at)?.args[0];
    if (discriminated?.kind === 'project' && call.name === 'HasValue') {
      const derived = this.#typeArgument(call, bindings) ?? this.#typeOfArgument({ file, node: args[0] ?? 0 });
      if (derived) this.entity(discriminated.symbol).derived.add(derived);
    }
  }

  #configure(entity: FluentEntity, type: Type, call: ResolvedCall, args: readonly number[], bindings: Bindings): void {
    const argument = { file: call.at.file, node: args[0] ?? 0 };
    const names = propertyNames(this.#linker, argument);
    switch (call.name) {
      case 'ToTable':
      case 'ToView': {
        const text = this.#linker.texts.exactText(argument);
        if (text !== undefined) entity.table = withoutSchema(text);
        return;
      }
      case 'HasKey':
        if (names.length > 0) entity.keys = names;
        return;
      case 'HasNoKey':
        entity.keyless = true;
        return;
      case 'Ignore':
        for (const name of names) entity.ignored.add(name);
        return;
      case 'Property':
        for (const name of names) entity.properties.add(name);
        return;
      case 'OwnsOne':
      case 'OwnsMany':
      case 'ComplexProperty':
        for (const name of names) this.#own(entity, type, name, bindings);
        return;
      case 'UseTptMappingStrategy':
      case 'UseTpcMappingStrategy':
        entity.tablePerType = true;
        return;
      default:
    }
  }

  #own(entity: FluentEntity, type: Type, name: string, bindings: Bindings): void {
    entity.owned.add(name);
    if (type.kind !== 'project') return;
    const { program, expressions } = this.#linker;
    const member = program.member(type, name);
    if (member?.kind !== 'field') return;
    const held = substitute(expressions.fieldType(member.field), bindings);
    const element = expressions.elementOf(held, member.field.file);
    for (const owned of [held, element]) if (owned.kind === 'project') entity.ownedTypes.add(owned.symbol);
  }

  #configureProperty(entity: FluentEntity, call: ResolvedCall, args: readonly number[]): void {
    const names = this.#configuredProperty(call);
    const argument = { file: call.at.file, node: args[0] ?? 0 };
    for (const name of names) {
      const text = call.name === 'HasColumnName' ? this.#linker.texts.exactText(argument) : undefined;
      if (text !== undefined) entity.columnNames.set(name, text);
      if (call.name === 'IsRequired') entity.required.set(name, this.#linker.texts.exactText(argument) !== 'false');
      if (call.name === 'IsOptional') entity.required.set(name, false);
    }
  }

  /** The property of `builder.Property(x => x.Name)` that a chain begins with. */
  #configuredProperty(call: ResolvedCall): string[] {
    const { file } = call.at;
    const { tree } = file;
    for (let node = call.receiverNode; tree.kind(node) === Kind.Call; node = tree.child(tree.child(node, 0), 0)) {
      if (tree.text(tree.child(node, 0)) !== 'Property') continue;
      return propertyNames(this.#linker, { file, node: tree.children(tree.child(node, 1))[0] ?? 0 });
    }
    return [];
  }

  #isA(type: Type, names: readonly string[], at: Location) {
    for (const name of names) {
      const view = this.#linker.program.viewAsExternal(type, name, at.file);
      if (view) return view;
    }
    return undefined;
  }

  #typeArgument(call: ResolvedCall, bindings: Bindings): TypeSymbol | undefined {
    const { file } = call.at;
    const node = file.tree.children(file.tree.child(call.callNode, 2))[0];
    if (node === undefined) return undefined;
    const type = substitute(this.#linker.program.typeFromReference({ file, node }), bindings);
    return type.kind === 'project' ? type.symbol : undefined;
  }

  /** `typeof(X)`. */
  #typeOfArgument(at: Location): TypeSymbol | undefined {
    const { tree } = at.file;
    if (tree.kind(at.node) !== Kind.Call || tree.text(tree.child(at.node, 0)) !== 'typeof') return undefined;
    const node = tree.children(tree.child(at.node, 1))[0] ?? 0;
    const type = this.#linker.program.typeFromReference({ file: at.file, node });
    return type.kind === 'project' ? type.symbol : undefined;
  }
}

/** The properties `x => x.Name`, `x => new { x.A, x.B }` and `"Name"` name. */
export function propertyNames(linker: Linker, at: Location): string[] {
  const { file, node } = at;
  const { tree } = file;
  if (tree.kind(node) !== Kind.Function) {
    const text = linker.texts.exactText(at);
    return text === undefined ? [] : [text];
  }
  if (!tree.has(node, Flag.Lambda)) return [];
  const names: string[] = [];
  const parameters = tree.children(tree.child(node, 1)).map((parameter) => tree.text(parameter));
  const pending = [tree.child(node, BODY)];
  for (let child = pending.pop(); child !== undefined; child = pending.pop()) {
    const object = tree.child(child, 0);
    const isMember = tree.kind(child) === Kind.Member && tree.kind(object) === Kind.Identifier;
    if (isMember && parameters.includes(tree.text(object))) names.push(tree.text(child));
    else pending.push(...tree.children(child).toReversed());
  }
  return names;
}

/** `dbo.Orders` and `[dbo].[Orders]` name the table Orders. */
export function withoutSchema(name: string): string {
  const plain = name.replace(/[[\]"`]/g, '');
  return plain.slice(plain.lastIndexOf('.') + 1);
}
