import { Kind } from '../lower/tree.ts';
import { attributeArgument, attributesOf, findAttribute } from './attributes.ts';
import type { ResolvedCall } from './callResolver.ts';
import { valueFromConstructor } from './construction.ts';
import type { Linker } from './linker.ts';
import type { Location } from './sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from './symbols.ts';
import { keyText } from './typeOperands.ts';

const BY_KEY = /^Get(Required)?KeyedService$/;
const MAX_STEPS = 4;

/** Finds the method of a class that implements an abstract one; undefined when it has none. */
type ImplementationIn = (type: TypeSymbol, fn: FunctionSymbol) => FunctionSymbol | undefined;

/** Which implementations a service's method has for a certain call: by key, and through decorators. */
export class ServiceTargets {
  readonly #linker: Linker;
  readonly #implementationIn: ImplementationIn;

  constructor(linker: Linker, implementationIn: ImplementationIn) {
    this.#linker = linker;
    this.#implementationIn = implementationIn;
  }

  /**
   * Narrows the targets of a call of an abstract method.
   * @param targets implementations that any call of the method can have
   */
  narrow(
    caller: FunctionSymbol,
    call: ResolvedCall,
    fn: FunctionSymbol,
    targets: readonly FunctionSymbol[],
  ): readonly FunctionSymbol[] {
    const service = fn.owner;
    if (!service?.isAbstract || call.receiverNode === 0) return targets;
    const kind = call.at.file.tree.kind(call.receiverNode);
    if (kind === Kind.This || kind === Kind.Base) return targets;
    const keyed = this.#ofKey(service, call, fn);
    if (keyed.length > 0) return keyed;
    const layers = this.#linker.callSites.services.decorators.get(service.qualifiedName);
    if (layers) return this.#throughDecorators(layers, { caller, fn, service }, targets);
    return this.#notItself({ caller, fn, service }, targets);
  }

  /** What is registered under the key that the receiver is injected by. */
  #ofKey(service: TypeSymbol, call: ResolvedCall, fn: FunctionSymbol): FunctionSymbol[] {
    const keys = this.#linker.callSites.services.keyed.get(service.qualifiedName);
    if (!keys) return [];
    const key = this.#keyOf({ file: call.at.file, node: call.receiverNode }, 0);
    return key === undefined ? [] : this.#inTypes(service, keys.get(key) ?? new Set(), fn);
  }

  /** The key in `[FromKeyedServices(key)]` of a parameter, or in `GetRequiredKeyedService<T>(key)`. */
  #keyOf(at: Location, steps: number): string | undefined {
    const { file, node } = at;
    const { tree } = file;
    const { expressions, program } = this.#linker;
    const kind = tree.kind(node);
    if (node === 0 || steps > MAX_STEPS) return undefined;
    if (kind === Kind.Call) {
      const [first = 0] = tree.children(tree.child(node, 1));
      return BY_KEY.test(tree.text(tree.child(node, 0))) ? keyText(expressions, { file, node: first }) : undefined;
    }
    const isOnThis = kind === Kind.Member && tree.kind(tree.child(node, 0)) === Kind.This;
    if (kind !== Kind.Identifier && !isOnThis) return undefined;
    const local = isOnThis ? 0 : file.findLocal(tree.text(node), node);
    if (tree.kind(local) === Kind.Param) return this.#keyOfParameter({ file, node: local });
    if (tree.kind(local) === Kind.Variable) return this.#keyOf({ file, node: tree.child(local, 2) }, steps + 1);
    const owner = local === 0 ? program.table.enclosingType(file, node) : undefined;
    const field = owner?.fields.get(tree.text(node));
    if (field) {
      const initial = field.file.tree.child(field.node, 2);
      const value = initial === 0 ? valueFromConstructor(field) : { file: field.file, node: initial };
      const key = this.#keyOf(value, steps + 1);
      if (key !== undefined) return key;
    }
    return this.#keyOfPrimary(owner, tree.text(node));
  }

  /** The parameters of a primary constructor are in scope of the whole class. */
  #keyOfPrimary(owner: TypeSymbol | undefined, name: string): string | undefined {
    for (const { file, node } of owner?.constructors ?? []) {
      const { tree } = file;
      const parameter = tree.children(tree.child(node, 1)).find((child) => tree.text(child) === name);
      const key = parameter === undefined ? undefined : this.#keyOfParameter({ file, node: parameter });
      if (key !== undefined) return key;
    }
    return undefined;
  }

  #keyOfParameter(parameter: Location): string | undefined {
    const attribute = findAttribute(attributesOf(parameter), 'FromKeyedServices', 'KeyFilter');
    return attribute && keyText(this.#linker.expressions, attributeArgument(attribute, 0));
  }

  /** The outermost decorator is called; each one calls the one inside it. */
  #throughDecorators(
    layers: readonly string[],
    { caller, fn, service }: { caller: FunctionSymbol; fn: FunctionSymbol; service: TypeSymbol },
    targets: readonly FunctionSymbol[],
  ): readonly FunctionSymbol[] {
    const methods = layers.map((name) => this.#inTypes(service, new Set([name]), fn)[0]);
    const position = layers.indexOf(caller.owner?.qualifiedName ?? '');
    const called = position < 0 ? methods.at(-1) : methods[position - 1];
    if (position !== 0) return called ? [called] : targets;
    const inner = targets.filter((target) => !methods.includes(target));
    return inner.length === 0 ? targets : inner;
  }

  /**
   * A class that stands for a service and is itself handed one of it holds another implementation: it was put around
   * that one by a factory.
   */
  #notItself(
    { caller, fn, service }: { caller: FunctionSymbol; fn: FunctionSymbol; service: TypeSymbol },
    targets: readonly FunctionSymbol[],
  ): readonly FunctionSymbol[] {
    const [only, second] = targets;
    if (!only || second || only.owner !== caller.owner) return targets;
    const registered = this.#linker.callSites.services.implementations.get(service.qualifiedName);
    if (!registered?.has(only.owner?.qualifiedName ?? '')) return targets;
    const names = this.#linker.program.subtypes(service).map(({ qualifiedName }) => qualifiedName);
    const others = this.#inTypes(service, new Set(names), fn).filter((target) => target !== only);
    return others.length === 0 ? targets : others;
  }

  #inTypes(service: TypeSymbol, names: ReadonlySet<string>, fn: FunctionSymbol): FunctionSymbol[] {
    const types = this.#linker.program.subtypes(service).filter((type) => names.has(type.qualifiedName));
    return [...new Set(types.flatMap((type) => this.#implementationIn(type, fn) ?? []))];
  }
}
