import type { Confidence } from '#protocol/graph.ts';
import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { ReactComponents } from './reactComponents.ts';

const PROVIDER = 'React';
const EVENT = /^on[A-Z]/;
/**
 * Events of elements that components of libraries pass through. Others, such as `onOpenChange`, tell of a state of the
 * component.
 */
const DOM_EVENT =
  /^on(((Dbl|Double|Aux)?Click|Change|Input|Submit|Reset|Focus|Blur|Select|Scroll|Wheel|ContextMenu|Copy|Cut|Paste|Drop)|(Key|Mouse|Pointer|Touch|Drag)[A-Z]\w*)$/;
const INLINE = 'inline';
const RULE = 'react.event';
/** Calls on the event itself, beside which a handler may do one thing of its own. */
const EVENT_METHODS = /^(preventDefault|stopPropagation|stopImmediatePropagation|persist)$/;
const EMPTY_VALUES = /^(undefined|null|false|true)$/;

/** What a bound expression runs. */
interface Handler {
  /** Name for people; '' when there is none. */
  name: string;
  functions: readonly FunctionSymbol[];
}

/** Finds the events bound in JSX: on DOM elements and on components of known libraries, never on own components. */
export class ReactEvents {
  readonly #linker: Linker;
  readonly #components: ReactComponents;
  readonly #libraries: readonly string[];

  constructor(linker: Linker, components: ReactComponents) {
    this.#linker = linker;
    this.#components = components;
    this.#libraries = linker.program.packs.flatMap((pack) => pack.ui_libraries ?? []);
  }

  find(file: SourceFile): void {
    const { tree } = file;
    visitNodes(file, (node) => {
      if (tree.kind(node) !== Kind.JsxElement) return;
      const confidence = this.#confidenceOf({ file, node });
      if (!confidence) return;
      for (const attribute of tree.children(tree.child(node, 1))) {
        const event = confidence === 'certain' ? EVENT : DOM_EVENT;
        if (tree.kind(attribute) === Kind.JsxAttribute && event.test(tree.text(attribute)))
          this.#bind({ file, node: attribute }, confidence);
      }
    });
  }

  /** How sure it is that an element's events come from its user; undefined for own and unknown components. */
  #confidenceOf(element: Location): Confidence | undefined {
    const tag = { file: element.file, node: element.file.tree.child(element.node, 0) };
    if (tag.node === 0) return 'certain';
    const component = this.#components.resolve(tag);
    if (component?.kind !== 'library') return undefined;
    const module = component.name.slice(0, component.name.indexOf('#'));
    return this.#libraries.some((library) => module === library || module.startsWith(`${library}/`))
      ? 'likely'
      : undefined;
  }

  #bind(attribute: Location, confidence: Confidence): void {
    const { file, node } = attribute;
    const { tree } = file;
    const value = tree.child(node, 0);
    if (value === 0 || tree.kind(value) === Kind.String) return;
    const handler = this.#handlerOf({ file, node: value });
    if (!handler || (confidence !== 'certain' && handler.functions.length === 0)) return;
    const { graph, program } = this.#linker;
    const target = handler.name || INLINE;
    const within = program.table.enclosingFunction(file, node);
    const action = graph.operation({
      kind: 'ui_action',
      at: attribute,
      target,
      name: `${tree.text(node)} ${target}`,
      provider: PROVIDER,
      rule: RULE,
      confidence,
      within,
    });
    const functions = handler.functions.map((fn) => graph.function(fn));
    for (const fn of functions) {
      const candidates = functions
        .filter((other) => other !== fn)
        .map((other) => ({ node: other, reason: 'passed by another parent' }));
      graph.edge({
        source: action,
        target: fn,
        kind: 'handles',
        rule: RULE,
        confidence: candidates.length === 0 ? confidence : 'possible',
        candidates,
      });
    }
    if (functions.length === 0)
      graph.unresolved(action, 'no_handler_found', `the function ${target} is not declared in the scanned code`);
  }

  /** What an expression bound to an event runs; undefined for values that bind nothing. */
  #handlerOf(at: Location): Handler | undefined {
    const { file, node } = at;
    const { tree } = file;
    switch (tree.kind(node)) {
      case Kind.Function:
        return this.#inline(at);
      case Kind.Identifier:
      case Kind.Member:
        return { name: tree.text(node), functions: this.#functionsOf(at) };
      case Kind.Call:
        return this.#called(at);
      case Kind.Conditional:
        return this.#either(at, [1, 2]);
      case Kind.Binary:
        return this.#either(at, tree.text(node) === '&&' ? [1] : [0, 1]);
      case Kind.Cast:
      case Kind.Await:
        return this.#handlerOf({ file, node: tree.child(node, 0) });
      case Kind.Literal:
        return EMPTY_VALUES.test(tree.text(node)) ? undefined : { name: '', functions: [] };
      default:
        return { name: '', functions: [] };
    }
  }

  #either(at: Location, children: readonly number[]): Handler | undefined {
    const found = children.flatMap(
      (index) => this.#handlerOf({ file: at.file, node: at.file.tree.child(at.node, index) }) ?? [],
    );
    if (found.length <= 1) return found[0];
    return {
      name: found.find(({ name }) => name !== '')?.name ?? '',
      functions: [...new Set(found.flatMap(({ functions }) => functions))],
    };
  }

  /** An arrow that does nothing but call one own function is that function; any other is a function of its own. */
  #inline(at: Location): Handler {
    const call = this.#onlyCall(at);
    if (call) return call;
    return { name: INLINE, functions: [this.#linker.program.functionOf(at, INLINE)] };
  }

  #onlyCall(at: Location): Handler | undefined {
    const { file } = at;
    const { tree } = file;
    const body = tree.child(at.node, 3);
    const statements = (tree.kind(body) === Kind.Block ? tree.children(body) : [body])
      .map((node) => unwrapped(file, node))
      .filter((node) => !this.#isOnEvent(file, node));
    const [only = 0, ...others] = statements;
    if (others.length > 0 || tree.kind(only) !== Kind.Call) return undefined;
    const call = this.#linker.expressions.calls.resolve({ file, node: only });
    if (
      call.functions.length === 0 ||
      tree.children(tree.child(only, 1)).some((argument) => containsWork(file, argument))
    )
      return undefined;
    return { name: call.name, functions: this.#counted(call.functions) };
  }

  #isOnEvent(file: SourceFile, node: number): boolean {
    const { tree } = file;
    return tree.kind(node) === Kind.Call && EVENT_METHODS.test(tree.text(tree.child(node, 0)));
  }

  /** A call in the place of a handler makes the handler: `this.submit(id)`, `handleSubmit(save)`, `save.bind(this)`. */
  #called(at: Location): Handler {
    const { file } = at;
    const { tree } = file;
    const call = this.#linker.expressions.calls.resolve(at);
    if (call.name === 'bind' && call.receiverNode !== 0)
      return this.#handlerOf({ file, node: call.receiverNode }) ?? { name: '', functions: [] };
    if (call.functions.length > 0) return { name: call.name, functions: this.#counted(call.functions) };
    for (const argument of tree.children(tree.child(at.node, 1))) {
      const kind = tree.kind(argument);
      if (kind !== Kind.Function && kind !== Kind.Identifier && kind !== Kind.Member && kind !== Kind.Call) continue;
      const inner = this.#handlerOf({ file, node: argument });
      if (inner && inner.functions.length > 0) return inner;
    }
    return { name: call.name, functions: [] };
  }

  #functionsOf(at: Location): FunctionSymbol[] {
    const made = this.#madeByCall(at);
    if (made) return [made];
    const type = this.#linker.expressions.typeOf(at);
    return type.kind === 'function' ? this.#counted(type.functions) : [];
  }

  /**
   * A name that is given what a call of an own function returns: `this.changeTitle = this.changeField('title')`. It
   * is a function of its own, which runs the one that made it.
   */
  #madeByCall(at: Location): FunctionSymbol | undefined {
    const { expressions, graph, program } = this.#linker;
    const declaration = this.#declarationOf(at);
    if (!declaration) return undefined;
    const { file, node } = declaration.value;
    if (file.tree.kind(node) !== Kind.Call) return undefined;
    const call = expressions.calls.resolve(declaration.value);
    const type = expressions.typeOf(declaration.value);
    if (call.functions.length !== 1 || call.name === 'bind' || type.kind !== 'function') return undefined;
    if (type.functions.some((fn) => program.countedTo(fn) === fn)) return undefined;
    const made = this.#symbolOf(declaration);
    graph.edge({
      source: graph.function(made),
      target: graph.function(call.functions[0] as FunctionSymbol),
      kind: 'calls',
      rule: 'react.factory',
      confidence: 'certain',
      at: declaration.value,
    });
    return made;
  }

  readonly #made = new Map<string, FunctionSymbol>();
  #symbolOf({ value, name, nameNode }: { value: Location; name: string; nameNode: number }): FunctionSymbol {
    const key = `${value.file.index}:${value.node}`;
    let symbol = this.#made.get(key);
    if (!symbol) {
      const around = this.#linker.program.table.enclosingFunction(value.file, value.node)?.qualifiedName;
      const qualifiedName = around === undefined ? name : `${around}.${name}`;
      symbol = { name, qualifiedName, file: value.file, node: value.node, nameNode, owner: undefined, isStatic: false };
      this.#made.set(key, symbol);
    }
    return symbol;
  }

  /** Where a variable or a field of the class is given its value. */
  #declarationOf(at: Location): { value: Location; name: string; nameNode: number } | undefined {
    const { file, node } = at;
    const { tree } = file;
    const name = tree.text(node);
    if (tree.kind(node) === Kind.Identifier) {
      const local = file.findLocal(name, node);
      if (tree.kind(local) === Kind.Variable)
        return { value: { file, node: tree.child(local, 2) }, name, nameNode: tree.child(local, 0) || local };
      const binding = local === 0 ? this.#linker.program.typescript.resolve(name, file) : undefined;
      if (binding?.kind !== 'variable') return undefined;
      const variable = binding.at;
      const inner = variable.file.tree;
      return {
        value: { file: variable.file, node: inner.child(variable.node, 2) },
        name,
        nameNode: inner.child(variable.node, 0) || variable.node,
      };
    }
    if (tree.kind(tree.child(node, 0)) !== Kind.This) return undefined;
    const owner = this.#linker.program.table.enclosingType(file, node);
    const member = owner ? this.#linker.program.member(this.#linker.program.selfType(owner), name) : undefined;
    if (member?.kind !== 'field') return undefined;
    const { field } = member;
    const isAssigned = field.file.tree.kind(field.node) === Kind.Assign;
    const value = { file: field.file, node: field.file.tree.child(field.node, isAssigned ? 1 : 2) };
    return { value, name, nameNode: isAssigned ? field.node : field.file.tree.child(field.node, 0) || field.node };
  }

  #counted(functions: readonly FunctionSymbol[]): FunctionSymbol[] {
    return [...new Set(functions.map((fn) => this.#linker.program.countedTo(fn)))];
  }
}

function unwrapped(file: SourceFile, node: number): number {
  const kind = file.tree.kind(node);
  return kind === Kind.Await || kind === Kind.Return || kind === Kind.Cast
    ? unwrapped(file, file.tree.child(node, 0))
    : node;
}

/** Whether evaluating an expression calls something, now or later. */
function containsWork(file: SourceFile, node: number): boolean {
  const kind = file.tree.kind(node);
  if (kind === Kind.Call || kind === Kind.New || kind === Kind.Function) return true;
  return file.tree.children(node).some((child) => containsWork(file, child));
}
