import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';

const SHOW = /^(?:Show|ShowDialog|ShowAsync|Activate)$/;
const NAVIGATE =
  /^(?:Navigate|NavigateTo|NavigateAsync|PushAsync|PushModalAsync|GoToAsync|ShowDialog|RequestNavigate)$/;

/** Draws an edge from every function that opens a page to that page. */
export function findNavigation(linker: Linker, pages: ReadonlyMap<TypeSymbol, DraftNode>): void {
  if (pages.size === 0) return;
  const routes = new PageRoutes(linker, pages);
  for (const file of linker.program.files) {
    if (!isCSharp(file)) continue;
    visitNodes(file, (node) => {
      if (file.tree.kind(node) !== Kind.Call) return;
      const at = { file, node };
      const caller = linker.program.table.enclosingFunction(file, node);
      const page = caller && (routes.shown(at) ?? routes.navigated(at));
      if (!caller || !page) return;
      const { graph } = linker;
      graph.edge({
        source: graph.function(caller),
        target: page,
        kind: 'navigates',
        rule: 'xaml.navigation',
        confidence: 'certain',
        at,
      });
    });
  }
}

/** Finds the page a call opens. */
class PageRoutes {
  readonly #linker: Linker;
  readonly #pages: ReadonlyMap<TypeSymbol, DraftNode>;
  /** Routes of MAUI's shell by name, and pages by class name. */
  readonly #named = new Map<string, DraftNode>();

  constructor(linker: Linker, pages: ReadonlyMap<TypeSymbol, DraftNode>) {
    this.#linker = linker;
    this.#pages = pages;
    for (const [symbol, page] of pages) this.#named.set(symbol.name, page);
    for (const file of linker.program.files) {
      if (!isCSharp(file)) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call && file.tree.text(file.tree.child(node, 0)) === 'RegisterRoute')
          this.#register({ file, node });
      });
    }
  }

  /** `Routing.RegisterRoute("details", typeof(DetailsPage))`. */
  #register(at: Location): void {
    const [name, type] = this.#argumentsOf(at);
    const route = name && this.#linker.texts.exactText(name);
    const page = type && this.#ofArgument(type);
    if (route !== undefined && page) this.#named.set(route, page);
  }

  #argumentsOf(at: Location): Location[] {
    const { tree } = at.file;
    return tree.children(tree.child(at.node, 1)).map((node) => ({ file: at.file, node }));
  }

  /** `new DetailsWindow().Show()`. */
  shown(at: Location): DraftNode | undefined {
    const { file } = at;
    const callee = file.tree.child(at.node, 0);
    if (file.tree.kind(callee) !== Kind.Member || !SHOW.test(file.tree.text(callee))) return undefined;
    return this.#ofType({ file, node: file.tree.child(callee, 0) });
  }

  /** `Navigate(new DetailsPage())`, `Navigate<DetailsPage>()`, `Navigate(typeof(…))`, `GoToAsync("details")`. */
  navigated(at: Location): DraftNode | undefined {
    const { file } = at;
    const { tree } = file;
    if (!NAVIGATE.test(tree.text(tree.child(at.node, 0)))) return undefined;
    for (const node of tree.children(tree.child(at.node, 2))) {
      const page = this.#ofReference({ file, node });
      if (page) return page;
    }
    for (const argument of this.#argumentsOf(at)) {
      const page = this.#ofArgument(argument) ?? this.#ofRoute(argument);
      if (page) return page;
    }
    return undefined;
  }

  #ofReference(at: Location): DraftNode | undefined {
    const type = this.#linker.program.typeFromReference(at);
    return type.kind === 'project' ? this.#pages.get(type.symbol) : undefined;
  }

  #ofArgument(at: Location): DraftNode | undefined {
    const { file } = at;
    const { tree } = file;
    if (tree.kind(at.node) === Kind.Call && tree.text(tree.child(at.node, 0)) === 'typeof') {
      return this.#ofReference({ file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 });
    }
    return tree.kind(at.node) === Kind.TypeRef ? this.#ofReference(at) : this.#ofType(at);
  }

  #ofType(at: Location): DraftNode | undefined {
    const type = this.#linker.expressions.typeOf(at);
    return type.kind === 'project' ? this.#pages.get(type.symbol) : undefined;
  }

  /** `//main/details?id=3` and `Views/DetailsPage.xaml`. */
  #ofRoute(at: Location): DraftNode | undefined {
    const text = this.#textOf(at);
    const last = text
      ?.split('?')[0]
      ?.split('/')
      .at(-1)
      ?.replace(/\.xaml$/, '');
    return last === undefined ? undefined : this.#named.get(last);
  }

  #textOf(at: Location): string | undefined {
    const { tree } = at.file;
    const isUri = tree.kind(at.node) === Kind.New && tree.text(tree.child(at.node, 0)) === 'Uri';
    const node = isUri ? (tree.children(tree.child(at.node, 1))[0] ?? 0) : at.node;
    return this.#linker.texts.valuesOf({ file: at.file, node })[0]?.text;
  }
}
