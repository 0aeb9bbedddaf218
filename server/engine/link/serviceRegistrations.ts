import { Flag, Kind } from '../lower/tree.ts';
import type { ResolvedCall } from './callResolver.ts';
import { conventionOf } from './conventionScans.ts';
import type { Expressions } from './expressions.ts';
import type { Location } from './sourceFile.ts';
import type { TypeSymbol } from './symbols.ts';
import { keyText, typeNamedBy } from './typeOperands.ts';
import { nameOf, type Type } from './types.ts';

/** Methods of containers that register an implementation for a service by two types, or a factory. */
const REGISTERING = /^(Try)?(Add|Register)[A-Z]?\w*$/;
const KEYED = /^(Try)?AddKeyed(Scoped|Singleton|Transient)$/;
const DECORATING = /^((Try)?Decorate|RegisterDecorator|RegisterGenericDecorator)$/;
const DESCRIPTORS = /^(Scoped|Singleton|Transient|Describe)$/;
/** `Bind<I>().To<T>()`, `RegisterType<T>().As<I>()`, `For<I>().ImplementedBy<T>()`: who names the service, who the class. */
const CHAINS: Readonly<Record<string, { begins: RegExp; service: 'begin' | 'end' }>> = {
  As: { begins: /^Register(Type|Generic)?$/, service: 'end' },
  To: { begins: /^(Re)?[Bb]ind$/, service: 'begin' },
  ImplementedBy: { begins: /^For$/, service: 'begin' },
  Use: { begins: /^For$/, service: 'begin' },
  Add: { begins: /^For$/, service: 'begin' },
};

/** What dependency-injection containers are told: which class stands for a service, under which key, wrapped by which. */
export class ServiceRegistrations {
  /** Implementations by the qualified name of the service type they are registered for. */
  readonly implementations = new Map<string, Set<string>>();
  /** Implementations registered under a key, by service and key. */
  readonly keyed = new Map<string, Map<string, Set<string>>>();
  /** Classes that are put around what is registered for a service, the innermost first. */
  readonly decorators = new Map<string, string[]>();
  readonly #expressions: Expressions;

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  /** Takes in a call of C# code, where it registers something. */
  visit(call: ResolvedCall): void {
    if (DECORATING.test(call.name)) this.#decorate(call);
    else if (REGISTERING.test(call.name) || (DESCRIPTORS.test(call.name) && isDescriptor(call.receiver)))
      this.#register(call);
    const chain = Object.hasOwn(CHAINS, call.name) ? CHAINS[call.name] : undefined;
    if (chain) this.#registerByChain(call, chain);
    for (const { service, implementation } of conventionOf(this.#expressions, call)) this.#add(service, implementation);
  }

  /** `AddScoped<IService, Service>()`, `AddScoped(typeof(IService<>), typeof(Service<>))`, `AddScoped<IService>(factory)`. */
  #register(call: ResolvedCall): void {
    const written = this.#typeArguments(call);
    const args = this.#arguments(call);
    const types = written.length > 0 ? written : args.map((at) => this.#typeOfArgument(at));
    const service = types[0];
    const implementation = types.slice(1).find((type) => type.kind === 'project') ?? this.#created(args);
    if (service?.kind !== 'project' || implementation?.kind !== 'project') return;
    if (service.symbol === implementation.symbol || !this.#derives(implementation.symbol, service.symbol)) return;
    if (KEYED.test(call.name)) this.#addKeyed(service.symbol, implementation.symbol, this.#keyOf(args, written.length));
    else this.#add(service.symbol, implementation.symbol);
  }

  /** The key is the first argument that names no type. */
  #keyOf(args: readonly Location[], written: number): string | undefined {
    const key = written > 0 ? args[0] : args[1];
    return key && keyText(this.#expressions, key);
  }

  #registerByChain(call: ResolvedCall, { begins, service }: { begins: RegExp; service: 'begin' | 'end' }): void {
    const { file } = call.at;
    const { tree } = file;
    let node = call.receiverNode;
    while (tree.kind(node) === Kind.Call && !begins.test(tree.text(tree.child(node, 0))))
      node = tree.child(tree.child(node, 0), 0);
    if (tree.kind(node) !== Kind.Call) return;
    const begin = this.#namedOrCreated(this.#expressions.calls.resolve({ file, node }));
    const end = this.#namedOrCreated(call);
    const [asked, given] = service === 'begin' ? [begin, end] : [end, begin];
    if (asked?.kind === 'project' && given?.kind === 'project' && this.#derives(given.symbol, asked.symbol))
      this.#add(asked.symbol, given.symbol);
  }

  /** The type a call names by type argument, by `typeof`, or that its factory makes. */
  #namedOrCreated(call: ResolvedCall): Type | undefined {
    const args = this.#arguments(call);
    const [named] = [...this.#typeArguments(call), ...args.map((at) => this.#typeOfArgument(at))];
    return named?.kind === 'project' ? named : this.#created(args);
  }

  /** `Decorate<IService, Cached>()`; Autofac names the decorator first. */
  #decorate(call: ResolvedCall): void {
    const written = this.#typeArguments(call);
    const args = this.#arguments(call);
    const types = (written.length > 0 ? written : args.map((at) => this.#typeOfArgument(at))).flatMap((type) =>
      type.kind === 'project' ? [type.symbol] : [],
    );
    const created = this.#created(args);
    if (types.length === 1 && created?.kind === 'project') types.push(created.symbol);
    const [first, second] = types;
    if (!first || !second) return;
    const [service, decorator] = this.#derives(second, first) ? [first, second] : [second, first];
    if (!this.#derives(decorator, service)) return;
    const known = this.decorators.get(service.qualifiedName) ?? [];
    this.decorators.set(service.qualifiedName, [...known, decorator.qualifiedName]);
  }

  #derives(type: TypeSymbol, base: TypeSymbol): boolean {
    const { program } = this.#expressions;
    return program.lineage(program.selfType(type)).some((at) => at.kind === 'project' && at.symbol === base);
  }

  #add(service: TypeSymbol, implementation: TypeSymbol): void {
    addTo(this.implementations, service.qualifiedName, implementation.qualifiedName);
  }

  #addKeyed(service: TypeSymbol, implementation: TypeSymbol, key: string | undefined): void {
    if (key === undefined) {
      this.#add(service, implementation);
      return;
    }
    const keys = this.keyed.get(service.qualifiedName) ?? new Map<string, Set<string>>();
    this.keyed.set(service.qualifiedName, keys);
    addTo(keys, key, implementation.qualifiedName);
  }

  #arguments({ at, callNode }: ResolvedCall): Location[] {
    const { file } = at;
    return file.tree.children(file.tree.child(callNode, 1)).map((node) => ({ file, node }));
  }

  #typeArguments({ at, callNode }: ResolvedCall): Type[] {
    const { file } = at;
    return file.tree
      .children(file.tree.child(callNode, 2))
      .map((node) => this.#expressions.program.typeFromReference({ file, node }));
  }

  /** What a factory among the arguments makes, or the instance that is handed over. */
  #created(args: readonly Location[]): Type | undefined {
    const { program } = this.#expressions;
    for (const at of args) {
      const isFactory = at.file.tree.kind(at.node) === Kind.Function;
      const made = isFactory ? this.#expressions.returnType(program.functionOf(at)) : this.#expressions.typeOf(at);
      if (made.kind === 'project' && !made.symbol.has(Flag.Enum)) return made;
    }
    return undefined;
  }

  /** `typeof(X<>)` names the type X. */
  #typeOfArgument(at: Location): Type {
    return typeNamedBy(this.#expressions, at) ?? this.#expressions.typeOf(at);
  }
}

function isDescriptor(receiver: Type): boolean {
  return receiver.kind === 'static' && nameOf(receiver.of) === 'ServiceDescriptor';
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}
