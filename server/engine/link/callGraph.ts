import type { Confidence } from '#protocol/graph.ts';
import { Flag, Kind } from '../lower/tree.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import { type Linker, visitNodes } from './linker.ts';
import { overridesOf } from './overrides.ts';
import { RuleIndex } from './ruleIndex.ts';
import { ServiceTargets } from './serviceTargets.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from './symbols.ts';
import { type Bindings, NO_BINDINGS, type Type } from './types.ts';
import { writtenType } from './writtenTypes.ts';

/** .NET types that are made to run the method they are given. */
const RUNS_METHOD = /^(Lazy|Task|Thread)$/;

/** Draws `calls` edges: through types, interfaces to implementations, mediators to handlers. */
export class CallGraph {
  readonly #linker: Linker;
  readonly #dispatch: { csharp: RuleIndex; typescript: RuleIndex };
  readonly #services: ServiceTargets;
  readonly #implementations = new Map<FunctionSymbol, Map<string, readonly FunctionSymbol[]>>();
  #handlers: Map<TypeSymbol, { type: TypeSymbol; interfaceName: string }[]> | undefined;

  constructor(linker: Linker) {
    this.#linker = linker;
    this.#services = new ServiceTargets(linker, (type, fn) => this.#implementationIn(type, fn));
    const { packs } = linker.program;
    this.#dispatch = { csharp: new RuleIndex(packs, 'csharp'), typescript: new RuleIndex(packs, 'typescript') };
  }

  /** Draws the edges of all calls in one file. */
  build(file: SourceFile): void {
    visitNodes(file, (node) => {
      const kind = file.tree.kind(node);
      if (kind === Kind.Call) this.#visitCall({ file, node });
      else if (kind === Kind.New) this.#visitNew({ file, node });
    });
  }

  #visitCall(at: Location): void {
    const caller = this.#linker.program.table.enclosingFunction(at.file, at.node);
    if (!caller) return;
    const call = this.#linker.expressions.calls.resolve(at);
    this.#drawCall(caller, call);
    if (call.functions.length === 1) this.#visitCallbacks(caller, call, call.functions[0] as FunctionSymbol);
    if (call.functions.length === 0) {
      this.#visitDispatch(caller, call);
      this.#visitFunctionArguments(caller, call);
    }
  }

  #drawCall(caller: FunctionSymbol, call: ResolvedCall): void {
    if (call.functions.length > 1) {
      this.#drawAmbiguous(caller, call.functions, call.at, 'overload');
      return;
    }
    const fn = call.functions[0];
    if (!fn) return;
    const targets = this.#services.narrow(caller, call, fn, this.implementationsOf(fn, call.receiver));
    const details = targets.map((target) =>
      this.#linker.facts.genericUses.record(caller, target, this.#bindingsOf(call, fn, target)),
    );
    const [only, second] = targets;
    if (only && !second) {
      const overrides = only === fn ? overridesOf(this.#linker.program, call, fn) : [];
      const rule = only === fn ? 'call' : 'implementation';
      this.#draw(caller, only, call.at, rule, overrides.length > 0 ? 'likely' : 'certain', details[0]);
      for (const override of overrides) this.#draw(caller, override, call.at, 'override', 'possible');
    } else this.#drawAmbiguous(caller, targets, call.at, 'implementation');
  }

  /** What a call binds the type parameters of the function that runs, and of its class, to. */
  #bindingsOf(call: ResolvedCall, declared: FunctionSymbol, target: FunctionSymbol): Bindings {
    const { expressions, program } = this.#linker;
    const inferred = expressions.calls.inferBindings(declared, call);
    if (call.bindings.size === 0 && inferred.size === 0) return NO_BINDINGS;
    const bound = new Map([...call.bindings, ...inferred]);
    if (target === declared || !target.owner || !declared.owner) return bound;
    // The parameters of the implementing class are those it hands to the interface.
    const result = new Map(inferred);
    for (const at of program.lineage(program.selfType(target.owner))) {
      if (at.kind !== 'project' || at.symbol !== declared.owner) continue;
      for (const [index, arg] of at.args.entries()) {
        const type = bound.get(at.symbol.typeParameters[index] ?? '');
        if (arg.kind === 'parameter' && type) result.set(arg.name, type);
      }
    }
    return result;
  }

  #draw(
    caller: FunctionSymbol,
    callee: FunctionSymbol,
    at: Location,
    rule: string,
    confidence: Confidence,
    detail?: string,
  ): void {
    const { graph, program } = this.#linker;
    const target = program.countedTo(callee);
    if (caller === target) return;
    graph.edge({
      source: graph.function(caller),
      target: graph.function(target),
      kind: 'calls',
      rule,
      confidence,
      at,
      detail,
    });
  }

  /** Several equally good targets: none is picked. */
  #drawAmbiguous(caller: FunctionSymbol, targets: readonly FunctionSymbol[], at: Location, rule: string): void {
    const { graph } = this.#linker;
    const nodes = [...new Set(targets.map((target) => graph.function(this.#linker.program.countedTo(target))))];
    for (const node of nodes) {
      const candidates = nodes
        .filter((other) => other !== node)
        .map((other) => ({ node: other, reason: `equally possible ${rule}` }));
      graph.edge({
        source: graph.function(caller),
        target: node,
        kind: 'calls',
        rule,
        confidence: 'possible',
        at,
        candidates,
      });
    }
  }

  /** What runs when a function is called on a value of a type: itself, or the implementations of an abstract one. */
  implementationsOf(fn: FunctionSymbol, receiver: Type): readonly FunctionSymbol[] {
    const view = this.#viewAs(receiver, fn.owner);
    const key = view.map((type) => (type.kind === 'project' ? type.symbol.qualifiedName : '')).join();
    let known = this.#implementations.get(fn);
    if (!known) {
      known = new Map();
      this.#implementations.set(fn, known);
    }
    let found = known.get(key);
    if (!found) {
      found = this.#findImplementations(fn, view);
      known.set(key, found);
    }
    return found;
  }

  /** The type arguments with which a type is, or derives from, another. */
  #viewAs(type: Type, owner: TypeSymbol | undefined): readonly Type[] {
    if (type.kind !== 'project' || !owner || owner.typeParameters.length === 0) return [];
    const view = this.#linker.program.lineage(type).find((at) => at.kind === 'project' && at.symbol === owner);
    return view?.kind === 'project' ? view.args : [];
  }

  /** Whether a type implements an interface for the wanted type arguments: `IHandler<A>` is no `IHandler<B>`. */
  #implementsFor(subtype: TypeSymbol, owner: TypeSymbol, wanted: readonly Type[]): boolean {
    if (wanted.length === 0) return true;
    const views =
      this.#linker.program.bases(subtype).length === 0
        ? []
        : this.#viewAs(this.#linker.program.selfType(subtype), owner);
    return wanted.every((type, index) => {
      const actual = views[index];
      return type.kind !== 'project' || actual?.kind !== 'project' || actual.symbol === type.symbol;
    });
  }

  #findImplementations(fn: FunctionSymbol, wanted: readonly Type[]): readonly FunctionSymbol[] {
    const { owner } = fn;
    const hasBody = fn.file.tree.child(fn.node, 3) !== 0;
    if (!owner || hasBody) return [fn];
    const { program } = this.#linker;
    const candidates = new Map<FunctionSymbol, TypeSymbol>();
    for (const subtype of program.subtypes(owner)) {
      if (subtype.has(Flag.Interface) || !this.#implementsFor(subtype, owner, wanted)) continue;
      const own = this.#implementationIn(subtype, fn);
      if (own && !candidates.has(own)) candidates.set(own, subtype);
    }
    const narrowed = this.#registered(owner, fn, candidates);
    return narrowed.length > 0 ? narrowed : [fn];
  }

  #implementationIn(type: TypeSymbol, fn: FunctionSymbol): FunctionSymbol | undefined {
    const { program } = this.#linker;
    for (const at of program.lineage(program.selfType(type))) {
      if (at.kind !== 'project') continue;
      const fitting = (at.symbol.methods.get(fn.name) ?? []).filter(
        (candidate) =>
          candidate.file.tree.child(candidate.node, 3) !== 0 &&
          parametersOf(candidate).length === parametersOf(fn).length,
      );
      const best = fitting.length > 1 ? fitting.filter((candidate) => sameParameterTypes(candidate, fn)) : fitting;
      if (best[0] ?? fitting[0]) return best[0] ?? fitting[0];
    }
    return undefined;
  }

  /** Of several implementations, those registered for the service. */
  #registered(
    service: TypeSymbol,
    fn: FunctionSymbol,
    candidates: ReadonlyMap<FunctionSymbol, TypeSymbol>,
  ): FunctionSymbol[] {
    const all = [...candidates.keys()];
    if (all.length <= 1) return all;
    const registered = this.#linker.callSites.services.implementations.get(service.qualifiedName);
    if (!registered) return all;
    const implementing = this.#linker.program.subtypes(service).filter((type) => registered.has(type.qualifiedName));
    const functions = new Set(implementing.flatMap((type) => this.#implementationIn(type, fn) ?? []));
    return functions.size === 0 ? all : all.filter((candidate) => functions.has(candidate));
  }

  #visitNew(at: Location): void {
    const caller = this.#linker.program.table.enclosingFunction(at.file, at.node);
    if (!caller) return;
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind === 'external' && isCSharp(at.file) && RUNS_METHOD.test(type.name)) {
      const first = at.file.tree.children(at.file.tree.child(at.node, 1))[0] ?? 0;
      const isName = at.file.tree.kind(first) === Kind.Identifier || at.file.tree.kind(first) === Kind.Member;
      if (isName) this.#visitFunctionArgument(caller, { file: at.file, node: first });
    }
    if (type.kind !== 'project') return;
    const count = at.file.tree.count(at.file.tree.child(at.node, 1));
    const fitting = type.symbol.constructors.filter((fn) => parametersOf(fn).length === count);
    if (fitting.length === 1) this.#draw(caller, fitting[0] as FunctionSymbol, at, 'constructor', 'certain');
  }

  /** A mediator hands its argument to the handlers of the argument's type. */
  #visitDispatch(caller: FunctionSymbol, call: ResolvedCall): void {
    const index = isCSharp(call.at.file) ? this.#dispatch.csharp : this.#dispatch.typescript;
    for (const { rule, id } of index.dispatch.get(call.name) ?? []) {
      const isMediator = rule.on.some((name) => this.#linker.program.viewAsExternal(call.receiver, name, call.at.file));
      if (!isMediator) continue;
      const { file } = call.at;
      const node = file.tree.children(file.tree.child(call.callNode, 1))[rule.argument] ?? 0;
      const message = this.#linker.expressions.typeOf({ file, node });
      if (message.kind !== 'project') continue;
      const methods = this.#handlersOf(message.symbol, rule.handlers).flatMap((handler) => {
        const named = handler.methods.get(rule.handlerMethod);
        return named?.find((fn) => this.#handles(fn, message.symbol)) ?? named?.[0] ?? [];
      });
      // A request has one handler: which of several is registered cannot be told.
      if (methods.length > 1 && rule.single === true) this.#drawAmbiguous(caller, methods, call.at, 'handler');
      else
        for (const method of methods)
          this.#draw(caller, method, call.at, id, 'certain', `${call.name}(${message.symbol.qualifiedName})`);
      return;
    }
  }

  #handles(fn: FunctionSymbol, message: TypeSymbol): boolean {
    const first = fn.file.tree.child(parametersOf(fn)[0] ?? 0, 0);
    const type = first === 0 ? undefined : this.#linker.program.typeFromReference({ file: fn.file, node: first });
    return type?.kind === 'project' && type.symbol === message;
  }

  #handlersOf(message: TypeSymbol, interfaces: readonly string[]): TypeSymbol[] {
    this.#handlers ??= this.#indexHandlers();
    return (this.#handlers.get(message) ?? [])
      .filter((entry) => interfaces.includes(entry.interfaceName))
      .map((entry) => entry.type);
  }

  /** Types by the first type argument of the library interfaces they implement. */
  #indexHandlers(): Map<TypeSymbol, { type: TypeSymbol; interfaceName: string }[]> {
    const { program } = this.#linker;
    const index = new Map<TypeSymbol, { type: TypeSymbol; interfaceName: string }[]>();
    for (const type of program.table.types) {
      if (type.has(Flag.Abstract) || type.has(Flag.Interface)) continue;
      for (const base of program.externalLineage(program.selfType(type))) {
        const message = base.args[0];
        if (message?.kind !== 'project') continue;
        const entry = { type, interfaceName: base.name };
        const known = index.get(message.symbol);
        if (known) known.push(entry);
        else index.set(message.symbol, [entry]);
      }
    }
    return index;
  }

  /** A function handed to library code by name is called by it. */
  #visitFunctionArguments(caller: FunctionSymbol, call: ResolvedCall): void {
    const { file } = call.at;
    if (this.#linker.facts.registrations.has(`${file.index}:${call.callNode}`)) return;
    const model = call.model?.model;
    if (typeof model === 'object' && model.later) return;
    for (const node of file.tree.children(file.tree.child(call.callNode, 1))) {
      const kind = file.tree.kind(node);
      if (kind === Kind.Identifier || kind === Kind.Member) this.#visitFunctionArgument(caller, { file, node });
      if (kind === Kind.Object && !isCSharp(file)) this.#visitOptions(caller, { file, node });
    }
  }

  /** A function handed by name to one of the project's own, which calls its parameter. */
  #visitCallbacks(caller: FunctionSymbol, call: ResolvedCall, callee: FunctionSymbol): void {
    const { file } = call.at;
    const isExtension = callee.file.tree.has(callee.node, Flag.Extension) && call.receiver.kind !== 'static';
    const parameters = parametersOf(callee).slice(isExtension ? 1 : 0);
    for (const [index, node] of file.tree.children(file.tree.child(call.callNode, 1)).entries()) {
      const kind = file.tree.kind(node);
      if (kind !== Kind.Identifier && kind !== Kind.Member) continue;
      const parameter = parameters[index];
      if (parameter !== undefined && callsParameter(callee, parameter))
        this.#visitFunctionArgument(caller, { file, node });
    }
  }

  #visitFunctionArgument(caller: FunctionSymbol, at: Location): void {
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind !== 'function' || type.functions.length !== 1) return;
    this.#draw(caller, type.functions[0] as FunctionSymbol, at, 'callback', 'likely');
  }

  /** `useQuery({ queryFn: load })`, `subscribe({ next: (value) => … })`. */
  #visitOptions(caller: FunctionSymbol, options: Location): void {
    const { file } = options;
    const { tree } = file;
    for (const property of tree.children(options.node)) {
      const value = tree.kind(property) === Kind.Property ? tree.child(property, 0) : 0;
      const kind = tree.kind(value);
      if (kind === Kind.Identifier || kind === Kind.Member || kind === Kind.Function)
        this.#visitFunctionArgument(caller, { file, node: value });
    }
  }
}

function sameParameterTypes(a: FunctionSymbol, b: FunctionSymbol): boolean {
  const written = (fn: FunctionSymbol): string =>
    parametersOf(fn)
      .map((node) => writtenType(fn.file.tree, fn.file.tree.child(node, 0)))
      .join(',');
  return written(a) === written(b);
}

/** Whether a function calls what it is given: `work()`, `work.Invoke()`. */
function callsParameter({ file, node }: FunctionSymbol, parameter: number): boolean {
  const { tree } = file;
  const name = tree.text(parameter);
  const pending = [tree.child(node, 3)];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    pending.push(...tree.children(at));
    if (tree.kind(at) !== Kind.Call) continue;
    const callee = tree.child(at, 0);
    const isInvoke = tree.kind(callee) === Kind.Member && tree.text(callee) === 'Invoke';
    const called = isInvoke ? tree.child(callee, 0) : callee;
    if (tree.kind(called) !== Kind.Identifier || tree.text(called) !== name) continue;
    if (file.findLocal(name, called) === parameter) return true;
  }
  return false;
}
