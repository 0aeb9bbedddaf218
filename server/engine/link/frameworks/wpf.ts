import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Kind } from '../../lower/tree.ts';
import { parametersOf } from '../callResolver.ts';
import { type Linker, visitNodes } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';
import { Commands } from './wpfCommands.ts';
import { DataContexts, type XamlView } from './wpfContexts.ts';
import { findExecutions } from './wpfExecution.ts';
import { findNavigation } from './wpfNavigation.ts';

const PAGE = /(?:Window|Page|Shell)(?:Base)?$/;
/** Methods that run when a page is opened, beside the constructor. */
const LOAD_METHODS = ['OnAppearing', 'OnNavigatedTo', 'OnInitialized', 'OnLoaded'];

/** XAML: pages, events handled in code behind, commands of view models (WPF, WinUI, MAUI, Avalonia). */
export const wpf: Framework = {
  name: 'wpf',
  link(linker) {
    if (!linker.program.files.some((file) => file.language === 'xaml')) return;
    const contexts = new DataContexts(linker);
    const finder = new ActionFinder(linker, contexts);
    for (const view of contexts.views) if (!isApplication(view)) finder.visit(view);
    findExecutions(linker, new Commands(linker));
    findNavigation(linker, finder.pages);
  },
};

/** `App.xaml`: its events tell of the program's life, not of what a user does. */
function isApplication({ file, node }: XamlView): boolean {
  const { tree } = file;
  return tree
    .children(node)
    .some((child) => tree.kind(child) === Kind.TemplateUse && /(?:^|:)\w*Application$/.test(tree.text(child)));
}

/** What an event leads to. */
interface Handling {
  functions: readonly FunctionSymbol[];
  target: string;
  confidence: 'certain' | 'likely';
  runsAll?: boolean | undefined;
  /** Why there is no function. */
  reason: 'unknown_receiver' | 'no_handler_found';
  detail: string;
}

class ActionFinder {
  /** Pages by the class that is one. */
  readonly pages = new Map<TypeSymbol, DraftNode>();
  readonly #linker: Linker;
  readonly #contexts: DataContexts;
  readonly #commands: Commands;

  constructor(linker: Linker, contexts: DataContexts) {
    this.#linker = linker;
    this.#contexts = contexts;
    this.#commands = new Commands(linker);
  }

  visit(view: XamlView): void {
    const page = this.#addPage(view);
    const { tree } = view.file;
    visitNodes(view.file, (node) => {
      if (tree.kind(node) !== Kind.TemplateEvent) return;
      const handling = this.#handlingOf(view, { file: view.file, node });
      if (!handling) return;
      this.#addAction(view, { file: view.file, node }, handling);
      const isRootEvent = tree.start(tree.child(node, 1)) === tree.start(view.node);
      if (
        page &&
        isRootEvent &&
        /^(?:Loaded|Appearing|NavigatedTo|Initialized|ContentRendered)$/.test(tree.text(node))
      ) {
        this.#handles(page, handling.functions, 'xaml.page');
      }
    });
  }

  #addPage(view: XamlView): DraftNode | undefined {
    const { tree } = view.file;
    const root = tree.children(view.node).find((node) => tree.kind(node) === Kind.TemplateUse) ?? 0;
    const { symbol } = view;
    if (!this.#isPage(tree.text(root), symbol)) return undefined;
    const name = tree.text(view.node).slice(tree.text(view.node).lastIndexOf('.') + 1);
    if (name === '') return undefined;
    const page = this.#linker.graph.operation({
      kind: 'ui_page',
      at: { file: view.file, node: root },
      target: name,
      name,
      provider: view.provider,
      rule: 'xaml.page',
    });
    page.symbol = tree.text(view.node);
    if (symbol) {
      this.pages.set(symbol, page);
      const loads = LOAD_METHODS.flatMap((method) => symbol.methods.get(method) ?? []);
      this.#handles(page, [...symbol.constructors, ...loads], 'xaml.page');
    }
    this.#createsContext(view, page);
    return page;
  }

  /** `<Window.DataContext><vm:X/></Window.DataContext>` creates the view model with the page. */
  #createsContext(view: XamlView, page: DraftNode): void {
    const { tree } = view.file;
    const context =
      tree
        .children(view.node)
        .find((node) => tree.text(node) === 'DataContext' && tree.kind(node) === Kind.TemplateBinding) ?? 0;
    if (tree.kind(tree.child(context, 0)) !== Kind.New) return;
    const type = this.#contexts.at({ file: view.file, node: view.node })?.type;
    if (type?.kind !== 'project') return;
    const constructors = type.symbol.constructors.filter((fn) => parametersOf(fn).length === 0);
    this.#handles(page, constructors, 'xaml.data_context');
  }

  #isPage(tag: string, symbol: TypeSymbol | undefined): boolean {
    const { program } = this.#linker;
    if (PAGE.test(tag)) return !/(?:UserControl|ResourceDictionary)$/.test(tag);
    return (
      symbol !== undefined && program.externalLineage(program.selfType(symbol)).some(({ name }) => PAGE.test(name))
    );
  }

  #handles(source: DraftNode, functions: readonly FunctionSymbol[], rule: string): void {
    const { graph } = this.#linker;
    for (const fn of functions)
      graph.edge({ source, target: graph.function(fn), kind: 'handles', rule, confidence: 'certain' });
  }

  /** Undefined when the attribute turns out to be no event of the app's own code. */
  #handlingOf(view: XamlView, event: Location): Handling | undefined {
    const { tree } = event.file;
    const handler = { file: event.file, node: tree.child(event.node, 0) };
    if (tree.kind(handler.node) === Kind.Identifier) return this.#codeBehind(view, handler);
    return tree.kind(handler.node) === Kind.Member ? this.#bound(handler) : undefined;
  }

  #codeBehind(view: XamlView, handler: Location): Handling | undefined {
    const { program } = this.#linker;
    const name = handler.file.tree.text(handler.node);
    const member = view.symbol && program.member(program.selfType(view.symbol), name);
    if (member?.kind !== 'methods') return undefined;
    const fitting = member.functions.filter((fn) => parametersOf(fn).length >= 1 && parametersOf(fn).length <= 3);
    const functions = fitting.length > 1 ? fitting.filter((fn) => parametersOf(fn).length === 2) : fitting;
    if (functions.length === 0) return undefined;
    return {
      functions: functions.slice(0, 1),
      target: name,
      confidence: 'certain',
      reason: 'no_handler_found',
      detail: '',
    };
  }

  #bound(handler: Location): Handling | undefined {
    const { tree } = handler.file;
    const name = tree.text(handler.node);
    const object = { file: handler.file, node: tree.child(handler.node, 0) };
    const unresolved = { functions: [], target: name, confidence: 'certain' } as const;
    const context = this.#contexts.typeOf(object, handler);
    if (context?.type.kind !== 'project') {
      if (tree.kind(object.node) === Kind.TypeRef) return undefined;
      return { ...unresolved, reason: 'unknown_receiver', detail: 'the type of the data context is not known' };
    }
    const { functions, isPassedOn, runsAll } = this.#commands.handlersOf(context.type, name);
    if (functions.length === 0 && isPassedOn) return undefined;
    if (functions.length === 0) {
      const detail = `${context.type.symbol.name} has no method for ${name} in the scanned code`;
      return { ...unresolved, reason: 'no_handler_found', detail };
    }
    const [first] = functions;
    const target = functions.length > 1 || first === undefined || first.name === 'inline' ? name : first.name;
    return {
      functions,
      target,
      confidence: context.confidence === 'certain' ? 'certain' : 'likely',
      runsAll,
      reason: 'no_handler_found',
      detail: '',
    };
  }

  #addAction(view: XamlView, at: Location, handling: Handling): void {
    const { graph } = this.#linker;
    const { tree } = at.file;
    const { functions, target, runsAll } = handling;
    const isAmbiguous = functions.length > 1 && runsAll !== true;
    const rule = tree.kind(tree.child(at.node, 0)) === Kind.Identifier ? 'xaml.event' : 'xaml.command';
    const name = `${tree.text(at.node)} ${target}`;
    const action = graph.operation({ kind: 'ui_action', at, target, name, provider: view.provider, rule });
    action.symbol = view.symbol?.name;
    const nodes = functions.map((fn) => graph.function(fn));
    for (const node of nodes) {
      const candidates = nodes
        .filter((other) => isAmbiguous && other !== node)
        .map((other) => ({ node: other, reason: 'equally possible command' }));
      const confidence = isAmbiguous ? 'possible' : handling.confidence;
      graph.edge({ source: action, target: node, kind: 'handles', rule, confidence, candidates });
    }
    if (nodes.length === 0) graph.unresolved(action, handling.reason, handling.detail);
    if (isAmbiguous) graph.unresolved(action, 'ambiguous', 'several classes implement the command');
  }
}
