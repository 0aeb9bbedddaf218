import type { FunctionSymbol, TypeSymbol } from './symbols.ts';
import type { Bindings } from './types.ts';

/** What type parameters of generic code stand for, as its calls bind them. */
export class GenericUses {
  readonly #bound = new Map<string, Set<TypeSymbol>>();
  /** Parameters that stand for what another parameter stands for. */
  readonly #passedOn = new Map<string, Set<string>>();

  /**
   * Notes a call of generic code.
   * @returns how it binds the parameters, for the evidence: `T = Order`; undefined where it binds none to a type
   */
  record(caller: FunctionSymbol, callee: FunctionSymbol, bindings: Bindings): string | undefined {
    const bound: string[] = [];
    for (const [name, type] of bindings) {
      const key = parameterKey(callee, name);
      if (type.kind === 'project') {
        addTo(this.#bound, key, type.symbol);
        bound.push(bindingText(name, type.symbol));
      } else if (type.kind === 'parameter') addTo(this.#passedOn, key, parameterKey(caller, type.name));
    }
    return bound.length === 0 ? undefined : bound.join(', ');
  }

  /** All types a parameter in scope of a function stands for, in the order of their qualified names. */
  typesOf(fn: FunctionSymbol, parameter: string): TypeSymbol[] {
    const found = new Set<TypeSymbol>();
    const seen = new Set<string>();
    const pending = [parameterKey(fn, parameter)];
    for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const type of this.#bound.get(key) ?? []) found.add(type);
      pending.push(...(this.#passedOn.get(key) ?? []));
    }
    return [...found].sort((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1));
  }
}

/** `T = Order`: how evidence says that a type parameter stands for a type. */
export function bindingText(parameter: string, type: TypeSymbol): string {
  return `${parameter} = ${type.name}`;
}

/** A parameter of the function itself, else of its class. */
function parameterKey(fn: FunctionSymbol, name: string): string {
  const { owner } = fn;
  if (owner?.typeParameters.includes(name) === true)
    return `${owner.qualifiedName}/${owner.typeParameters.length}<${name}>`;
  return `${fn.file.index}:${fn.node}<${name}>`;
}

function addTo<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}
