import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { attributesOf, findAttribute } from '../attributes.ts';
import { type Linker, visitTree } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { plainParameters } from './aspnetRoutes.ts';
import { pageBindings, razorClass } from './blazor.ts';
import type { Framework } from './framework.ts';

const PROVIDER = 'Razor Pages';
const PARAMETERS = 1;
const HANDLER = /^On(Get|Post|Put|Delete|Patch|Head|Options)([A-Z]\w*?)?(?:Async)?$/;

/** A Razor page and the class with its handlers. */
interface RazorPage {
  file: SourceFile;
  /** Path below `Pages`, with the area in front, without the extension: `Admin/Edit`. */
  path: string;
  model: TypeSymbol | undefined;
  handlers: PageHandler[];
}

interface PageHandler {
  fn: FunctionSymbol;
  method: string;
  /** The handler's name, '' for the one without. */
  name: string;
}

/** Razor Pages: routes of pages and their handlers; forms of pages and MVC views. */
export const razorPages: Framework = {
  name: 'razorPages',
  link(linker) {
    const views = linker.program.files.filter((file) => file.language === 'razor' && /\.cshtml$/i.test(file.path));
    if (views.length === 0) return;
    const pages = views.filter((file) => pageBindings(file).length > 0).map((file) => pageOf(linker, file));
    for (const page of pages) addPage(linker, page);
    const forms = new FormFinder(linker, pages);
    for (const file of views) forms.visit(file);
  },
};

function pageOf(linker: Linker, file: SourceFile): RazorPage {
  const own = razorClass(linker, file);
  const member = own && linker.program.member(linker.program.selfType(own), 'Model');
  const type = member?.kind === 'field' ? linker.expressions.fieldType(member.field) : undefined;
  const model = type?.kind === 'project' ? type.symbol : own;
  return { file, path: pagePath(file.path), model, handlers: model ? handlersOf(linker, model) : [] };
}

/** `Areas/Shop/Pages/Cart/Index.cshtml` is `Shop/Cart/Index`. */
function pagePath(path: string): string {
  const segments = path.replace(/\.cshtml$/i, '').split('/');
  const root = segments.findIndex((segment) => segment.toLowerCase() === 'pages');
  const isArea = root > 1 && segments[root - 2]?.toLowerCase() === 'areas';
  return [...(isArea ? [segments[root - 1] ?? ''] : []), ...segments.slice(root + 1)].join('/');
}

function handlersOf(linker: Linker, model: TypeSymbol): PageHandler[] {
  const { program } = linker;
  const handlers: PageHandler[] = [];
  const seen = new Set<string>();
  for (const type of program.lineage(program.selfType(model))) {
    if (type.kind !== 'project') continue;
    for (const fn of [...type.symbol.methods.values()].flat()) {
      const [, method, name = ''] = HANDLER.exec(fn.name) ?? [];
      if (method === undefined || fn.isStatic || seen.has(fn.name) || findAttribute(attributesOf(fn), 'NonHandler'))
        continue;
      seen.add(fn.name);
      handlers.push({ fn, method: method.toUpperCase(), name: name.replace(/Async$/, '') });
    }
  }
  return handlers;
}

/** The page's routes: its path, or that of the directive when it begins with a slash, with the template behind. */
function addPage(linker: Linker, page: RazorPage): void {
  const { file } = page;
  const base = page.path.replace(/(?:^|\/)Index$/i, '');
  for (const [index, node] of pageBindings(file).entries()) {
    const template = plainParameters(file.tree.text(file.tree.child(node, 0)));
    const route = /^~?\//.test(template) ? joinRoute('', template.replace(/^~/, '')) : joinRoute(base, template);
    const shown = route === '' ? '/' : route;
    const draft = linker.graph.operation({
      kind: 'ui_page',
      at: { file, node },
      target: shown,
      name: shown,
      provider: PROVIDER,
      rule: 'razor_pages.page',
    });
    draft.symbol = page.model?.qualifiedName;
    for (const { fn, method, name } of page.handlers)
      if (method === 'GET' && name === '') handles(linker, draft, fn, 'razor_pages.page');
    if (index === 0) for (const handler of page.handlers) addEndpoint(linker, handler, route);
  }
}

function addEndpoint(linker: Linker, handler: PageHandler, template: string): void {
  const { fn, method, name } = handler;
  const { file, node } = fn;
  const inRoute = /\{handler\??\}/i.test(template);
  const route = inRoute ? joinRoute('', template.replace(/\{handler\??\}/i, name)) : template;
  const target = name === '' || inRoute ? route : `${route}?handler=${name}`;
  const draft = linker.graph.operation({
    kind: 'api_endpoint',
    at: { file, node },
    start: file.tree.start(fn.nameNode),
    end: file.tree.end(file.tree.child(node, PARAMETERS)),
    name: `${method} /${target}`,
    target,
    method,
    provider: PROVIDER,
    rule: 'razor_pages.handler',
    within: fn,
  });
  handles(linker, draft, fn, 'razor_pages.handler');
  // A handler named in the query cannot be told from the others by its path.
  if (target === route) linker.facts.endpoints.push({ node: draft, method, route, globalPrefix: '', handlers: [fn] });
}

function handles(
  linker: Linker,
  source: DraftNode,
  fn: FunctionSymbol,
  rule: string,
  confidence: 'certain' | 'likely' = 'certain',
): void {
  linker.graph.edge({ source, target: linker.graph.function(fn), kind: 'handles', rule, confidence });
}

/** What a form is sent to. */
interface FormTarget {
  fn: FunctionSymbol | undefined;
  target: string;
  confidence: 'certain' | 'likely';
}

/** Finds forms and joins them with the handler or action they are sent to. */
class FormFinder {
  readonly #linker: Linker;
  readonly #pages: readonly RazorPage[];

  constructor(linker: Linker, pages: readonly RazorPage[]) {
    this.#linker = linker;
    this.#pages = pages;
  }

  visit(file: SourceFile): void {
    const { tree } = file;
    visitTree(file, (node) => {
      if (tree.kind(node) !== Kind.TemplateEvent || tree.kind(tree.child(node, 0)) !== Kind.Object) return;
      const found = this.#targetOf({ file, node });
      if (found) this.#add({ file, node }, found);
    });
  }

  #add(at: Location, { fn, target, confidence }: FormTarget): void {
    const { graph } = this.#linker;
    const action = graph.operation({
      kind: 'ui_action',
      at,
      target,
      name: `submit ${target}`,
      provider: PROVIDER,
      rule: 'razor.form',
    });
    if (fn) handles(this.#linker, action, fn, 'razor.form', confidence);
    else graph.unresolved(action, 'no_handler_found', 'no page handler or controller action of that name was found');
  }

  #targetOf({ file, node }: Location): FormTarget | undefined {
    const { tree } = file;
    const attributes = new Map(
      tree.children(tree.child(node, 0)).map((property) => [tree.text(property), tree.text(tree.child(property, 0))]),
    );
    if (attributes.has('action')) return undefined;
    const isTagHelper = [...attributes.keys()].some((name) => name.startsWith('asp-'));
    const method = (attributes.get('method') ?? (isTagHelper ? 'post' : 'get')).toUpperCase();
    const action = attributes.get('asp-action');
    if (action !== undefined) return this.#ofAction(file, method, action, attributes.get('asp-controller'));
    const page = this.#pageNamed(file, attributes);
    if (page) return this.#ofPage(page, method, attributes.get('asp-page-handler') ?? '');
    if (attributes.has('asp-page') || attributes.has('asp-route'))
      return { fn: undefined, target: attributes.get('asp-page') ?? 'inline', confidence: 'certain' };
    return this.#ofOwnAction(file, method);
  }

  /** The page a form names, or stands in. */
  #pageNamed(file: SourceFile, attributes: ReadonlyMap<string, string>): RazorPage | undefined {
    const named = attributes.get('asp-page');
    const own = this.#pages.find((page) => page.file === file);
    if (named === undefined || named === '') return own;
    const folder = own ? own.path.split('/').slice(0, -1).join('/') : '';
    const path = named.startsWith('/') ? named.slice(1) : resolve(folder, named);
    const area = attributes.get('asp-area') ?? '';
    const wanted = joinRoute(area, path).toLowerCase();
    return this.#pages.find((page) => page.file.root === file.root && page.path.toLowerCase() === wanted);
  }

  #ofPage(page: RazorPage, method: string, name: string): FormTarget {
    const handler = page.handlers.find(
      (candidate) => candidate.method === method && candidate.name.toLowerCase() === name.toLowerCase(),
    );
    return {
      fn: handler?.fn,
      target: handler?.fn.name ?? (name === '' ? method.toLowerCase() : name),
      confidence: 'certain',
    };
  }

  /** An action of the named controller, else of the one whose views these are. */
  #ofAction(file: SourceFile, method: string, action: string, controller: string | undefined): FormTarget {
    const name = controller ?? viewPlace(file)?.controller;
    const fn = name === undefined ? undefined : this.#action(file, method, action, name);
    return { fn, target: fn?.name ?? action, confidence: 'certain' };
  }

  /** A form without target is sent to the address of its page: by convention, the action named like the view. */
  #ofOwnAction(file: SourceFile, method: string): FormTarget | undefined {
    const place = viewPlace(file);
    const fn = place && this.#action(file, method, place.view, place.controller);
    return fn && { fn, target: fn.name, confidence: 'likely' };
  }

  #action(file: SourceFile, method: string, action: string, controller: string): FunctionSymbol | undefined {
    const functions = this.#linker.facts.endpoints
      .filter((endpoint) => endpoint.method === method || endpoint.method === 'ANY' || endpoint.method === '*')
      .flatMap((endpoint) => endpoint.handlers)
      .filter(
        (fn) => fn.file.root === file.root && fn.owner?.name.toLowerCase() === `${controller}controller`.toLowerCase(),
      )
      .filter(
        (fn) => fn.name.replace(/(?<=.)Async$/, '').toLowerCase() === action.replace(/(?<=.)Async$/, '').toLowerCase(),
      );
    const found = new Set(functions);
    return found.size === 1 ? functions[0] : undefined;
  }
}

/** `Views/Manage/ChangePassword.cshtml`: the controller and the action of a view. */
function viewPlace(file: SourceFile): { controller: string; view: string } | undefined {
  const [, controller, view] = /(?:^|\/)Views\/([^/]+)\/([^/]+)\.cshtml$/i.exec(file.path) ?? [];
  return controller === undefined || view === undefined || controller === 'Shared' ? undefined : { controller, view };
}

function resolve(folder: string, relative: string): string {
  const parts = folder.split('/').filter((part) => part !== '');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
