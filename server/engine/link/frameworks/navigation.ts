import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { propertyIn } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import { parseRoute, parseUrl, scoreOf } from '../urlPaths.ts';
import type { Framework } from './framework.ts';
import { isScript, ReactComponents } from './reactComponents.ts';

const RULE = 'navigation';
/** Functions and hooks' results that go to the page named by an argument. */
const FUNCTIONS = new Set([
  'react-router#NavigateFunction',
  'react-router-dom#redirect',
  'react-router#redirect',
  'next/navigation#redirect',
  'next/navigation#permanentRedirect',
  '@tanstack/react-router#NavigateFunction',
  '@tanstack/react-router#redirect',
]);
/** Types whose methods go to a page. */
const METHODS = new Map([
  ['history#History', /^(push|replace)$/],
  ['next/router#NextRouter', /^(push|replace)$/],
  ['@tanstack/react-router#Router', /^navigate$/],
  ['@angular/router#Router', /^navigate(ByUrl)?$/],
]);
/** Elements that go to a page, and the attribute that says which. */
const LINKS = new Map([
  ['react-router-dom#Link', 'to'],
  ['react-router-dom#NavLink', 'to'],
  ['react-router-dom#Navigate', 'to'],
  ['react-router-dom#Redirect', 'to'],
  ['react-router#Link', 'to'],
  ['react-router#NavLink', 'to'],
  ['react-router#Navigate', 'to'],
  ['react-router#Redirect', 'to'],
  ['@tanstack/react-router#Link', 'to'],
  ['wouter#Link', 'href'],
  ['next/link#default', 'href'],
  ['gatsby#Link', 'to'],
]);

/** Which function leads to which page: links, `navigate('/x')`, `router.push('/x')`, `redirect('/x')`, `routerLink`. */
export const navigation: Framework = {
  name: 'navigation',
  finish(linker) {
    const pages = linker.graph.operations.filter(({ kind, file }) => kind === 'ui_page' && !isCSharp(file));
    if (pages.length === 0) return;
    const finder = new NavigationFinder(linker, pages);
    for (const file of linker.program.files) finder.find(file);
  },
};

class NavigationFinder {
  readonly #linker: Linker;
  readonly #pages: readonly DraftNode[];
  readonly #components: ReactComponents;

  constructor(linker: Linker, pages: readonly DraftNode[]) {
    this.#linker = linker;
    this.#pages = pages;
    this.#components = new ReactComponents(linker.program);
  }

  find(file: SourceFile): void {
    const { tree } = file;
    const isTemplate = this.#linker.expressions.templateOwners.has(file);
    if (!isScript(file) && !isTemplate) return;
    visitNodes(file, (node) => {
      const at = { file, node };
      const kind = tree.kind(node);
      if (kind === Kind.Call) this.#visitCall(at);
      else if (kind === Kind.JsxElement && tree.child(node, 0) !== 0) this.#visitElement(at);
      else if (kind === Kind.TemplateBinding && tree.text(node) === 'routerLink') this.#visitRouterLink(at);
    });
  }

  #visitCall(at: Location): void {
    const { tree } = at.file;
    const [first = 0] = tree.children(tree.child(at.node, 1));
    if (first === 0) return;
    const call = this.#linker.expressions.calls.resolve(at);
    const { receiver } = call;
    const isFunction = FUNCTIONS.has(call.externalFunction);
    const type = receiver.kind === 'static' ? receiver.of : receiver;
    const isMethod = type.kind === 'external' && METHODS.get(type.name)?.test(call.name) === true;
    if (!isFunction && !isMethod) return;
    const source = this.#linker.program.table.enclosingFunction(at.file, at.node);
    if (source) this.#join(source, at, this.#targets({ file: at.file, node: first }));
  }

  #visitElement(at: Location): void {
    const { file } = at;
    const { tree } = file;
    const tag = this.#components.resolve({ file, node: tree.child(at.node, 0) });
    const name = tag?.kind === 'library' ? LINKS.get(tag.name.replace('#default.', '#')) : undefined;
    if (name === undefined) return;
    const attribute = tree
      .children(tree.child(at.node, 1))
      .find((child) => tree.kind(child) === Kind.JsxAttribute && tree.text(child) === name);
    const source = this.#linker.program.table.enclosingFunction(file, at.node);
    if (attribute !== undefined && source)
      this.#join(source, { file, node: attribute }, this.#targets({ file, node: tree.child(attribute, 0) }));
  }

  /** A `routerLink` in the template of a page leads from what runs when that page is opened. */
  #visitRouterLink(at: Location): void {
    const owner = this.#linker.expressions.templateOwner(at);
    const source = owner?.constructors[0] ?? owner?.methods.get('ngOnInit')?.[0];
    if (!source) return;
    const value = { file: at.file, node: at.file.tree.child(at.node, 0) };
    this.#join(source, at, this.#targets(value));
  }

  /** The absolute paths an argument can mean: a text, the segments of an array, `{ pathname }`, `{ to }`. */
  #targets(at: Location): string[] {
    const { tree } = at.file;
    if (at.node === 0) return [];
    if (tree.kind(at.node) === Kind.Array) {
      const parts = tree.children(at.node).map((node) => this.#segment({ file: at.file, node }));
      return [`/${parts.join('/')}`.replace(/\/{2,}/g, '/')];
    }
    for (const key of ['to', 'pathname', 'href']) {
      const value = propertyIn(this.#linker.expressions, at, key);
      if (value.node !== 0) return this.#targets(value);
    }
    return this.#linker.texts.valuesOf(at).map(({ text }) => text);
  }

  #segment(at: Location): string {
    const { texts } = this.#linker;
    return texts.valuesOf(at)[0]?.text ?? `{${texts.describe(at)}}`;
  }

  #join(source: FunctionSymbol, at: Location, urls: readonly string[]): void {
    const { graph, program } = this.#linker;
    for (const url of urls) {
      if (!url.startsWith('/')) continue;
      const pages = this.#pagesAt(url, at.file);
      for (const page of pages) {
        graph.edge({
          source: graph.function(program.countedTo(source)),
          target: page,
          kind: 'navigates',
          rule: RULE,
          confidence: pages.length === 1 ? 'certain' : 'possible',
          at,
          detail: `${url} is the page ${page.target ?? ''}`,
          candidates: pages
            .filter((other) => other !== page)
            .map((other) => ({ node: other, reason: 'a page with the same path' })),
        });
      }
    }
  }

  /** The pages a path leads to: the most specific route, of the application that lies closest. */
  #pagesAt(url: string, file: SourceFile): DraftNode[] {
    const path = parseUrl(url);
    const fitting = this.#pages.flatMap((page) => {
      const score = page.file.root === file.root ? scoreOf(path, parseRoute(pattern(page))) : undefined;
      return score === undefined ? [] : [{ page, score, shared: sharedFolders(page.file.path, file.path) }];
    });
    const best = fitting.reduce((most, { score }) => (score > most ? score : most), '');
    const specific = fitting.filter(({ score }) => score === best);
    const closest = Math.max(...specific.map(({ shared }) => shared));
    return specific.filter(({ shared }) => shared === closest).map(({ page }) => page);
  }
}

/** TanStack Router writes parameters as `$id`. */
function pattern(page: DraftNode): string {
  return (page.target ?? '').replace(/(^|\/)\$(\w+)/g, '$1:$2').replace(/(^|\/)\$$/, '$1*');
}

/** How many folders two paths have in common. */
function sharedFolders(a: string, b: string): number {
  const [left, right] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let count = 0;
  while (count < left.length && left[count] === right[count]) count++;
  return count;
}
