import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { RazorPage } from './razorPages.ts';

const PAGES = 'Razor Pages';
const MVC = 'ASP.NET Core MVC';

/** What a form is sent to. */
interface FormTarget {
  fn: FunctionSymbol | undefined;
  target: string;
  confidence: 'certain' | 'likely';
  provider: string;
}

/** Finds forms of pages and views and joins them with the handler or action they are sent to. */
export class FormFinder {
  readonly #linker: Linker;
  readonly #pages: readonly RazorPage[];

  constructor(linker: Linker, pages: readonly RazorPage[]) {
    this.#linker = linker;
    this.#pages = pages;
  }

  visit(file: SourceFile): void {
    const { tree } = file;
    visitNodes(file, (node) => {
      const at = { file, node };
      const kind = tree.kind(node);
      if (kind === Kind.TemplateEvent && tree.kind(tree.child(node, 0)) === Kind.Object)
        this.#add(at, this.#targetOf(at));
      else if (kind === Kind.Call && tree.text(tree.child(node, 0)) === 'BeginForm') this.#add(at, this.#begun(at));
    });
  }

  #add(at: Location, found: FormTarget | undefined): void {
    if (!found) return;
    const { fn, target, confidence, provider } = found;
    const { graph } = this.#linker;
    const rule = 'razor.form';
    const action = graph.operation({ kind: 'ui_action', at, target, name: `submit ${target}`, provider, rule });
    if (fn) graph.edge({ source: action, target: graph.function(fn), kind: 'handles', rule, confidence });
    else graph.unresolved(action, 'no_handler_found', 'no page handler or controller action of that name was found');
  }

  /** `<form asp-action="Save" method="post">`; the tag helper posts where no method is written. */
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
    const named = attributes.get('asp-page') ?? '';
    const page = this.#pageNamed(file, named, attributes.get('asp-area') ?? '');
    if (page) return ofPage(page, method, attributes.get('asp-page-handler') ?? '');
    if (named !== '') return { fn: undefined, target: named, confidence: 'certain', provider: PAGES };
    return this.#ofOwnAction(file, method);
  }

  /** `Html.BeginForm("Save", "Orders", FormMethod.Post)`. */
  #begun({ file, node }: Location): FormTarget | undefined {
    const { tree } = file;
    const callee = tree.child(node, 0);
    if (tree.kind(callee) !== Kind.Member || !/^(?:Html|Ajax)$/.test(tree.text(tree.child(callee, 0))))
      return undefined;
    const args = tree.children(tree.child(node, 1));
    const isGet = args.some((arg) => tree.text(arg) === 'Get' && tree.text(tree.child(arg, 0)) === 'FormMethod');
    const method = isGet ? 'GET' : 'POST';
    const [action, controller] = args.map((arg) => this.#linker.texts.exactText({ file, node: arg }));
    return action === undefined ? this.#ofOwnAction(file, method) : this.#ofAction(file, method, action, controller);
  }

  /** The page a form names, or stands in. */
  #pageNamed(file: SourceFile, named: string, area: string): RazorPage | undefined {
    const own = this.#pages.find((page) => page.file === file);
    if (named === '') return own;
    const folder = own ? own.path.split('/').slice(0, -1).join('/') : '';
    const path = named.startsWith('/') ? named.slice(1) : resolve(folder, named);
    const wanted = joinRoute(area, path).toLowerCase();
    const found = this.#pages.filter((page) => page.file.root === file.root && page.path.toLowerCase() === wanted);
    const near = found.length > 1 ? found.filter((page) => file.path.startsWith(projectOf(page))) : found;
    return near.length === 1 ? near[0] : undefined;
  }

  /** An action of the named controller, else of the one whose views these are. */
  #ofAction(file: SourceFile, method: string, action: string, controller: string | undefined): FormTarget {
    const name = controller ?? viewPlace(file)?.controller;
    const fn = name === undefined ? undefined : this.#action(file, method, action, name);
    return { fn, target: fn?.name ?? action, confidence: 'certain', provider: MVC };
  }

  /** A form without target is sent to the address of its page: by convention, the action named like the view. */
  #ofOwnAction(file: SourceFile, method: string): FormTarget | undefined {
    const place = viewPlace(file);
    const fn = place && this.#action(file, method, place.view, place.controller);
    return fn && { fn, target: fn.name, confidence: 'likely', provider: MVC };
  }

  /** The action that serves a method; one without a verb of its own only where no other does. */
  #action(file: SourceFile, method: string, action: string, controller: string): FunctionSymbol | undefined {
    const wanted = plainAction(action);
    const served = this.#linker.facts.endpoints.filter(({ handlers }) =>
      handlers.some(
        (fn) =>
          fn.file.root === file.root &&
          fn.owner?.name.toLowerCase() === `${controller}controller`.toLowerCase() &&
          plainAction(fn.name) === wanted,
      ),
    );
    const exact = served.filter((endpoint) => endpoint.method === method);
    const fitting = exact.length > 0 ? exact : served.filter((endpoint) => endpoint.method === 'ANY');
    const functions = new Set(fitting.flatMap(({ handlers }) => handlers));
    return functions.size === 1 ? [...functions][0] : undefined;
  }
}

function ofPage(page: RazorPage, method: string, name: string): FormTarget {
  const handler = page.handlers.find(
    (candidate) => candidate.method === method && candidate.name.toLowerCase() === name.toLowerCase(),
  );
  const target = handler?.fn.name ?? (name === '' ? method.toLowerCase() : name);
  return { fn: handler?.fn, target, confidence: 'certain', provider: PAGES };
}

/** Action names are compared without letter case and the suffix `Async`. */
function plainAction(name: string): string {
  return name.replace(/(?<=.)Async$/, '').toLowerCase();
}

/** The folder that holds a page's `Pages` or `Areas`. */
function projectOf({ file }: RazorPage): string {
  return /^(.*?\/?)(?:Areas\/[^/]+\/)?Pages\//i.exec(file.path)?.[1] ?? '';
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
