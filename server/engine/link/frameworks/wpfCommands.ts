import { Flag, Kind } from '../../lower/tree.ts';
import { attributesOf, findAttribute } from '../attributes.ts';
import { parametersOf } from '../callResolver.ts';
import { type Linker, visitTree } from '../linker.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import { type FieldSymbol, type FunctionSymbol, pushTo, type TypeSymbol } from '../symbols.ts';
import type { Type } from '../types.ts';

/** Attributes from which generators make a command property (CommunityToolkit.Mvvm, ReactiveUI, DevExpress). */
const GENERATORS = ['RelayCommand', 'ICommand', 'ReactiveCommand', 'GenerateCommand', 'Command', 'AsyncCommand'];
const EXECUTE = /^(?:Execute|ExecuteAsync|OnExecute|OnExecuteAsync)$/;
const MAX_DEPTH = 8;

/** What a command does. */
interface CommandHandlers {
  functions: readonly FunctionSymbol[];
  /** Whether the property only holds what the user of a control sets: a dependency property. */
  isPassedOn: boolean;
  /** Whether the command runs all of the functions: Prism's `CompositeCommand`. */
  runsAll?: boolean;
}

/** Finds the functions that commands of view models run. */
export class Commands {
  readonly #linker: Linker;
  readonly #assigned = new Map<TypeSymbol, Map<string, Location[]>>();
  #registered: Map<string, Location[]> | undefined;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** The functions behind a command property, or a method bound as one. */
  handlersOf(on: Type & { kind: 'project' }, name: string): CommandHandlers {
    const { program } = this.#linker;
    const member = program.member(on, name);
    if (member?.kind === 'methods') return { functions: member.functions.slice(0, 1), isPassedOn: false };
    if (member?.kind !== 'field') return { functions: this.#generated(on, name), isPassedOn: false };
    const parts = this.#partsOf(on, member.field);
    if (parts.length > 0) return { functions: parts, isPassedOn: false, runsAll: true };
    const functions = this.#created(on, member.field, 0);
    if (functions.length > 0 || !on.symbol.isAbstract)
      return { functions, isPassedOn: this.#isDependencyProperty(member.field) };
    const implementing = program.subtypes(on.symbol).filter((type) => !type.has(Flag.Interface));
    return {
      functions: unique(implementing.flatMap((type) => this.handlersOf(program.selfType(type), name).functions)),
      isPassedOn: false,
    };
  }

  /** `[RelayCommand] void OnSaveAsync()` declares `SaveCommand`. */
  #generated(on: Type & { kind: 'project' }, name: string): FunctionSymbol[] {
    for (const at of this.#linker.program.lineage(on)) {
      if (at.kind !== 'project') continue;
      for (const fn of [...at.symbol.methods.values()].flat()) {
        const attribute = findAttribute(attributesOf(fn), ...GENERATORS);
        if (!attribute) continue;
        const base = attribute.name === 'ReactiveCommand' ? fn.name : fn.name.replace(/^On(?=[^a-z])/, '');
        if (`${base.replace(/Async$/, '')}Command` === name) return [fn];
      }
    }
    return [];
  }

  /** What the commands run that are registered with a composite one: `commands.SaveAll.RegisterCommand(SaveCommand)`. */
  #partsOf(on: Type & { kind: 'project' }, field: FieldSymbol): FunctionSymbol[] {
    const { program, expressions } = this.#linker;
    const registered = this.#registrations().get(field.name) ?? [];
    return unique(
      registered.flatMap(({ file, node }) => {
        const { tree } = file;
        const composite = tree.child(tree.child(node, 0), 0);
        const isMember = tree.kind(composite) === Kind.Member;
        const holder = isMember
          ? expressions.typeOf({ file, node: tree.child(composite, 0) })
          : expressions.typeOfThis({ file, node });
        const held = holder.kind === 'static' ? holder.of : holder;
        if (held.kind !== 'project' || !this.#isSame(held.symbol, on.symbol)) return [];
        const [command = 0] = tree.children(tree.child(node, 1));
        const owner = program.table.enclosingType(file, node);
        const isOwn = tree.kind(command) === Kind.Identifier || tree.kind(tree.child(command, 0)) === Kind.This;
        return owner && isOwn ? this.handlersOf(program.selfType(owner), tree.text(command)).functions : [];
      }),
    );
  }

  /** Whether one type stands for the other: a class for the interface it is injected by. */
  #isSame(a: TypeSymbol, b: TypeSymbol): boolean {
    const { program } = this.#linker;
    return a === b || program.subtypes(a).includes(b) || program.subtypes(b).includes(a);
  }

  /** Calls of `RegisterCommand` by the name of the composite command. */
  #registrations(): Map<string, Location[]> {
    if (this.#registered) return this.#registered;
    const found = new Map<string, Location[]>();
    this.#registered = found;
    for (const file of this.#linker.program.files) {
      if (!isCSharp(file)) continue;
      const { tree } = file;
      visitTree(file, (node) => {
        const callee = tree.kind(node) === Kind.Call ? tree.child(node, 0) : 0;
        if (tree.kind(callee) === Kind.Member && tree.text(callee) === 'RegisterCommand')
          pushTo(found, tree.text(tree.child(callee, 0)), { file, node });
      });
    }
    return found;
  }

  #isDependencyProperty(field: FieldSymbol): boolean {
    const { tree } = field.file;
    return containsCall({ file: field.file, node: tree.child(field.node, 4) }, 'GetValue');
  }

  /** What the field's initialiser, getter and assignments create. */
  #created(on: Type & { kind: 'project' }, field: FieldSymbol, depth: number): FunctionSymbol[] {
    if (depth > MAX_DEPTH) return [];
    const { tree } = field.file;
    const sources: Location[] = [{ file: field.file, node: tree.child(field.node, 2) }];
    for (const accessor of tree.children(tree.child(field.node, 4))) {
      if (tree.has(accessor, Flag.Getter)) sources.push({ file: field.file, node: tree.child(accessor, 3) });
    }
    for (const symbol of new Set([field.owner, on.symbol]))
      sources.push(...(this.#assignments(symbol).get(field.name) ?? []));
    return unique(sources.flatMap((source) => this.#inExpression(on, source, depth + 1)));
  }

  /** Values assigned to the fields of a type in its own code. */
  #assignments(symbol: TypeSymbol): Map<string, Location[]> {
    const known = this.#assigned.get(symbol);
    if (known) return known;
    const found = new Map<string, Location[]>();
    this.#assigned.set(symbol, found);
    for (const { file, node } of symbol.declarations) {
      visitBelow({ file, node }, (inner) => {
        const { tree } = file;
        if (tree.kind(inner) !== Kind.Assign) return;
        const left = tree.child(inner, 0);
        const isOwn = tree.kind(left) === Kind.Identifier || tree.kind(tree.child(left, 0)) === Kind.This;
        if (isOwn && file.findLocal(tree.text(left), left) === 0)
          pushTo(found, tree.text(left), { file, node: tree.child(inner, 1) });
      });
    }
    return found;
  }

  #inExpression(on: Type & { kind: 'project' }, at: Location, depth: number): FunctionSymbol[] {
    if (at.node === 0 || depth > MAX_DEPTH) return [];
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Block:
      case Kind.List:
      case Kind.Return:
      case Kind.Binary:
      case Kind.Conditional:
      case Kind.Cast:
        return tree.children(at.node).flatMap((node) => this.#inExpression(on, { file: at.file, node }, depth + 1));
      case Kind.Assign:
        return this.#inExpression(on, { file: at.file, node: tree.child(at.node, 1) }, depth + 1);
      case Kind.Identifier:
        return this.#inField(on, at, depth);
      case Kind.Member:
        return tree.kind(tree.child(at.node, 0)) === Kind.This ? this.#inField(on, at, depth) : [];
      case Kind.New:
        return this.#inCreation(at);
      case Kind.Call:
        return this.#inCall(on, at, depth);
      default:
        return [];
    }
  }

  #inField(on: Type & { kind: 'project' }, at: Location, depth: number): FunctionSymbol[] {
    const name = at.file.tree.text(at.node);
    if (at.file.findLocal(name, at.node) !== 0) return [];
    const member = this.#linker.program.member(on, name);
    return member?.kind === 'field' ? this.#created(on, member.field, depth + 1) : [];
  }

  /** `new RelayCommand(Save)`, or `new SaveCommand(this)` whose class says itself what it does. */
  #inCreation(at: Location): FunctionSymbol[] {
    const given = this.#delegate(at);
    if (given.length > 0) return given;
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind !== 'project') return [];
    for (const base of this.#linker.program.lineage(type)) {
      if (base.kind !== 'project') continue;
      const own = [...base.symbol.methods.values()]
        .flat()
        .filter((fn) => EXECUTE.test(fn.name) && fn.file.tree.child(fn.node, 3) !== 0);
      if (own.length > 0) return own.slice(0, 1);
    }
    return [];
  }

  /** `ReactiveCommand.Create(Save)`; `new DelegateCommand(Save).ObservesProperty(() => Name)`. */
  #inCall(on: Type & { kind: 'project' }, at: Location, depth: number): FunctionSymbol[] {
    const { tree } = at.file;
    const receiver = tree.child(tree.child(at.node, 0), 0);
    const isChained = tree.kind(receiver) === Kind.New || tree.kind(receiver) === Kind.Call;
    const created = isChained ? this.#inExpression(on, { file: at.file, node: receiver }, depth + 1) : [];
    return created.length > 0 ? created : this.#delegate(at);
  }

  /** The function that is the first argument of a call or construction to be one; `canExecute` follows it. */
  #delegate(at: Location): FunctionSymbol[] {
    const { tree } = at.file;
    for (const argument of tree.children(tree.child(at.node, 1))) {
      const isNamed = tree.kind(argument) === Kind.NamedArgument;
      if (isNamed && /can/i.test(tree.text(argument))) continue;
      const functions = this.functionsOf({ file: at.file, node: isNamed ? tree.child(argument, 0) : argument });
      if (functions.length > 0) return functions;
    }
    return [];
  }

  /** The function an expression is: a lambda, a method group, a delegate made of one. */
  functionsOf(at: Location): FunctionSymbol[] {
    const { tree } = at.file;
    const kind = tree.kind(at.node);
    if (kind === Kind.Function) return [this.lambdaTarget(at)];
    if (kind === Kind.New || kind === Kind.Cast) {
      const isDelegate = /^(?:Action|Func|EventHandler|ExecutedRoutedEventHandler)$/.test(
        tree.text(tree.child(at.node, kind === Kind.New ? 0 : 1)),
      );
      return isDelegate
        ? this.functionsOf({
            file: at.file,
            node: kind === Kind.New ? (tree.children(tree.child(at.node, 1))[0] ?? 0) : tree.child(at.node, 0),
          })
        : [];
    }
    if (kind !== Kind.Identifier && kind !== Kind.Member) return [];
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind !== 'function') return [];
    const few = type.functions.filter((fn) => parametersOf(fn).length <= 1);
    return few.length > 0 ? few.slice(0, 1) : type.functions.slice(0, 1);
  }

  /** The own method a lambda does nothing but call, else the lambda. */
  lambdaTarget(at: Location): FunctionSymbol {
    const { tree } = at.file;
    const { program, expressions } = this.#linker;
    // A function of its own in any case: what it calls is not called by the function around it.
    const lambda = program.functionOf(at, 'inline');
    let body = tree.child(at.node, 3);
    for (;;) {
      const kind = tree.kind(body);
      const isWrapper = kind === Kind.Await || kind === Kind.Return || kind === Kind.Block || kind === Kind.List;
      if (!isWrapper || tree.children(body).length !== 1) break;
      body = tree.children(body)[0] ?? 0;
    }
    if (tree.kind(body) === Kind.Call) {
      const { functions } = expressions.calls.resolve({ file: at.file, node: body });
      const owner = program.table.enclosingType(at.file, at.node);
      const lineage = owner ? program.lineage(program.selfType(owner)) : [];
      const isOwn = lineage.some((type) => type.kind === 'project' && type.symbol === functions[0]?.owner);
      const hasBody = functions[0] !== undefined && functions[0].file.tree.child(functions[0].node, 3) !== 0;
      if (functions.length === 1 && isOwn && hasBody) return functions[0] as FunctionSymbol;
    }
    return lambda;
  }
}

function visitBelow(at: Location, visit: (node: number) => void): void {
  const pending = [at.node];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visit(node);
    pending.push(...at.file.tree.children(node).reverse());
  }
}

function containsCall(at: Location, name: string): boolean {
  let found = false;
  if (at.node === 0) return false;
  visitBelow(at, (node) => {
    const { tree } = at.file;
    if (tree.kind(node) === Kind.Call && tree.text(tree.child(node, 0)) === name) found = true;
  });
  return found;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
