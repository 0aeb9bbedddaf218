import { Kind } from '../../lower/tree.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { Component, ReactComponents } from './reactComponents.ts';

/** What a page's component runs when it is shown; a function component is itself run. */
const LOAD_METHODS = ['componentDidMount', 'componentWillMount', 'UNSAFE_componentWillMount', 'render'];

/** A page with what its route says. */
export interface PageDraft {
  at: Location;
  /** Full path with a leading slash. */
  path: string;
  provider: string;
  rule: string;
  components: readonly Component[];
  /** Functions that load the page's data besides its components. */
  loaders: readonly FunctionSymbol[];
}

/** Adds a page and joins it with what runs when it is shown. */
export function addPage(linker: Linker, page: PageDraft): void {
  const node = linker.graph.operation({
    kind: 'ui_page',
    at: page.at,
    target: page.path,
    name: page.path,
    provider: page.provider,
    rule: page.rule,
  });
  node.symbol = page.components[0]?.symbol.name;
  const functions = [...page.components.flatMap(loadFunctions), ...page.loaders];
  for (const fn of new Set(functions.map((found) => linker.program.countedTo(found)))) {
    linker.graph.edge({
      source: node,
      target: linker.graph.function(fn),
      kind: 'handles',
      rule: page.rule,
      confidence: 'certain',
    });
  }
}

/** The functions that run when a component is shown. */
export function loadFunctions(component: Component): FunctionSymbol[] {
  if (component.kind === 'function') return [component.symbol];
  const { symbol } = component;
  return [...LOAD_METHODS.flatMap((name) => symbol.methods.get(name)?.[0] ?? []), ...symbol.constructors.slice(0, 1)];
}

/** The own components an expression shows: of all elements in it, or the one it names. */
export function componentsIn(components: ReactComponents, at: Location): Component[] {
  const { tree } = at.file;
  const found = new Map<Component['symbol'], Component>();
  const add = (component: Component | undefined): void => {
    if (component && !found.has(component.symbol)) found.set(component.symbol, component);
  };
  const visit = (node: number): void => {
    if (tree.kind(node) === Kind.JsxElement) add(components.own({ file: at.file, node: tree.child(node, 0) }));
    for (const child of tree.children(node)) visit(child);
  };
  if (at.node === 0) return [];
  const kind = tree.kind(at.node);
  if (kind === Kind.Identifier || kind === Kind.Member || kind === Kind.Call) add(components.own(at));
  if (found.size === 0) visit(at.node);
  return [...found.values()];
}
