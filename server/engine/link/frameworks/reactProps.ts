import { Kind } from '../../lower/tree.ts';
import type { ResolvedCall } from '../callResolver.ts';
import type { Expressions } from '../expressions.ts';
import type { FrameworkTypes } from '../frameworkTypes.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import { type MemberSource, type Type, UNKNOWN } from '../types.ts';
import type { Component, ReactComponents } from './reactComponents.ts';

/** A prop that more functions than this are given is not followed: it is a building block's. */
const MAX_ALTERNATIVES = 8;
const MAX_DEPTH = 6;
const CONTEXT_HOOK = /^react#(default\.)?(useContext|use)$/;
const MUTATION_HOOK = /^(@tanstack\/react-query|react-query|swr\/mutation)#(useMutation|default)$/;

/** What React and its state libraries know of types: props, contexts, mutations, stores. */
export function reactTypes(components: ReactComponents, expressions: Expressions): FrameworkTypes {
  const props = new Map<Component['symbol'], Type>();
  const propsOf = (component: Component, declared: Type): Type => {
    let type = props.get(component.symbol);
    if (!type) {
      type = { kind: 'members', of: new Props(component, declared, components, expressions) };
      props.set(component.symbol, type);
    }
    return type;
  };
  return {
    parameter(parameter) {
      const component = components.componentOfParameter(parameter);
      return component ? propsOf(component, declaredProps(parameter, expressions)) : undefined;
    },
    member(on, name) {
      if (name !== 'props') return undefined;
      const base = expressions.program
        .externalLineage(on)
        .find((type) => /^(react|preact)#(default\.)?(Pure)?Component$/.test(type.name));
      return base ? propsOf({ kind: 'class', symbol: on.symbol }, base.args[0] ?? UNKNOWN) : undefined;
    },
    call(call) {
      if (CONTEXT_HOOK.test(call.externalFunction)) return contextValue(call, components, expressions);
      if (MUTATION_HOOK.test(call.externalFunction)) return mutationResult(call, expressions);
      return storeState(call, expressions);
    },
  };
}

/** The type written for props: at the parameter, or as `React.FC<Props>` at the variable. */
function declaredProps(parameter: Location, expressions: Expressions): Type {
  const { file } = parameter;
  const { tree } = file;
  const own = tree.child(parameter.node, 0);
  if (own !== 0) return expressions.program.typeFromReference({ file, node: own });
  const variable = file.parent(file.enclosing(parameter.node, Kind.Function));
  if (tree.kind(variable) !== Kind.Variable) return UNKNOWN;
  const written = tree.child(variable, 1);
  return /(^|\.)(FC|FunctionComponent|VFC)$/.test(tree.text(written))
    ? expressions.program.typeFromReference({ file, node: tree.child(written, 0) })
    : UNKNOWN;
}

/** The props of a component: what `connect` and the elements that render it give. */
class Props implements MemberSource {
  readonly #component: Component;
  readonly #declared: Type;
  readonly #components: ReactComponents;
  readonly #expressions: Expressions;
  readonly #known = new Map<string, Type>();

  constructor(component: Component, declared: Type, components: ReactComponents, expressions: Expressions) {
    this.#component = component;
    this.#declared = declared;
    this.#components = components;
    this.#expressions = expressions;
  }

  member(name: string): Type {
    const known = this.#known.get(name);
    if (known) return known;
    // A component that passes a prop on to itself.
    this.#known.set(name, UNKNOWN);
    const type = this.#member(name);
    this.#known.set(name, type);
    return type;
  }

  #member(name: string): Type {
    const declared = this.#expressions.memberType(this.#declared, name, this.#place());
    if (declared.kind !== 'unknown' && !isSignature(declared)) return declared;
    for (const connection of this.#components.connectionsOf(this.#component)) {
      const dispatched = this.#dispatched(connection, name);
      if (dispatched.kind !== 'unknown') return dispatched;
    }
    return combined(this.#given(name));
  }

  #place(): Location {
    const { symbol } = this.#component;
    return 'declarations' in symbol ? (symbol.declarations[0] as Location) : symbol;
  }

  /** A prop of `mapDispatchToProps`: an object of action creators, or a function that returns one. */
  #dispatched(connection: Location, name: string): Type {
    const { file } = connection;
    const given = file.tree.children(file.tree.child(connection.node, 1))[1] ?? 0;
    let type = this.#expressions.typeOf({ file, node: given });
    if (type.kind === 'function') type = type.functions[0] ? this.#expressions.returnType(type.functions[0]) : UNKNOWN;
    return this.#expressions.memberType(type, name, connection);
  }

  /** What each rendering element gives for a prop; elements that do not mention it are left out. */
  #given(name: string): Type[] {
    return this.#components.sitesOf(this.#component).flatMap((element) => {
      const { file } = element;
      const { tree } = file;
      const attributes = tree.children(tree.child(element.node, 1)).reverse();
      for (const attribute of attributes) {
        const value = { file, node: tree.child(attribute, 0) };
        if (tree.kind(attribute) === Kind.JsxAttribute && tree.text(attribute) === name)
          return [this.#expressions.typeOf(value)];
        if (tree.kind(attribute) !== Kind.Spread) continue;
        const spread = this.#expressions.memberType(this.#expressions.typeOf(value), name, element);
        if (spread.kind !== 'unknown') return [spread];
      }
      return [];
    });
  }
}

function isSignature(type: Type): boolean {
  return type.kind === 'function' && type.functions.every((fn) => fn.file.tree.child(fn.node, 3) === 0);
}

/** One type for all that a prop is given: the only one, or all functions as alternatives. */
function combined(types: readonly Type[]): Type {
  const known = types.filter((type) => type.kind !== 'unknown');
  const first = known[0];
  if (!first) return UNKNOWN;
  if (first.kind !== 'function') return known.length === 1 ? first : UNKNOWN;
  const functions = new Set<FunctionSymbol>();
  for (const type of known) if (type.kind === 'function') for (const fn of type.functions) functions.add(fn);
  if (functions.size === 1 && known.length === 1) return first;
  return functions.size > MAX_ALTERNATIVES
    ? UNKNOWN
    : { kind: 'function', functions: [...functions], alternatives: true };
}

/** The value of a context that is provided at one place. */
function contextValue(call: ResolvedCall, components: ReactComponents, expressions: Expressions): Type | undefined {
  const { file } = call.at;
  const context = { file, node: argumentsOf(call)[0] ?? 0 };
  const providers = components.providersOf(context);
  const provider = providers[0];
  if (!provider || providers.length > 1) return undefined;
  const { tree } = provider.file;
  const attributes = tree.children(tree.child(provider.node, 1));
  const value = attributes.find((node) => tree.kind(node) === Kind.JsxAttribute && tree.text(node) === 'value');
  const type = value === undefined ? UNKNOWN : expressions.typeOf({ file: provider.file, node: tree.child(value, 0) });
  return type.kind === 'unknown' ? undefined : type;
}

/** `mutate` and its like run the `mutationFn` that a mutation hook is given. */
function mutationResult(call: ResolvedCall, expressions: Expressions): Type | undefined {
  const run = mutationFunction(call, expressions);
  if (run.kind !== 'function') return undefined;
  return { kind: 'members', of: { member: (name) => (/^(mutate|mutateAsync|trigger)$/.test(name) ? run : UNKNOWN) } };
}

function mutationFunction(call: ResolvedCall, expressions: Expressions): Type {
  const { file } = call.at;
  for (const node of argumentsOf(call)) {
    const type = expressions.typeOf({ file, node });
    if (type.kind === 'function') return type;
    const option = expressions.memberType(type, 'mutationFn', { file, node });
    if (option.kind === 'function') return option;
  }
  return UNKNOWN;
}

/** `useStore((state) => state.save)`, `useStore()`, `useStore.getState()` of a store that zustand creates. */
function storeState(call: ResolvedCall, expressions: Expressions): Type | undefined {
  const store = call.name === 'getState' ? call.receiver : expressions.typeOf(expressions.child(call.at, 0));
  if (store.kind !== 'external' || store.name !== 'zustand#UseBoundStore' || !store.origin) return undefined;
  const created = store.origin;
  // `create<State>()(…)`: the first call is only there for its type argument.
  if (created.file.tree.count(created.file.tree.child(created.node, 1)) === 0) return { ...store, origin: call.at };
  const state = stateOf(created, expressions, 0);
  const { file } = call.at;
  const { tree } = file;
  const selector = argumentsOf(call)[0] ?? 0;
  const body = tree.kind(selector) === Kind.Function ? tree.child(selector, 3) : 0;
  const isSelected = tree.kind(body) === Kind.Member && tree.kind(tree.child(body, 0)) === Kind.Identifier;
  if (isSelected) return expressions.memberType(state, tree.text(body), { file, node: body });
  return body === 0 ? state : undefined;
}

/** The object a store's initialiser returns; middleware such as `devtools(persist(…))` is looked through. */
function stateOf(created: Location, expressions: Expressions, depth: number): Type {
  const { file, node } = created;
  const { tree } = file;
  if (depth > MAX_DEPTH) return UNKNOWN;
  for (const argument of tree.children(tree.child(node, 1))) {
    if (tree.kind(argument) === Kind.Call) return stateOf({ file, node: argument }, expressions, depth + 1);
    const type = expressions.typeOf({ file, node: argument });
    if (type.kind === 'function' && type.functions[0]) return expressions.returnType(type.functions[0]);
  }
  return UNKNOWN;
}

function argumentsOf(call: ResolvedCall): number[] {
  const { tree } = call.at.file;
  return tree.children(tree.child(call.callNode, 1));
}
