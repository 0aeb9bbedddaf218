import type { DraftNode } from '../../graph/graphBuilder.ts';
import { attributesOf, findAttribute } from '../attributes.ts';
import type { Linker } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import type { SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { plainParameters } from './aspnetRoutes.ts';
import { pageBindings, razorClass } from './blazor.ts';
import type { Framework } from './framework.ts';
import { FormFinder } from './razorForms.ts';

const PROVIDER = 'Razor Pages';

const PARAMETERS = 1;
const HANDLER = /^On(Get|Post|Put|Delete|Patch|Head|Options)([A-Z]\w*?)?(?:Async)?$/;

/** A Razor page and the class with its handlers. */
export interface RazorPage {
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

function handles(linker: Linker, source: DraftNode, fn: FunctionSymbol, rule: string): void {
  linker.graph.edge({ source, target: linker.graph.function(fn), kind: 'handles', rule, confidence: 'certain' });
}
