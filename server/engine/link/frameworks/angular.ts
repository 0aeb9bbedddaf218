import { Flag, Kind } from '../../lower/tree.ts';
import { joinRoute } from '../routes.ts';
import { type Linker, visitNodes } from '../linker.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import { addBasePath } from '../basePaths.ts';
import { bindTemplates, findComponents, propertyOf } from './components.ts';
import type { Framework, Preparation } from './framework.ts';

const PROVIDER = 'Angular';
const MAX_DEPTH = 12;

/** Angular: templates and their handlers, routes, interceptors. */
export const angular: Framework = {
  name: 'angular',
  prepare({ program, expressions, texts }: Preparation) {
    bindTemplates(findComponents(program, texts), expressions, texts, program);
  },
  link(linker) {
    for (const file of linker.program.files) {
      if (linker.expressions.templateOwners.has(file)) findEvents(linker, file);
    }
    new RouteReader(linker).read();
    findInterceptorBases(linker);
  },
};

/** Events bound in templates of components. */
function findEvents(linker: Linker, file: SourceFile): void {
  const { tree } = file;
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.TemplateEvent || tree.has(node, Flag.Global)) return;
    const at = { file, node };
    const owner = linker.expressions.templateOwner(at);
    if (!owner) return;
    if (!mentionsName({ file, node: tree.child(node, 0) })) return;
    const handlers = handlersIn(linker, { file, node: tree.child(node, 0) });
    if (handlers.length === 0 && emitsOwnOutput(linker, { file, node: tree.child(node, 0) })) return;
    const target = handlers[0]?.name ?? 'inline';
    const action = linker.graph.operation({
      kind: 'ui_action',
      at,
      target,
      name: `(${tree.text(node)}) ${target}`,
      provider: PROVIDER,
      rule: 'angular.event',
    });
    action.symbol = owner.name;
    for (const handler of handlers) {
      linker.graph.edge({
        source: action,
        target: linker.graph.function(handler),
        kind: 'handles',
        rule: 'angular.event',
        confidence: 'certain',
      });
    }
    if (handlers.length === 0)
      linker.graph.unresolved(
        action,
        'no_handler_found',
        'the handler is an inline statement or is not declared in the scanned code',
      );
  });
}

/** `ondragstart="return false"` and `(click)="$event.stopPropagation()"` are bound to no code of the application. */
function mentionsName(at: Location): boolean {
  const { tree } = at.file;
  const kind = tree.kind(at.node);
  if (kind === Kind.Identifier) return tree.text(at.node) !== '$event';
  if (kind === Kind.This) return true;
  return tree.children(at.node).some((node) => mentionsName({ file: at.file, node }));
}

/** The component's functions an event statement calls, in order. */
function handlersIn(linker: Linker, at: Location): FunctionSymbol[] {
  const { tree } = at.file;
  const found: FunctionSymbol[] = [];
  const visit = (node: number): void => {
    if (tree.kind(node) === Kind.Call) {
      const call = linker.expressions.calls.resolve({ file: at.file, node });
      if (call.functions.length === 1) found.push(call.functions[0] as FunctionSymbol);
    }
    for (const child of tree.children(node)) visit(child);
  };
  if (at.node !== 0) visit(at.node);
  return [...new Set(found)];
}

/** `(click)="delete.emit(true)"` only passes the event on to the parent component. */
function emitsOwnOutput(linker: Linker, at: Location): boolean {
  const { tree } = at.file;
  if (tree.kind(at.node) !== Kind.Call || tree.text(tree.child(at.node, 0)) !== 'emit') return false;
  const output = linker.expressions.typeOf({ file: at.file, node: tree.child(tree.child(at.node, 0), 0) });
  return output.kind === 'external' && /#(EventEmitter|OutputEmitterRef|output)$/.test(output.name);
}

/** Reads route tables: arrays of objects with a `path`, joined over parents and lazily loaded children. */
class RouteReader {
  readonly #linker: Linker;
  readonly #done = new Set<string>();
  readonly #lazy = new Set<string>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(): void {
    const tables = this.#linker.program.files.flatMap((file) => this.#tablesIn(file));
    // Tables that others load lazily are read where they are loaded, below the path they are loaded at.
    for (const table of tables) this.#collectLazy(table, 0);
    for (const table of tables) if (!this.#lazy.has(keyOf(table))) this.#readTable(table, '', 0);
    for (const table of tables) if (!this.#done.has(keyOf(table))) this.#readTable(table, '', 0);
  }

  /** Array literals declared as `Routes` or passed to the router. */
  #tablesIn(file: SourceFile): Location[] {
    const { tree } = file;
    const scope = this.#linker.program.table.modules.get(file);
    if (!scope || ![...scope.imports.values()].some((item) => item.module === '@angular/router')) return [];
    const found: Location[] = [];
    visitNodes(file, (node) => {
      if (tree.kind(node) !== Kind.Array) return;
      const parent = file.parent(node);
      if (tree.kind(parent) === Kind.Variable && /^(Routes|Route|\[\])$/.test(tree.text(tree.child(parent, 1))))
        found.push({ file, node });
      const call = file.parent(parent);
      const callee = tree.text(tree.child(call, 0));
      if (tree.kind(call) === Kind.Call && /^(forRoot|forChild|provideRouter)$/.test(callee))
        found.push({ file, node });
      if (tree.kind(parent) === Kind.Cast || tree.kind(parent) === Kind.ExportDefault) {
        if (this.#looksLikeRoutes({ file, node })) found.push({ file, node });
      }
    });
    return found;
  }

  #looksLikeRoutes(table: Location): boolean {
    const { tree } = table.file;
    const first = tree.children(table.node)[0] ?? 0;
    return propertyOf({ file: table.file, node: first }, 'path').node !== 0;
  }

  #collectLazy(table: Location, depth: number): void {
    for (const route of this.#routesOf(table)) {
      for (const child of this.#childTables(route)) {
        if (this.#lazy.has(keyOf(child)) || depth > MAX_DEPTH) continue;
        this.#lazy.add(keyOf(child));
        this.#collectLazy(child, depth + 1);
      }
    }
  }

  #routesOf(table: Location): Location[] {
    const { tree } = table.file;
    return tree
      .children(table.node)
      .filter((node) => tree.kind(node) === Kind.Object)
      .map((node) => ({ file: table.file, node }));
  }

  #readTable(table: Location, prefix: string, depth: number): void {
    if (depth > MAX_DEPTH) return;
    this.#done.add(keyOf(table));
    for (const route of this.#routesOf(table)) this.#readRoute(route, prefix, depth);
  }

  #readRoute(route: Location, prefix: string, depth: number): void {
    const own = this.#linker.texts.valuesOf(propertyOf(route, 'path'))[0]?.text ?? '';
    const path = joinRoute(prefix, own);
    const component = propertyOf(route, 'component');
    const lazy = propertyOf(route, 'loadComponent');
    if (component.node !== 0 || lazy.node !== 0)
      this.#addPage(route, path, component.node === 0 ? this.#loaded(lazy) : component);
    for (const table of this.#childTables(route)) this.#readTable(table, path, depth + 1);
  }

  #addPage(route: Location, path: string, component: Location): void {
    const type = component.node === 0 ? undefined : this.#linker.expressions.typeOf(component);
    const symbol = type?.kind === 'static' && type.of.kind === 'project' ? type.of.symbol : undefined;
    const page = this.#linker.graph.operation({
      kind: 'ui_page',
      at: route,
      target: path === '' ? '/' : path,
      name: path === '' ? '/' : path,
      provider: PROVIDER,
      rule: 'angular.route',
    });
    page.symbol = symbol?.name;
    const load = symbol?.methods.get('ngOnInit')?.[0];
    for (const fn of [load, symbol?.constructors[0]]) {
      if (fn)
        this.#linker.graph.edge({
          source: page,
          target: this.#linker.graph.function(fn),
          kind: 'handles',
          rule: 'angular.route',
          confidence: 'certain',
        });
    }
  }

  /** The tables below a route: written in place, named, or loaded lazily from a routes file or a module. */
  #childTables(route: Location): Location[] {
    const children = propertyOf(route, 'children');
    if (children.node !== 0) return this.#tablesFrom(children);
    const lazy = propertyOf(route, 'loadChildren');
    return lazy.node === 0 ? [] : this.#tablesFrom(this.#loaded(lazy));
  }

  /** What `() => import('./x').then((m) => m.Y)` loads; without `then`, the default export. */
  #loaded(at: Location): Location {
    const { tree } = at.file;
    const body = tree.kind(at.node) === Kind.Function ? tree.child(at.node, 3) : at.node;
    const call = this.#findImport({ file: at.file, node: body });
    if (call.node === 0) return call;
    const specifier = tree.text(tree.children(tree.child(call.node, 1))[0] ?? 0);
    const file = this.#linker.program.typescript.resolveModule(specifier, at.file);
    if (!file) return { file: at.file, node: 0 };
    return this.#exported(file, this.#pickedName({ file: at.file, node: body }) ?? 'default');
  }

  #findImport(at: Location): Location {
    const { tree } = at.file;
    if (tree.kind(at.node) === Kind.Call && tree.text(tree.child(at.node, 0)) === 'import') return at;
    for (const child of tree.children(at.node)) {
      const found = this.#findImport({ file: at.file, node: child });
      if (found.node !== 0) return found;
    }
    return { file: at.file, node: 0 };
  }

  #pickedName(at: Location): string | undefined {
    const { tree } = at.file;
    if (tree.kind(at.node) !== Kind.Call || tree.text(tree.child(at.node, 0)) !== 'then') return undefined;
    const lambda = tree.children(tree.child(at.node, 1))[0] ?? 0;
    const body = tree.child(lambda, 3);
    return tree.kind(body) === Kind.Member ? tree.text(body) : undefined;
  }

  #exported(file: SourceFile, name: string): Location {
    const binding = this.#linker.program.typescript.resolveExport(file, name);
    if (binding?.kind === 'type') return binding.symbol.declarations[0] ?? { file, node: 0 };
    if (binding?.kind === 'variable')
      return { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) };
    return binding?.kind === 'expression' ? binding.at : { file, node: 0 };
  }

  /** Tables an expression means: an array, a name for one, or a module class whose imports hold `forChild(table)`. */
  #tablesFrom(at: Location): Location[] {
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Array:
        return [at];
      case Kind.Cast:
        return this.#tablesFrom({ file: at.file, node: tree.child(at.node, 0) });
      case Kind.Identifier:
        return this.#tablesFrom(this.#exportedLocal(at));
      case Kind.Type:
        return this.#moduleTables(at, 0);
      default:
        return [];
    }
  }

  #exportedLocal(at: Location): Location {
    const binding = this.#linker.program.typescript.resolve(at.file.tree.text(at.node), at.file);
    if (binding?.kind === 'variable')
      return { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) };
    return { file: at.file, node: 0 };
  }

  #moduleTables(at: Location, depth: number): Location[] {
    const symbol = this.#linker.program.table.typeAt(at.file, at.node);
    if (!symbol || depth > 3) return [];
    const { tree } = at.file;
    const found: Location[] = [];
    const visit = (node: number): void => {
      if (tree.kind(node) === Kind.Call && /^(forChild|forRoot)$/.test(tree.text(tree.child(node, 0)))) {
        found.push(...this.#tablesFrom({ file: at.file, node: tree.children(tree.child(node, 1))[0] ?? 0 }));
      } else if (tree.kind(node) === Kind.Identifier) {
        const type = this.#linker.expressions.typeOf({ file: at.file, node });
        const inner = type.kind === 'static' && type.of.kind === 'project' ? type.of.symbol.declarations[0] : undefined;
        if (inner && inner.node !== at.node) found.push(...this.#moduleTables(inner, depth + 1));
      }
      for (const child of tree.children(node)) visit(child);
    };
    for (const attribute of tree.children(tree.child(at.node, 3))) {
      if (tree.text(attribute) === 'NgModule')
        visit(propertyOf({ file: at.file, node: tree.child(attribute, 0) }, 'imports').node);
    }
    return found;
  }
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}

/** `req.clone({ url: base + req.url })` in an interceptor puts a base path before every call of the front end. */
function findInterceptorBases(linker: Linker): void {
  for (const file of linker.program.files) {
    const { tree } = file;
    if (file.language !== 'typescript') continue;
    visitNodes(file, (node) => {
      if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'clone') return;
      const url = propertyOf({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 }, 'url');
      if (url.node === 0 || !isInInterceptor(linker, { file, node })) return;
      for (const { text } of linker.texts.valuesOf(url)) {
        const base = /^(.*?)\{[^{}]*\}$/.exec(text)?.[1];
        if (base !== undefined && base !== '' && !base.includes('{')) addBasePath(linker, file.root, base);
      }
    });
  }
}

function isInInterceptor(linker: Linker, at: Location): boolean {
  const fn = linker.program.table.enclosingFunction(at.file, at.node);
  if (!fn) return false;
  const { tree } = fn.file;
  const isMethod = fn.name === 'intercept';
  const parent = fn.file.parent(fn.node);
  const typed = tree.kind(parent) === Kind.Variable && tree.text(tree.child(parent, 1)) === 'HttpInterceptorFn';
  const byParameter = tree
    .children(tree.child(fn.node, 1))
    .some((parameter) => /^HttpRequest$/.test(tree.text(tree.child(parameter, 0))));
  return isMethod || typed || byParameter;
}
