import { Kind } from '../../lower/tree.ts';
import type { DraftNode } from '../../graph/graphBuilder.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FieldSymbol, FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { plainParameters } from './aspnetRoutes.ts';
import { ComponentCallbacks, isCallbackField } from './blazorCallbacks.ts';
import type { Framework } from './framework.ts';
import { inheritUsings } from './razorNames.ts';
import { Commands } from './wpfCommands.ts';

const PROVIDER = 'Blazor';
/** Methods the framework calls when a component is shown. */
const LOAD_METHODS = [
  'OnInitialized',
  'OnInitializedAsync',
  'OnParametersSet',
  'OnParametersSetAsync',
  'OnAfterRender',
  'OnAfterRenderAsync',
  'SetParametersAsync',
];
/** Callbacks of library components, by their usual names. */
const CALLBACK =
  /^On[A-Z]|Changed$|^(?:Click|DoubleClick|Submit|InvalidSubmit|Change|Close|Closed|Select|Selected|RowSelect|RowClick|RowDoubleClick|Focus|Blur)$/;

/** Blazor: routes of components, events bound to their methods. */
export const blazor: Framework = {
  name: 'blazor',
  prepare({ program }) {
    inheritUsings(program);
  },
  link(linker) {
    const components = linker.program.files.filter((file) => file.language === 'razor' && /\.razor$/i.test(file.path));
    if (components.length === 0) return;
    const commands = new Commands(linker);
    const pages = components.flatMap((file) => findPages(linker, file));
    const callbacks = new ComponentCallbacks(linker);
    const events = components.flatMap((file) => findEvents(linker, commands, file));
    for (const { parameter, functions } of events) if (parameter) callbacks.give(parameter, functions);
    for (const event of events) addAction(linker, callbacks, event);
    callbacks.linkInvocations();
    if (pages.length > 0) findNavigation(linker, pages);
  },
};

/** An event attribute of a component's markup. */
interface BlazorEvent {
  at: Location;
  name: string;
  handler: Location;
  functions: readonly FunctionSymbol[];
  /** The parameter of an own component that is set. */
  parameter: FieldSymbol | undefined;
}

/** The class a Razor file stands for. */
export function razorClass(linker: Linker, file: SourceFile): TypeSymbol | undefined {
  return linker.program.table.typesByNode.get(file)?.values().next().value;
}

/** The `@page` bindings of a Razor file. */
export function pageBindings(file: SourceFile): number[] {
  const { tree } = file;
  const template = tree.children(tree.root).find((node) => tree.kind(node) === Kind.UiTemplate) ?? 0;
  return tree
    .children(template)
    .filter((node) => tree.kind(node) === Kind.TemplateBinding && tree.text(node) === '@page');
}

function findPages(linker: Linker, file: SourceFile): DraftNode[] {
  const symbol = razorClass(linker, file);
  return pageBindings(file).map((node) => {
    const route = joinRoute('', plainParameters(file.tree.text(file.tree.child(node, 0))));
    const target = route === '' ? '/' : route;
    const page = linker.graph.operation({
      kind: 'ui_page',
      at: { file, node },
      target,
      name: target,
      provider: PROVIDER,
      rule: 'blazor.page',
    });
    page.symbol = symbol?.qualifiedName;
    for (const name of LOAD_METHODS) {
      for (const fn of symbol?.methods.get(name) ?? []) {
        linker.graph.edge({
          source: page,
          target: linker.graph.function(fn),
          kind: 'handles',
          rule: 'blazor.page',
          confidence: 'certain',
        });
      }
    }
    return page;
  });
}

function findEvents(linker: Linker, commands: Commands, file: SourceFile): BlazorEvent[] {
  const { tree } = file;
  const events: BlazorEvent[] = [];
  visitNodes(file, (node) => {
    if (tree.kind(node) !== Kind.TemplateEvent) return;
    const written = tree.text(node);
    const isComponents = written.startsWith(':');
    const name = isComponents ? written.slice(1) : written;
    const handler = { file, node: tree.child(node, 0) };
    const at = { file, node };
    const functions = handlersOf(commands, handler);
    const parameter = parameterOf(linker, at, name);
    if (isComponents ? functions.length > 0 && isCallback(linker, at, name, parameter) : !isConstant(handler)) {
      events.push({ at, name, handler, functions, parameter });
    }
  });
  return events;
}

/** `@onclick="null"`. */
function isConstant(at: Location): boolean {
  const kind = at.file.tree.kind(at.node);
  return at.node === 0 || kind === Kind.Literal || kind === Kind.String;
}

/** A method, what a lambda calls, or the method handed to `EventCallback.Factory.Create`. */
function handlersOf(commands: Commands, at: Location): readonly FunctionSymbol[] {
  const { tree } = at.file;
  if (at.node === 0) return [];
  const own = commands.functionsOf(at);
  if (own.length > 0 || tree.kind(at.node) !== Kind.Call) return own;
  for (const node of tree.children(tree.child(at.node, 1))) {
    const given = commands.functionsOf({ file: at.file, node });
    if (given.length > 0) return given;
  }
  return [];
}

/** Whether a component's attribute is an event: by the declared parameter, for library components by its name. */
function isCallback(linker: Linker, at: Location, name: string, parameter: FieldSymbol | undefined): boolean {
  if (parameter) return isCallbackField(parameter);
  return CALLBACK.test(name) && !componentNamed(linker, tagOf(at), at);
}

function tagOf({ file, node }: Location): string {
  return file.tree.text(file.tree.child(node, 1));
}

/** The parameter of an own component that an attribute sets. */
function parameterOf(linker: Linker, at: Location, name: string): FieldSymbol | undefined {
  const { program } = linker;
  const component = componentNamed(linker, tagOf(at), at);
  const member = component && program.member(program.selfType(component), name);
  return member?.kind === 'field' ? member.field : undefined;
}

/** The component of the scanned code that a tag names; generic ones are named without their arguments. */
function componentNamed(linker: Linker, tag: string, at: Location): TypeSymbol | undefined {
  const { csharp, table } = linker.program;
  const found = csharp.resolveType(tag, 0, at) ?? csharp.resolveType(tag, 1, at);
  if (found) return found;
  const named = (table.csharpByShortName.get(tag) ?? []).filter((symbol) =>
    symbol.declarations.some(({ file }) => /\.razor$/i.test(file.path) && file.root === at.file.root),
  );
  return named.length === 1 ? named[0] : undefined;
}

function addAction(linker: Linker, callbacks: ComponentCallbacks, event: BlazorEvent): void {
  const { graph } = linker;
  const { at, handler } = event;
  const rule = 'blazor.event';
  // A component's own event parameter runs what the component around it hands over.
  const given = event.functions.length > 0 ? undefined : callbacks.givenTo(handler);
  const target = event.functions[0]?.name ?? (given ? handler.file.tree.text(handler.node) : 'inline');
  const name = `${event.name} ${target}`;
  const action = graph.operation({ kind: 'ui_action', at, target, name, provider: PROVIDER, rule });
  action.symbol = razorClass(linker, at.file)?.qualifiedName;
  const nodes = (given ?? event.functions).map((fn) => graph.function(fn));
  for (const node of nodes) {
    const others = nodes.filter((other) => other !== node);
    const candidates = others.map((other) => ({ node: other, reason: 'also handed over' }));
    const confidence = others.length > 0 ? 'possible' : 'certain';
    graph.edge({ source: action, target: node, kind: 'handles', rule, confidence, candidates });
  }
  if (nodes.length === 0)
    graph.unresolved(action, 'no_handler_found', 'the handler is not declared in the scanned code');
}

/** `Navigation.NavigateTo("/orders/3")` leads to the page whose route fits, when only one does. */
function findNavigation(linker: Linker, pages: readonly DraftNode[]): void {
  const { program, expressions, texts, graph } = linker;
  for (const file of program.files) {
    if (file.language !== 'razor' && file.language !== 'csharp') continue;
    const { tree } = file;
    visitNodes(file, (node) => {
      const callee = tree.child(node, 0);
      if (tree.kind(node) !== Kind.Call || tree.text(callee) !== 'NavigateTo' || tree.kind(callee) !== Kind.Member)
        return;
      const receiver = expressions.typeOf({ file, node: tree.child(callee, 0) });
      const caller = program.table.enclosingFunction(file, node);
      if (!caller || receiver.kind !== 'external' || receiver.name !== 'NavigationManager') return;
      const url = texts.valuesOf({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 })[0]?.text;
      const fitting =
        url === undefined ? [] : pages.filter((page) => page.file.root === file.root && fits(page.target ?? '', url));
      if (fitting.length !== 1) return;
      const at = { file, node };
      graph.edge({
        source: graph.function(caller),
        target: fitting[0] as DraftNode,
        kind: 'navigates',
        rule: 'blazor.navigate',
        confidence: 'certain',
        at,
      });
    });
  }
}

function fits(route: string, url: string): boolean {
  const path = joinRoute('', url.split(/[?#]/)[0] ?? '');
  const expected = joinRoute('', route).split('/');
  const segments = path.split('/');
  return (
    segments.length === expected.length &&
    expected.every((part, index) => part.startsWith('{') || part.toLowerCase() === segments[index]?.toLowerCase())
  );
}
