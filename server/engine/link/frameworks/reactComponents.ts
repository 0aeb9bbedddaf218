import { Kind } from '../../lower/tree.ts';
import { visitNodes } from '../linker.ts';
import type { Program } from '../program.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import { type FunctionSymbol, pushTo, type TypeSymbol } from '../symbols.ts';
import type { ModuleBinding } from '../typescriptNames.ts';

/** A component of the scanned code: a function or a class. */
export type Component = { kind: 'function'; symbol: FunctionSymbol } | { kind: 'class'; symbol: TypeSymbol };

/** What a tag stands for. */
export type Tag = Component | { kind: 'library'; name: string };

const MAX_DEPTH = 12;
const DEFAULT_EXPORT = 'default';
const CONNECT = /^react-redux#(connect|default\.connect)$/;
const COMPOSE = /#(default\.)?(compose|flowRight|flow|pipe)$/;

/** Finds the components that names and tags mean, through imports and wrapping functions such as `memo(X)`. */
export class ReactComponents {
  readonly #program: Program;
  readonly #rendered = new Map<FunctionSymbol | TypeSymbol, Location[]>();
  readonly #connected = new Map<FunctionSymbol | TypeSymbol, Location[]>();
  /** `Context.Provider` elements by the place where the context is created. */
  readonly #providers = new Map<string, Location[]>();

  constructor(program: Program) {
    this.#program = program;
    for (const file of program.files) if (isScript(file)) this.#index(file);
  }

  /** The elements that render a component. */
  sitesOf(component: Component): readonly Location[] {
    return this.#rendered.get(component.symbol) ?? [];
  }

  /** The calls of `connect` that give props to a component. */
  connectionsOf(component: Component): readonly Location[] {
    return this.#connected.get(component.symbol) ?? [];
  }

  /** The provider elements of a context. */
  providersOf(context: Location): readonly Location[] {
    const created = this.#declarationOf(context, 0);
    return created === undefined ? [] : (this.#providers.get(keyOf(created)) ?? []);
  }

  /** The component whose first parameter a parameter is, when it is known to be one. */
  componentOfParameter(parameter: Location): Component | undefined {
    const { file, node } = parameter;
    const { tree } = file;
    const list = file.parent(node);
    const fn = file.parent(list);
    if (tree.kind(fn) !== Kind.Function || tree.child(fn, 1) !== list || tree.children(list)[0] !== node)
      return undefined;
    const symbol = this.#program.table.functionAt(file, fn);
    if (!symbol || !(this.#rendered.has(symbol) || this.#connected.has(symbol))) return undefined;
    return { kind: 'function', symbol };
  }

  /** What an expression means as a component: a tag's name, a route's `component`, an argument of `memo`. */
  resolve(at: Location, depth = 0): Tag | undefined {
    if (at.node === 0 || depth > MAX_DEPTH) return undefined;
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Identifier:
        return this.#named(at, depth + 1);
      case Kind.Member:
        return this.#member(at, depth + 1);
      case Kind.Function:
        return { kind: 'function', symbol: this.#program.lambdaOf(at) };
      case Kind.Type:
        return this.#class(this.#program.table.typeAt(at.file, at.node));
      case Kind.Call:
        return this.#wrapped(at, depth + 1);
      case Kind.Cast:
      case Kind.Assign:
        return this.resolve(
          { file: at.file, node: tree.child(at.node, tree.kind(at.node) === Kind.Cast ? 0 : 1) },
          depth + 1,
        );
      case Kind.JsxElement:
        return this.resolve({ file: at.file, node: tree.child(at.node, 0) }, depth + 1);
      default:
        return undefined;
    }
  }

  /** Own component a tag or expression means, undefined for library components. */
  own(at: Location): Component | undefined {
    const tag = this.resolve(at);
    return tag === undefined || tag.kind === 'library' ? undefined : tag;
  }

  #named(at: Location, depth: number): Tag | undefined {
    const { file } = at;
    const name = file.tree.text(at.node);
    const local = file.findLocal(name, at.node);
    if (local !== 0 && local !== at.node) return this.#declared({ file, node: local }, depth);
    const binding = this.#program.typescript.resolve(name, file);
    return binding ? this.#bound(binding, depth) : undefined;
  }

  #declared(at: Location, depth: number): Tag | undefined {
    const { tree } = at.file;
    if (tree.kind(at.node) !== Kind.Variable)
      return tree.kind(at.node) === Kind.Param ? undefined : this.resolve(at, depth);
    return this.resolve({ file: at.file, node: tree.child(at.node, 2) }, depth);
  }

  #bound(binding: ModuleBinding, depth: number): Tag | undefined {
    switch (binding.kind) {
      case 'type':
        return this.#class(binding.symbol);
      case 'function':
        return { kind: 'function', symbol: binding.symbol };
      case 'variable':
        return this.#declared(binding.at, depth);
      case 'expression':
        return this.resolve(binding.at, depth);
      case 'external':
        return { kind: 'library', name: binding.name };
      case 'external_module':
        return { kind: 'library', name: `${binding.name}#${DEFAULT_EXPORT}` };
      case 'module':
        return undefined;
    }
  }

  #class(symbol: TypeSymbol | undefined): Tag | undefined {
    return symbol ? { kind: 'class', symbol } : undefined;
  }

  /** `Module.Component`, `Parent.Child` assigned to the parent, `styled.button`. */
  #member(at: Location, depth: number): Tag | undefined {
    const { tree } = at.file;
    const name = tree.text(at.node);
    const object = { file: at.file, node: tree.child(at.node, 0) };
    if (tree.kind(object.node) === Kind.Identifier && at.file.findLocal(tree.text(object.node), object.node) === 0) {
      const binding = this.#program.typescript.resolve(tree.text(object.node), at.file);
      if (binding?.kind === 'external_module') return { kind: 'library', name: `${binding.name}#${name}` };
      if (binding?.kind === 'module') {
        const exported = this.#program.typescript.resolveExport(binding.file, name);
        return exported ? this.#bound(exported, depth) : undefined;
      }
    }
    const parent = this.resolve(object, depth);
    return parent?.kind === 'library' ? { kind: 'library', name: `${parent.name}.${name}` } : undefined;
  }

  /** `memo(X)`, `connect(…)(X)`, `withRouter(X)`, `styled(X)`, `lazy(() => import('./X'))`, `forwardRef((props) => …)`. */
  #wrapped(at: Location, depth: number): Tag | undefined {
    const { tree } = at.file;
    const args = tree.children(tree.child(at.node, 1));
    const imported = this.#imported({ file: at.file, node: args[0] ?? 0 }, DEFAULT_EXPORT);
    if (imported) return this.#bound(imported, depth);
    for (const node of args) {
      const kind = tree.kind(node);
      if (kind !== Kind.Identifier && kind !== Kind.Function && kind !== Kind.Call && kind !== Kind.Member) continue;
      const inner = this.resolve({ file: at.file, node }, depth);
      if (inner && (inner.kind !== 'library' || /^[A-Z]/.test(lastName(inner.name)))) return inner;
    }
    const callee = this.resolve({ file: at.file, node: tree.child(at.node, 0) }, depth);
    return callee?.kind === 'library' || tree.kind(tree.child(at.node, 0)) === Kind.Call ? callee : undefined;
  }

  /** The component that `() => import('./page')` loads: the named export, else the default one. */
  loaded(at: Location, name: string): Component | undefined {
    const binding = this.#imported(at, name) ?? this.#imported(at, DEFAULT_EXPORT);
    const tag = binding ? this.#bound(binding, 0) : undefined;
    return tag === undefined || tag.kind === 'library' ? undefined : tag;
  }

  #imported(lambda: Location, name: string): ModuleBinding | undefined {
    const { file } = lambda;
    const { tree } = file;
    const body = tree.kind(lambda.node) === Kind.Function ? tree.child(lambda.node, 3) : 0;
    const call = body === 0 ? 0 : importIn(file, body);
    if (call === 0) return undefined;
    const specifier = tree.text(tree.children(tree.child(call, 1))[0] ?? 0);
    const module = this.#program.typescript.resolveModule(specifier, file);
    return module ? this.#program.typescript.resolveExport(module, pickedExport(file, body) ?? name) : undefined;
  }

  #index(file: SourceFile): void {
    const { tree } = file;
    const usesRedux = [...(this.#program.table.modules.get(file)?.imports.values() ?? [])].some(
      (item) => item.module === 'react-redux',
    );
    visitNodes(file, (node) => {
      const kind = tree.kind(node);
      if (kind === Kind.JsxElement && tree.child(node, 0) !== 0) this.#indexElement({ file, node });
      else if (kind === Kind.Call && usesRedux) this.#indexConnection({ file, node });
    });
  }

  #indexElement(at: Location): void {
    const { tree } = at.file;
    const tag = { file: at.file, node: tree.child(at.node, 0) };
    if (tree.kind(tag.node) === Kind.Member && tree.text(tag.node) === 'Provider') {
      const created = this.#declarationOf({ file: at.file, node: tree.child(tag.node, 0) }, 0);
      if (created) pushTo(this.#providers, keyOf(created), at);
    }
    const component = this.own(tag);
    if (component) pushTo(this.#rendered, component.symbol, at);
  }

  /** `connect(a, b)(X)`, `connector(X)` with `connector = connect(a, b)`, `compose(connect(a, b), …)(X)`. */
  #indexConnection(at: Location): void {
    const { tree } = at.file;
    const argument = tree.children(tree.child(at.node, 1))[0] ?? 0;
    if (argument === 0) return;
    const connections = this.#connectionsIn({ file: at.file, node: tree.child(at.node, 0) }, 0);
    const component = connections.length === 0 ? undefined : this.own({ file: at.file, node: argument });
    if (component) for (const connection of connections) pushTo(this.#connected, component.symbol, connection);
  }

  #connectionsIn(callee: Location, depth: number): Location[] {
    const { tree } = callee.file;
    const expression = this.#declarationOf(callee, depth) ?? callee;
    if (depth > 3 || expression.file.tree.kind(expression.node) !== Kind.Call) return [];
    const of = this.resolve({ file: expression.file, node: expression.file.tree.child(expression.node, 0) });
    if (of?.kind !== 'library') return [];
    if (CONNECT.test(of.name)) return [expression];
    if (!COMPOSE.test(of.name)) return [];
    const args = expression.file.tree.children(expression.file.tree.child(expression.node, 1));
    return tree === expression.file.tree
      ? args.flatMap((node) => this.#connectionsIn({ file: expression.file, node }, depth + 1))
      : [];
  }

  /** The initialiser of the variable a name means. */
  #declarationOf(at: Location, depth: number): Location | undefined {
    const { file } = at;
    if (file.tree.kind(at.node) !== Kind.Identifier || depth > MAX_DEPTH) return undefined;
    const name = file.tree.text(at.node);
    const local = file.findLocal(name, at.node);
    if (local !== 0)
      return file.tree.kind(local) === Kind.Variable ? { file, node: file.tree.child(local, 2) } : undefined;
    const binding = this.#program.typescript.resolve(name, file);
    if (binding?.kind === 'expression') return binding.at;
    return binding?.kind === 'variable'
      ? { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) }
      : undefined;
  }
}

/** Whether a file is TypeScript or JavaScript. */
export function isScript(file: SourceFile): boolean {
  return file.language === 'tsx' || file.language === 'javascript' || file.language === 'typescript';
}

function lastName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('#'), name.lastIndexOf('.')) + 1);
}

/** The `import('…')` call in an expression, 0 when there is none. */
function importIn(file: SourceFile, node: number): number {
  const { tree } = file;
  if (tree.kind(node) === Kind.Call && tree.text(tree.child(node, 0)) === 'import') return node;
  for (const child of tree.children(node)) {
    const found = importIn(file, child);
    if (found !== 0) return found;
  }
  return 0;
}

/** The export that `.then((m) => ({ default: m.X }))` or `.then((m) => m.X)` picks of a loaded module, if it does. */
function pickedExport(file: SourceFile, body: number): string | undefined {
  const { tree } = file;
  if (tree.kind(body) !== Kind.Call || tree.text(tree.child(body, 0)) !== 'then') return undefined;
  const lambda = tree.children(tree.child(body, 1))[0] ?? 0;
  const value = tree.child(lambda, 3);
  const property = tree.kind(value) === Kind.Object ? tree.child(tree.children(value)[0] ?? 0, 0) : value;
  return tree.kind(property) === Kind.Member ? tree.text(property) : undefined;
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}
