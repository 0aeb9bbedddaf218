import type { Confidence } from '#protocol/graph.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, visitTree } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import { pushTo, type TypeSymbol } from '../symbols.ts';
import { type Type, UNKNOWN } from '../types.ts';

/** A page or control written in XAML. */
export interface XamlView {
  file: SourceFile;
  /** The UiTemplate node. */
  node: number;
  /** The class of `x:Class`. */
  symbol: TypeSymbol | undefined;
  provider: string;
}

/** What a data context is, and how sure that is. */
interface DataContext {
  type: Type;
  confidence: Confidence;
}

const MAX_DEPTH = 12;
const CONTEXT_PROPERTY = /^(?:DataContext|BindingContext)$/;
const VIEW_SUFFIX = /(?:View|Window|Page|Dialog|Control|Screen)$/;
const VIEW_MODEL = /(?:ViewModel|VM|Presenter)$/;
/** Containers that hand out an instance of their type argument. */
const SERVICE_LOCATION = /^(?:Get|Resolve|Create)\w*$/;

/** Finds out of which type the data context is at a place of a XAML file. */
export class DataContexts {
  readonly views: readonly XamlView[];
  readonly #linker: Linker;
  readonly #viewOf = new Map<TypeSymbol, XamlView>();
  readonly #assigned = new Map<TypeSymbol, Type[]>();
  readonly #uses = new Map<TypeSymbol, Location[]>();
  readonly #resources = new Map<string, Location[]>();
  readonly #names = new Map<SourceFile, Map<string, number>>();
  readonly #open = new Set<string>();

  constructor(linker: Linker) {
    this.#linker = linker;
    this.views = linker.program.files.flatMap((file) => this.#viewsIn(file));
    for (const view of this.views) if (view.symbol) this.#viewOf.set(view.symbol, view);
    for (const view of this.views) this.#index(view);
    if (this.#viewOf.size > 0)
      for (const file of linker.program.files) if (isCSharp(file)) this.#indexAssignments(file);
  }

  viewOf(symbol: TypeSymbol): XamlView | undefined {
    return this.#viewOf.get(symbol);
  }

  #viewsIn(file: SourceFile): XamlView[] {
    if (file.language !== 'xaml') return [];
    const { tree } = file;
    return tree.children(tree.root).map((node) => {
      const symbol = this.#linker.program.table.csharpTypes.get(`${tree.text(node)}/0`);
      const schema = tree.children(node).find((child) => tree.text(child) === 'xmlns') ?? 0;
      return { file, node, symbol, provider: tree.text(tree.child(schema, 0)) || 'WPF' };
    });
  }

  /** Notes what a file names: elements, resources, own controls. */
  #index({ file }: XamlView): void {
    const { tree } = file;
    const names = new Map<string, number>();
    this.#names.set(file, names);
    visitTree(file, (node) => {
      const name = tree.text(node);
      const value = tree.child(node, 0);
      if (tree.kind(node) === Kind.TemplateUse) {
        const used = this.typeNamed(name, { file, node });
        if (used && tree.start(node) !== tree.start(file.parent(node))) pushTo(this.#uses, used, { file, node });
      } else if (tree.kind(node) === Kind.TemplateBinding && name === 'x:Name')
        names.set(tree.text(value), file.parent(node));
      else if (tree.kind(node) === Kind.TemplateBinding && name === 'x:Key') {
        pushTo(this.#resources, `${file.root}\0${tree.text(value)}`, { file, node: tree.child(value, 0) });
      }
    });
  }

  /** `DataContext = new X()` in code behind, `window.DataContext = x`, `new View { DataContext = x }`. */
  #indexAssignments(file: SourceFile): void {
    const { tree } = file;
    visitTree(file, (node) => {
      const kind = tree.kind(node);
      const isAssign = kind === Kind.Assign;
      if (!isAssign && kind !== Kind.Property) return;
      if (!CONTEXT_PROPERTY.test(tree.text(isAssign ? tree.child(node, 0) : node))) return;
      const owner = isAssign
        ? this.#assignedOwner({ file, node: tree.child(node, 0) })
        : this.#initialisedOwner({ file, node });
      if (!owner || !this.#viewOf.has(owner)) return;
      const type = this.#typeOfValue({ file, node: tree.child(node, isAssign ? 1 : 0) });
      if (type.kind === 'project') pushTo(this.#assigned, owner, type);
    });
  }

  #assignedOwner(left: Location): TypeSymbol | undefined {
    const { program, expressions } = this.#linker;
    if (left.file.tree.kind(left.node) === Kind.Identifier) return program.table.enclosingType(left.file, left.node);
    const on = expressions.typeOf(expressions.child(left, 0));
    return on.kind === 'project' ? on.symbol : undefined;
  }

  #initialisedOwner(property: Location): TypeSymbol | undefined {
    const { file } = property;
    const created = file.parent(file.parent(property.node));
    if (file.tree.kind(created) !== Kind.New) return undefined;
    const type = this.#linker.expressions.typeOf({ file, node: created });
    return type.kind === 'project' ? type.symbol : undefined;
  }

  #typeOfValue(at: Location): Type {
    const { tree } = at.file;
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind === 'project' || tree.kind(at.node) !== Kind.Call) return type;
    const written = tree.children(tree.child(at.node, 2));
    if (written.length !== 1 || !SERVICE_LOCATION.test(tree.text(tree.child(at.node, 0)))) return type;
    return this.#linker.program.typeFromReference({ file: at.file, node: written[0] ?? 0 });
  }

  /** The C# type a name in XAML means; a short name must be unique in its root. */
  typeNamed(name: string, at: Location): TypeSymbol | undefined {
    const { table, csharp } = this.#linker.program;
    if (name.includes('.')) return csharp.resolveType(name, 0, at);
    const found = (table.csharpByShortName.get(name) ?? []).filter(
      (symbol) =>
        !symbol.container && symbol.typeParameters.length === 0 && symbol.declarations[0]?.file.root === at.file.root,
    );
    return found.length === 1 ? found[0] : undefined;
  }

  /** The data context at a node of a XAML file, undefined when it cannot be told. */
  at(place: Location): DataContext | undefined {
    const scope = place.file.enclosing(place.node, Kind.List, Kind.UiTemplate);
    const key = `${place.file.index}:${scope}`;
    if (scope === 0 || this.#open.has(key) || this.#open.size > MAX_DEPTH) return undefined;
    this.#open.add(key);
    try {
      return this.#ofScope({ file: place.file, node: scope });
    } finally {
      this.#open.delete(key);
    }
  }

  #ofScope(scope: Location): DataContext | undefined {
    const { tree } = scope.file;
    const isRoot = tree.kind(scope.node) === Kind.UiTemplate;
    const bound = this.#binding(scope, 'x:DataType') ?? this.#binding(scope, 'DataContext');
    if (bound) return bound;
    const isUnknown = tree
      .children(scope.node)
      .some((node) => tree.kind(node) === Kind.TemplateBinding && tree.text(node) === 'DataContext');
    const outer = isRoot ? this.#ofView(scope) : undefined;
    if (outer) return outer;
    const design = this.#binding(scope, 'd:DataContext');
    if (design) return { ...design, confidence: 'likely' };
    if (isRoot) return this.#byConvention(scope);
    return isUnknown ? undefined : this.at({ file: scope.file, node: scope.file.parent(scope.node) });
  }

  #binding(scope: Location, property: string): DataContext | undefined {
    const { file, node } = scope;
    const { tree } = file;
    const binding = tree
      .children(node)
      .find((child) => tree.kind(child) === Kind.TemplateBinding && tree.text(child) === property);
    if (binding === undefined) return undefined;
    return this.typeOf({ file, node: tree.child(binding, 0) }, { file, node: file.parent(node) });
  }

  /** What code behind, the base class or the place where the view is used say. */
  #ofView({ file, node }: Location): DataContext | undefined {
    const symbol = this.views.find((view) => view.file === file && view.node === node)?.symbol;
    if (!symbol) return undefined;
    const assigned = onlyType(this.#assigned.get(symbol) ?? []);
    if (assigned) return { type: assigned, confidence: 'certain' };
    const { program } = this.#linker;
    const args = program
      .lineage(program.selfType(symbol))
      .flatMap((at) => (at.kind === 'project' || at.kind === 'external' ? at.args : []));
    const models = args.filter((type) => type.kind === 'project' && VIEW_MODEL.test(type.symbol.name));
    const model = onlyType(models);
    return model ? { type: model, confidence: 'likely' } : this.#ofUses(symbol);
  }

  #ofUses(symbol: TypeSymbol): DataContext | undefined {
    const contexts = (this.#uses.get(symbol) ?? []).map((use) => this.at(use));
    const type = onlyType(contexts.flatMap((context) => context?.type ?? []));
    if (!type) return undefined;
    const isSure = contexts.every((context) => context?.confidence === 'certain');
    return { type, confidence: isSure ? 'certain' : 'likely' };
  }

  /**
   * `Views.MainView` and `Views.MainWindow` have a `ViewModels.MainViewModel`, as Prism's locator finds it; elsewhere
   * one of that name, when only one class is called so.
   */
  #byConvention(scope: Location): DataContext | undefined {
    const { tree } = scope.file;
    const view = tree.text(scope.node);
    const dot = view.lastIndexOf('.');
    const name = view.slice(dot + 1);
    if (name === '') return undefined;
    const isWired = tree.children(scope.node).some((node) => tree.text(node) === 'ViewModelLocator');
    const names = [
      ...new Set([`${name.replace(/(?<=.)View$/, '')}ViewModel`, `${name.replace(VIEW_SUFFIX, '')}ViewModel`]),
    ];
    const namespace = view.slice(0, Math.max(dot, 0));
    const near = [
      namespace.replace(/(^|\.)(?:Views|Pages|Windows)(?=\.|$)/, '$1ViewModels'),
      namespace,
      `${namespace}.ViewModels`,
    ];
    const { csharpTypes } = this.#linker.program.table;
    for (const model of names) {
      const symbol =
        near.map((space) => csharpTypes.get(`${space}.${model}/0`)).find(Boolean) ?? this.typeNamed(model, scope);
      if (symbol) return { type: this.#linker.program.selfType(symbol), confidence: isWired ? 'certain' : 'likely' };
    }
    return undefined;
  }

  /**
   * The type of a lowered binding expression.
   * @param place where the binding stands: what `DataContext` means
   */
  typeOf(at: Location, place: Location): DataContext | undefined {
    const { tree } = at.file;
    const text = tree.text(at.node);
    switch (tree.kind(at.node)) {
      case Kind.This:
        return this.#certain(this.#classOf(at.file));
      case Kind.TypeRef:
        return this.#certain(this.typeNamed(text, at));
      case Kind.New:
        return this.typeOf({ file: at.file, node: tree.child(at.node, 0) }, place);
      case Kind.Identifier:
        return text.startsWith('#') ? this.#element(text.slice(1), at.file) : this.at(place);
      case Kind.Index:
        return this.#indexed(at, place);
      case Kind.Member:
        return this.#member(at, place);
      default:
        return undefined;
    }
  }

  #certain(symbol: TypeSymbol | undefined): DataContext | undefined {
    return symbol && { type: this.#linker.program.selfType(symbol), confidence: 'certain' };
  }

  #classOf(file: SourceFile): TypeSymbol | undefined {
    return this.views.find((view) => view.file === file)?.symbol;
  }

  /** The root element is the class itself; what other elements are is not followed. */
  #element(name: string, file: SourceFile): DataContext | undefined {
    const root = this.views.find((view) => view.file === file);
    const { tree } = file;
    const isRoot = root && tree.children(root.node).find((node) => tree.text(node) === 'x:Name');
    return root &&
      isRoot !== undefined &&
      tree.start(isRoot) === tree.start(root.node) &&
      tree.text(tree.child(isRoot, 0)) === name
      ? this.#certain(root.symbol)
      : undefined;
  }

  #indexed(at: Location, place: Location): DataContext | undefined {
    const { file } = at;
    const { tree } = file;
    const object = tree.child(at.node, 0);
    if (tree.text(object) === 'Resources' && tree.kind(tree.child(at.node, 1)) === Kind.String) {
      return this.#resource(tree.text(tree.child(at.node, 1)), at);
    }
    const items = this.typeOf({ file, node: object }, place);
    if (!items) return undefined;
    const type = this.#linker.expressions.elementOf(items.type, this.#csharpFile() ?? file);
    return type.kind === 'unknown' ? undefined : { type, confidence: items.confidence };
  }

  #csharpFile(): SourceFile | undefined {
    return this.#linker.program.files.find(isCSharp);
  }

  #resource(key: string, at: Location): DataContext | undefined {
    const all = this.#resources.get(`${at.file.root}\0${key}`) ?? [];
    const own = all.filter(({ file }) => file === at.file);
    const found = (own.length > 0 ? own : all).flatMap((resource) => this.typeOf(resource, resource)?.type ?? []);
    const type = onlyType(found);
    return type && { type, confidence: 'certain' };
  }

  #member(at: Location, place: Location): DataContext | undefined {
    const { file } = at;
    const object = { file, node: file.tree.child(at.node, 0) };
    const name = file.tree.text(at.node);
    if (CONTEXT_PROPERTY.test(name)) return this.#contextOf(object, place);
    const on = this.typeOf(object, place);
    const type = on && this.memberType(on.type, name);
    return on && type && type.kind !== 'unknown' ? { type, confidence: on.confidence } : undefined;
  }

  /** `DataContext` of a named element, of the page, or of another view's class. */
  #contextOf(object: Location, place: Location): DataContext | undefined {
    const { file } = object;
    const text = file.tree.text(object.node);
    if (file.tree.kind(object.node) === Kind.Identifier && text.startsWith('#')) {
      const scope = this.#names.get(file)?.get(text.slice(1));
      return scope === undefined ? undefined : this.at({ file, node: scope });
    }
    const on = this.typeOf(object, place);
    const view = on?.type.kind === 'project' ? this.#viewOf.get(on.type.symbol) : undefined;
    return view && this.at({ file: view.file, node: view.node });
  }

  /** The type of a property; `[ObservableProperty] X _name` declares `Name`. */
  memberType(on: Type, name: string): Type {
    if (on.kind !== 'project') return UNKNOWN;
    const declaration = on.symbol.declarations[0];
    if (!declaration) return UNKNOWN;
    const { expressions, program } = this.#linker;
    const type = expressions.memberType(on, name, declaration);
    if (type.kind !== 'unknown') return type;
    const camel = name.charAt(0).toLowerCase() + name.slice(1);
    for (const field of [camel, `_${camel}`, `m_${camel}`]) {
      const member = program.member(on, field);
      if (member?.kind === 'field') return expressions.memberType(on, field, declaration);
    }
    return UNKNOWN;
  }
}

/** The type all are, undefined when they differ or there is none. */
function onlyType(types: readonly Type[]): Type | undefined {
  const symbols = new Set(types.map((type) => (type.kind === 'project' ? type.symbol : type)));
  return symbols.size === 1 ? types[0] : undefined;
}
