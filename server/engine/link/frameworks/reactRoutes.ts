import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { functionsOf } from '../routes.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import { propertyOf } from './components.ts';
import { type Component, type ReactComponents, isScript } from './reactComponents.ts';
import { addPage, componentsIn } from './reactPages.ts';

const PROVIDER = 'React Router';
const ROUTER = 'react-router(-dom|-native)?';
const ROUTE = new RegExp(`^(${ROUTER}|wouter)#(default\\.)?Route$`);
const REDIRECT = new RegExp(`^${ROUTER}#(Navigate|Redirect)$`);
const TABLE_FUNCTION = new RegExp(`^${ROUTER}#(create(Browser|Hash|Memory)Router|useRoutes)$`);
/** Attributes and keys that say what a route shows. */
const SHOWN = ['component', 'Component', 'element', 'render', 'children', 'lazy'];
const MAX_DEPTH = 12;

/** A route as it is written, before it is joined with those around it. */
interface Route {
  at: Location;
  /** Own path; '' for an index or pathless route. */
  path: string;
  /** Whether the route has a place of its own: a path, or `index`. */
  isPlace: boolean;
  shown: Location | undefined;
  components: readonly Component[];
  loaders: readonly FunctionSymbol[];
}

/** Finds the pages of React Router: `<Route>` elements and route objects, joined over their parents. */
export class ReactRoutes {
  readonly #linker: Linker;
  readonly #components: ReactComponents;
  /** Paths ending in `*` below which a component may declare routes of its own. */
  readonly #splats = new Map<Component['symbol'], string[]>();
  readonly #pages: { route: Route; path: string }[] = [];

  constructor(linker: Linker, components: ReactComponents) {
    this.#linker = linker;
    this.#components = components;
  }

  read(): void {
    for (const file of this.#linker.program.files) if (isScript(file)) this.#readFile(file);
    for (const { route, path } of this.#pages) this.#noteSplat(route, path);
    for (const { route, path } of this.#pages) {
      const full = this.#below(route, path);
      addPage(this.#linker, {
        at: route.at,
        path: full,
        provider: PROVIDER,
        rule: 'react.route',
        components: route.components,
        loaders: route.loaders,
      });
    }
  }

  #readFile(file: SourceFile): void {
    const { tree } = file;
    visitNodes(file, (node) => {
      const kind = tree.kind(node);
      if (kind === Kind.JsxElement && tree.child(node, 0) !== 0 && this.#isRoute({ file, node }))
        this.#readElement({ file, node });
      else if (kind === Kind.Call) this.#readCall({ file, node });
    });
  }

  #isRoute(element: Location): boolean {
    const { tree } = element.file;
    const tag = this.#components.resolve({ file: element.file, node: tree.child(element.node, 0) });
    if (tag?.kind === 'library') return ROUTE.test(tag.name);
    if (!tag || !tree.text(element.node).endsWith('Route') || this.#attribute(element, 'path').node === 0) return false;
    return this.#rendersRoute(tag);
  }

  /** `<PrivateRoute path=…>`: an own component around a `<Route>`. */
  #rendersRoute(component: Component): boolean {
    const places = component.kind === 'function' ? [component.symbol] : component.symbol.declarations;
    return places.some(({ file, node }) => {
      const { tree } = file;
      const find = (at: number): boolean => {
        if (tree.kind(at) === Kind.JsxElement && tree.child(at, 0) !== 0) {
          const tag = this.#components.resolve({ file, node: tree.child(at, 0) });
          if (tag?.kind === 'library' && ROUTE.test(tag.name)) return true;
        }
        return tree.children(at).some(find);
      };
      return find(node);
    });
  }

  #attribute(element: Location, name: string): Location {
    const { tree } = element.file;
    const attribute = tree
      .children(tree.child(element.node, 1))
      .find((node) => tree.kind(node) === Kind.JsxAttribute && tree.text(node) === name);
    return { file: element.file, node: attribute === undefined ? 0 : tree.child(attribute, 0) };
  }

  #has(element: Location, name: string): boolean {
    const { tree } = element.file;
    return tree
      .children(tree.child(element.node, 1))
      .some((node) => tree.kind(node) === Kind.JsxAttribute && tree.text(node) === name);
  }

  #readElement(element: Location): void {
    const list = this.#listedRoutes(element);
    const routes = list.length > 0 ? list : [this.#routeOf(element)];
    const prefix = this.#prefixOf(element);
    for (const route of routes) this.#add(route, prefix);
  }

  #routeOf(element: Location): Route {
    const path = this.#attribute(element, 'path');
    const shown = this.#shownBy(element);
    return {
      at: element,
      path: this.#pathText(path),
      isPlace: path.node !== 0 || this.#has(element, 'index'),
      shown,
      components: shown ? componentsIn(this.#components, shown) : [],
      loaders: functionsOf(this.#linker, this.#attribute(element, 'loader')),
    };
  }

  #pathText(path: Location): string {
    const { tree } = path.file;
    const first = tree.kind(path.node) === Kind.Array ? (tree.children(path.node)[0] ?? 0) : path.node;
    if (first === 0) return '';
    const { texts } = this.#linker;
    const at = { file: path.file, node: first };
    return texts.valuesOf(at)[0]?.text ?? `{${texts.describe(at)}}`;
  }

  /** What an element shows: an attribute, or its children that are no routes. */
  #shownBy(element: Location): Location | undefined {
    for (const name of SHOWN) {
      const value = this.#attribute(element, name);
      if (value.node !== 0) return this.#isRedirect(value) ? undefined : value;
    }
    const { file } = element;
    const inner = file.tree
      .children(file.tree.child(element.node, 2))
      .filter((node) => file.tree.kind(node) === Kind.JsxElement);
    const shown = inner.find((node) => !this.#isRoute({ file, node }));
    return shown === undefined || this.#isRedirect({ file, node: shown }) ? undefined : { file, node: shown };
  }

  /** `element={<Navigate to=… />}`, `() => <Redirect to=… />`, `element={null}`. */
  #isRedirect(value: Location): boolean {
    const { file } = value;
    const { tree } = file;
    const node = tree.kind(value.node) === Kind.Function ? tree.child(value.node, 3) : value.node;
    if (tree.kind(node) === Kind.Literal) return true;
    if (tree.kind(node) !== Kind.JsxElement) return false;
    const tag = this.#components.resolve({ file, node: tree.child(node, 0) });
    return tag?.kind === 'library' && REDIRECT.test(tag.name);
  }

  /** The joined paths of the routes around an element. */
  #prefixOf(element: Location): string {
    const { file } = element;
    const { tree } = file;
    const paths: string[] = [];
    for (let node = element.node, parent = file.parent(node); parent !== 0; node = parent, parent = file.parent(node)) {
      const holder = file.parent(parent);
      const isChild = tree.kind(holder) === Kind.JsxElement && tree.child(holder, 2) === parent;
      if (isChild && tree.child(holder, 0) !== 0 && this.#isRoute({ file, node: holder })) {
        paths.unshift(this.#pathText(this.#attribute({ file, node: holder }, 'path')));
      }
    }
    return paths.reduce(joinPath, '');
  }

  #add(route: Route, prefix: string): void {
    if (route.isPlace && route.shown) this.#pages.push({ route, path: joinPath(prefix, route.path) });
  }

  /**
   * `routes.map((route) => <Route path={route.path} element={<route.page />} />)`: one route an item of the list. The
   * item may be taken apart before, and spread into the element.
   */
  #listedRoutes(element: Location): Route[] {
    const { file } = element;
    const { tree } = file;
    const path = this.#attribute(element, 'path');
    const spread = tree.children(tree.child(element.node, 1)).find((node) => tree.kind(node) === Kind.Spread);
    const item = itemPart(file, path.node !== 0 || spread === undefined ? path.node : tree.child(spread, 0));
    const call = item ? file.parent(file.parent(file.parent(file.parent(item.parameter)))) : 0;
    if (!item || tree.kind(call) !== Kind.Call || tree.text(tree.child(call, 0)) !== 'map') return [];
    const list = this.#itemsOf({ file, node: tree.child(tree.child(call, 0), 0) }, 0);
    const shown = this.#shownBy(element);
    const key = shown ? partShown(shown, item.parameter) : undefined;
    return list.map((object) =>
      shown ? this.#itemRoute(object, { pathKey: item.key || 'path', shown, key }) : this.#objectRoute(object),
    );
  }

  /** The route of one item of a list: its path, and what the element around it shows of it. */
  #itemRoute(
    object: Location,
    { pathKey, shown, key }: { pathKey: string; shown: Location; key: string | undefined },
  ): Route {
    const value = key === undefined ? shown : propertyOf(object, key);
    const isShown = value.node !== 0 && !this.#isRedirect(value);
    const path = propertyOf(object, pathKey);
    return {
      at: object,
      path: this.#pathText(path),
      isPlace: path.node !== 0 || propertyOf(object, 'index').node !== 0,
      shown: isShown ? value : undefined,
      components: isShown ? componentsIn(this.#components, value) : [],
      loaders: [],
    };
  }

  /** The object literals of a list: written in place, or in a variable. */
  #itemsOf(at: Location, depth: number): Location[] {
    const { file, node } = at;
    const { tree } = file;
    if (node === 0 || depth > MAX_DEPTH) return [];
    switch (tree.kind(node)) {
      case Kind.Array:
        return tree.children(node).flatMap((child) => {
          if (tree.kind(child) === Kind.Object) return [{ file, node: child }];
          return tree.kind(child) === Kind.Spread ? this.#itemsOf({ file, node: tree.child(child, 0) }, depth + 1) : [];
        });
      case Kind.Cast:
        return this.#itemsOf({ file, node: tree.child(node, 0) }, depth + 1);
      case Kind.Identifier: {
        const local = file.findLocal(tree.text(node), node);
        if (tree.kind(local) === Kind.Variable) return this.#itemsOf({ file, node: tree.child(local, 2) }, depth + 1);
        const binding = local === 0 ? this.#linker.program.typescript.resolve(tree.text(node), file) : undefined;
        if (binding?.kind === 'expression') return this.#itemsOf(binding.at, depth + 1);
        return binding?.kind === 'variable'
          ? this.#itemsOf({ file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) }, depth + 1)
          : [];
      }
      default:
        return [];
    }
  }

  /** `createBrowserRouter([…])`, `useRoutes(routes)`. */
  #readCall(at: Location): void {
    const { file } = at;
    const { tree } = file;
    const callee = tree.child(at.node, 0);
    if (!/^(create\w+Router|useRoutes)$/.test(tree.text(callee))) return;
    const tag = this.#components.resolve({ file, node: callee });
    if (tag?.kind !== 'library' || !TABLE_FUNCTION.test(tag.name)) return;
    this.#readTable({ file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 }, '', 0);
  }

  #readTable(table: Location, prefix: string, depth: number): void {
    if (depth > MAX_DEPTH) return;
    for (const object of this.#itemsOf(table, depth)) {
      const route = this.#objectRoute(object);
      this.#add(route, prefix);
      this.#readTable(propertyOf(object, 'children'), joinPath(prefix, route.path), depth + 1);
    }
  }

  #objectRoute(object: Location): Route {
    const { tree } = object.file;
    const path = propertyOf(object, 'path');
    const values = ['element', 'Component', 'component', 'lazy']
      .map((key) => propertyOf(object, key))
      .filter(({ node }) => node !== 0);
    const spread = tree.children(object.node).find((node) => tree.kind(node) === Kind.Spread);
    const value = values[0] ?? (spread === undefined ? undefined : { file: object.file, node: tree.child(spread, 0) });
    const shown = value && this.#isRedirect(value) ? undefined : value;
    return {
      at: object,
      path: this.#pathText(path),
      isPlace: path.node !== 0 || propertyOf(object, 'index').node !== 0,
      shown,
      components: shown ? this.#componentsOfObject(shown) : [],
      loaders: functionsOf(this.#linker, propertyOf(object, 'loader')),
    };
  }

  #componentsOfObject(shown: Location): Component[] {
    const lazy = this.#components.loaded(shown, 'Component');
    return lazy ? [lazy] : componentsIn(this.#components, shown);
  }

  #noteSplat(route: Route, path: string): void {
    if (!path.endsWith('*')) return;
    for (const { symbol } of route.components) {
      const known = this.#splats.get(symbol);
      if (known) known.push(path);
      else this.#splats.set(symbol, [path]);
    }
  }

  /** Routes inside a component that is itself shown at `path/*` are below that path. */
  #below(route: Route, path: string): string {
    if (route.path.startsWith('/') && route.at.file.tree.kind(route.at.node) !== Kind.JsxElement) return path;
    const { table } = this.#linker.program;
    const { file, node } = route.at;
    const around = table.enclosingType(file, node) ?? table.enclosingFunction(file, node);
    const above = around ? this.#splats.get(around) : undefined;
    const prefix = above?.length === 1 ? (above[0] as string) : '';
    return prefix === '' || path.startsWith(withoutSplat(prefix) + '/') ? path : joinPath(prefix, path.slice(1));
  }
}

/** The parameter that a name comes from, and the key it is read by; '' for the parameter itself and a rest of it. */
function itemPart(file: SourceFile, node: number, depth = 0): { parameter: number; key: string } | undefined {
  const { tree } = file;
  if (depth > MAX_DEPTH) return undefined;
  if (tree.kind(node) === Kind.Member) {
    const object = itemPart(file, tree.child(node, 0), depth + 1);
    return object?.key === '' ? { parameter: object.parameter, key: tree.text(node) } : undefined;
  }
  if (tree.kind(node) !== Kind.Identifier) return undefined;
  const local = file.findLocal(tree.text(node), node);
  if (tree.kind(local) === Kind.Param) return { parameter: local, key: '' };
  return tree.kind(local) === Kind.Variable ? itemPart(file, tree.child(local, 2), depth + 1) : undefined;
}

/** The key of the item that an element shows: `<item.page />`, `element={item.element}`. */
function partShown(shown: Location, parameter: number): string | undefined {
  const { file } = shown;
  const { tree } = file;
  const visit = (node: number): string | undefined => {
    const parent = file.parent(node);
    const isTag = tree.kind(parent) === Kind.JsxElement && tree.child(parent, 0) === node;
    const part = isTag || node === shown.node ? itemPart(file, node) : undefined;
    if (part?.parameter === parameter && part.key !== '') return part.key;
    for (const child of tree.children(node)) {
      const found = visit(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(shown.node);
}

function withoutSplat(path: string): string {
  return path.replace(/\/?\*$/, '');
}

/** Joins a route's path with that of its parent; one with a leading slash stands alone. */
export function joinPath(prefix: string, path: string): string {
  if (path.startsWith('/')) return path;
  const base = withoutSplat(prefix).replace(/\/+$/, '');
  return path === '' ? base || '/' : `${base}/${path}`;
}
