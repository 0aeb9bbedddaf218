import { Flag, Kind } from '../lower/tree.ts';
import type { Expressions } from './expressions.ts';
import type { FoundMember } from './models.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import type { FunctionSymbol } from './symbols.ts';
import { bind, type Bindings, NO_BINDINGS, type Type, UNKNOWN } from './types.ts';

/** What a call calls. */
export interface ResolvedCall {
  at: Location;
  /** The Call node. */
  callNode: number;
  /** Functions of the scanned code; several when overloads cannot be told apart. */
  functions: readonly FunctionSymbol[];
  /** Type of what stands before the dot, UNKNOWN for a plain call. */
  receiver: Type;
  /** The receiver's expression, 0 for a plain call. */
  receiverNode: number;
  /** The name called; '' when the callee is no name. */
  name: string;
  /** Full name of a library function called without a receiver: `#fetch`, `axios#default`. */
  externalFunction: string;
  /** What the receiver binds type parameters to. */
  bindings: Bindings;
  /** The rule packs' model of a library member or function. */
  model: FoundMember | undefined;
  modelOn: Type;
}

const PARAMETERS = 1;

/** Resolves calls through types. */
export class CallResolver {
  readonly #expressions: Expressions;
  readonly #cache = new Map<SourceFile, Map<number, ResolvedCall>>();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    const { program } = expressions;
    program.references.returnTypeOf = (fn) => (fn ? expressions.returnType(program.functionOf(fn)) : UNKNOWN);
  }

  /** What a Call node calls. */
  resolve(at: Location): ResolvedCall {
    let calls = this.#cache.get(at.file);
    if (!calls) {
      calls = new Map();
      this.#cache.set(at.file, calls);
    }
    let call = calls.get(at.node);
    if (!call) {
      call = this.#unresolved(at);
      calls.set(at.node, call);
      this.#resolve(call);
    }
    return call;
  }

  #unresolved(at: Location): ResolvedCall {
    return {
      at,
      callNode: at.node,
      functions: [],
      receiver: UNKNOWN,
      receiverNode: 0,
      name: '',
      externalFunction: '',
      bindings: NO_BINDINGS,
      model: undefined,
      modelOn: UNKNOWN,
    };
  }

  #resolve(call: ResolvedCall): void {
    const { tree } = call.at.file;
    const callee = this.#expressions.child(call.at, 0);
    call.name = tree.text(callee.node);
    switch (tree.kind(callee.node)) {
      case Kind.Member:
        this.#resolveMember(call, callee);
        return;
      case Kind.Identifier:
        this.#resolveName(call, callee);
        return;
      case Kind.This:
      case Kind.Base:
        this.#resolveConstructor(call, this.#expressions.typeOf(callee));
        return;
      default:
        call.name = '';
        this.#fromType(call, this.#expressions.typeOf(callee));
    }
  }

  #resolveName(call: ResolvedCall, callee: Location): void {
    const { program } = this.#expressions;
    if (
      isCSharp(callee.file) &&
      callee.file.findLocal(call.name, callee.node) === 0 &&
      !this.#expressions.templateOwner(callee)
    ) {
      const owner = program.table.enclosingType(callee.file, callee.node);
      if (owner && !program.member(program.selfType(owner), call.name)) {
        const external = program.externalMember(program.selfType(owner), call.name, callee.file);
        // A method of a library base class, such as SaveChanges inside a DbContext.
        if (external || program.externalLineage(program.selfType(owner)).length > 0) {
          call.receiver = program.selfType(owner);
          call.model = external?.model;
          call.modelOn = external?.on ?? UNKNOWN;
          if (!this.#isOuterMember(owner.container, call.name)) return;
        }
      }
    }
    this.#fromType(call, this.#expressions.typeOf(callee));
  }

  #isOuterMember(container: FunctionSymbol['owner'], name: string): boolean {
    const { program } = this.#expressions;
    for (let at = container; at; at = at.container) if (program.member(program.selfType(at), name)) return true;
    return false;
  }

  #resolveMember(call: ResolvedCall, callee: Location): void {
    const expressions = this.#expressions;
    const receiver = expressions.child(callee, 0);
    call.receiverNode = receiver.node;
    call.receiver = this.#constrained(expressions.typeOf(receiver), call);
    const target = call.receiver.kind === 'static' ? call.receiver.of : call.receiver;
    if (target.kind === 'project') {
      const member = expressions.program.member(target, call.name);
      if (member?.kind === 'methods') {
        call.bindings = member.bindings;
        call.functions = this.#selectOverloads(member.functions, call, 0);
        if (call.functions.length > 0) return;
      }
    }
    if (isCSharp(call.at.file) && this.#resolveExtension(call, target)) return;
    const given =
      target.kind === 'external' ? expressions.frameworkTypes.externalMember?.(target, call.name) : undefined;
    if (given) {
      this.#fromType(call, given);
      return;
    }
    this.#resolveModel(call, target);
    if (call.model === undefined) this.#fromType(call, expressions.typeOf(callee));
  }

  /** A value of a type parameter is called as what its constraints make it. */
  #constrained(type: Type, call: ResolvedCall): Type {
    if (type.kind !== 'parameter') return type;
    const { program } = this.#expressions;
    const constraints = program
      .constraints(type.name, call.at)
      .filter(({ kind }) => kind === 'project' || kind === 'external');
    const having = constraints.find(
      (at) =>
        (at.kind === 'project' && program.member(at, call.name) !== undefined) ||
        program.externalMember(at, call.name, call.at.file) !== undefined,
    );
    return having ?? constraints[0] ?? type;
  }

  #resolveModel(call: ResolvedCall, target: Type): void {
    const { program } = this.#expressions;
    const on = asExternal(target, call.at.file);
    const external = program.externalMember(on, call.name, call.at.file);
    if (!external) return;
    call.model = external.model;
    call.modelOn = on;
  }

  /** An extension method of the scanned code whose first parameter the receiver fits. */
  #resolveExtension(call: ResolvedCall, target: Type): boolean {
    const { program } = this.#expressions;
    const named = program.table.extensionMethods.get(call.name) ?? [];
    if (named.length === 0 || target.kind === 'unknown') return false;
    const fitting = named.filter(
      (fn) => fn.file.root === call.at.file.root && this.#fits(target, this.#parameterType(fn, 0), call),
    );
    call.functions = this.#selectOverloads(fitting, call, 1);
    return call.functions.length > 0;
  }

  #parameterType(fn: FunctionSymbol, index: number): Type {
    const parameter = parametersOf(fn)[index] ?? 0;
    return this.#expressions.program.typeFromReference({ file: fn.file, node: fn.file.tree.child(parameter, 0) });
  }

  /** Whether a value of a type can be passed where another is declared. */
  #fits(actual: Type, declared: Type, call: ResolvedCall): boolean {
    const { program } = this.#expressions;
    if (declared.kind === 'parameter' || actual.kind === 'unknown' || declared.kind === 'unknown') return true;
    if (declared.kind === 'string' || actual.kind === 'string') return declared.kind === actual.kind;
    if (declared.kind === 'project') {
      return program
        .lineage(actual)
        .some(
          (at) =>
            at.kind === 'project' && at.symbol === declared.symbol && this.#argumentsFit(at.args, declared.args, call),
        );
    }
    if (declared.kind === 'external') {
      const view = program.viewAsExternal(actual, declared.name, call.at.file);
      return view !== undefined && this.#argumentsFit(view.args, declared.args, call);
    }
    return declared.kind === actual.kind;
  }

  #argumentsFit(actual: readonly Type[], declared: readonly Type[], call: ResolvedCall): boolean {
    return declared.every((type, index) => this.#fits(actual[index] ?? UNKNOWN, type, call));
  }

  #resolveConstructor(call: ResolvedCall, type: Type): void {
    if (type.kind === 'project') call.functions = this.#selectOverloads(type.symbol.constructors, call, 0);
  }

  /** Takes over what the type of the callee says. */
  #fromType(call: ResolvedCall, type: Type): void {
    if (type.kind === 'function') {
      call.functions = type.alternatives ? type.functions : this.#selectOverloads(type.functions, call, 0);
      if (type.bound?.kind === 'project') call.bindings = bind(type.bound.symbol.typeParameters, type.bound.args);
      return;
    }
    if (type.kind === 'external_module') {
      // `const express = require('express')` is called as the module's default export is.
      this.#fromType(call, { kind: 'external', name: `${type.name}#default`, args: [] });
      return;
    }
    if (type.kind !== 'external' || isCSharp(call.at.file)) return;
    call.externalFunction = type.name;
    const callable = this.#expressions.program.models(call.at.file).model(type.name)?.call;
    if (callable === undefined) return;
    call.model = { model: callable, bindings: NO_BINDINGS };
    call.modelOn = type;
  }

  /**
   * Overloads that accept the arguments: by number first, then by the types that are known.
   * @param implicit number of parameters filled by the receiver
   */
  #selectOverloads(
    functions: readonly FunctionSymbol[],
    call: ResolvedCall,
    implicit: number,
  ): readonly FunctionSymbol[] {
    const withBody = preferBodies(functions);
    if (withBody.length <= 1 && implicit === 0) return withBody;
    const args = this.#arguments(call);
    const counted = withBody.filter((fn) => acceptsCount(fn, args.length + implicit));
    const byCount = implicit === 0 ? counted : counted.filter((fn) => !this.#contradicts(fn, args, call));
    if (byCount.length <= 1) return byCount.length === 0 && implicit === 0 ? withBody.slice(0, 1) : byCount;
    const byType = byCount.filter((fn) =>
      args.every((node, index) => {
        const actual = this.#expressions.typeOf({ file: call.at.file, node });
        return this.#fits(actual, this.#parameterType(fn, index + implicit), call);
      }),
    );
    if (byType.length === 0) return byCount;
    const exact = byType.filter((fn) => parametersOf(fn).length === args.length + implicit);
    return exact.length === 0 ? byType : exact;
  }

  /** Whether an extension method takes something else than a passed text, or a text for a function: it is another one. */
  #contradicts(fn: FunctionSymbol, args: readonly number[], call: ResolvedCall): boolean {
    return args.some((node, index) => {
      const declared = this.#parameterType(fn, index + 1);
      const actual = this.#expressions.typeOf({ file: call.at.file, node });
      if (actual.kind === 'string') return isFunctionType(declared) || declared.kind === 'project';
      return declared.kind === 'string' && isFunctionType(actual);
    });
  }

  #arguments(call: ResolvedCall): number[] {
    const { tree } = call.at.file;
    const list =
      tree.kind(call.callNode) === Kind.New || tree.kind(call.callNode) === Kind.Call
        ? tree.child(call.callNode, 1)
        : 0;
    return tree.children(list);
  }

  /** Binds a generic method's type parameters by the call's type arguments, else by its arguments' types. */
  inferBindings(fn: FunctionSymbol, call: ResolvedCall): Bindings {
    const { program } = this.#expressions;
    const { tree } = call.at.file;
    const written = tree.children(tree.child(call.callNode, 2));
    if (written.length > 0) {
      return program.methodBindings(
        fn,
        written.map((node) => program.typeFromReference({ file: call.at.file, node })),
      );
    }
    const names = new Set(fn.file.tree.children(fn.file.tree.child(fn.node, 5)).map((node) => fn.file.tree.text(node)));
    if (names.size === 0) return NO_BINDINGS;
    const bindings = new Map<string, Type>();
    const extension = fn.file.tree.has(fn.node, Flag.Extension) && call.receiver.kind !== 'static';
    const actual = this.#arguments(call).map((node) => this.#expressions.typeOf({ file: call.at.file, node }));
    if (extension) actual.unshift(call.receiver);
    for (const [index, type] of actual.entries())
      this.#unify(this.#parameterType(fn, index), type, names, bindings, call);
    return bindings;
  }

  #unify(
    declared: Type,
    actual: Type,
    names: ReadonlySet<string>,
    bindings: Map<string, Type>,
    call: ResolvedCall,
  ): void {
    if (declared.kind === 'parameter') {
      if (names.has(declared.name) && actual.kind !== 'unknown' && !bindings.has(declared.name))
        bindings.set(declared.name, actual);
      return;
    }
    if (declared.kind === 'external') {
      const view = this.#expressions.program.viewAsExternal(actual, declared.name, call.at.file);
      for (const [index, arg] of declared.args.entries())
        this.#unify(arg, view?.args[index] ?? UNKNOWN, names, bindings, call);
    }
  }

  /** The type of a lambda's untyped parameter, from what the lambda is passed to. */
  typeOfCallbackParameter(parameter: Location): Type {
    const { file } = parameter;
    const { tree } = file;
    const fn = file.enclosing(parameter.node, Kind.Function);
    const list = file.parent(fn);
    const callNode = file.parent(list);
    const position = tree
      .children(tree.child(fn, PARAMETERS))
      .filter((node) => tree.kind(node) === Kind.Param)
      .indexOf(parameter.node);
    if (tree.kind(list) === Kind.Variable) return this.#typeByDeclaration({ file, node: list }, position);
    if (tree.kind(list) !== Kind.List || tree.kind(callNode) !== Kind.Call) return UNKNOWN;
    const call = this.resolve({ file, node: callNode });
    const model = call.model?.model;
    const expression = model === undefined || typeof model === 'string' ? undefined : model.callback?.[position];
    if (expression !== undefined && call.model) {
      return this.#expressions.evaluateModel(
        { model: expression, bindings: call.model.bindings },
        call.modelOn,
        call.at,
        callNode,
      );
    }
    const argument = tree.children(list).indexOf(fn);
    return call.functions[0] ? this.#delegateParameter(call.functions[0], argument, position, call) : UNKNOWN;
  }

  /** `const routes: FastifyPluginAsync = async (fastify) => …`: the declared type names the parameters' types. */
  #typeByDeclaration(variable: Location, position: number): Type {
    const { program } = this.#expressions;
    const reference = { file: variable.file, node: variable.file.tree.child(variable.node, 1) };
    const declared = reference.node === 0 ? UNKNOWN : program.typeFromReference(reference);
    if (declared.kind !== 'external') return UNKNOWN;
    const model = program.models(variable.file).model(declared.name)?.parametersOfFunction?.[position];
    if (model === undefined) return UNKNOWN;
    return this.#expressions.evaluateModel({ model, bindings: NO_BINDINGS }, declared, variable, variable.node);
  }

  /** `Func<A, B>` and `Action<A>` name the types of a lambda's parameters. */
  #delegateParameter(fn: FunctionSymbol, argument: number, position: number, call: ResolvedCall): Type {
    const extension = fn.file.tree.has(fn.node, Flag.Extension) && call.receiver.kind !== 'static';
    const declared = this.#parameterType(fn, argument + (extension ? 1 : 0));
    if (declared.kind !== 'external' || !/^(Func|Action|Predicate)$/.test(declared.name)) return UNKNOWN;
    return declared.args[position] ?? UNKNOWN;
  }
}

function isFunctionType(type: Type): boolean {
  return (
    type.kind === 'function' ||
    (type.kind === 'external' && /^(Delegate|RequestDelegate|Func|Action|Predicate)$/.test(type.name))
  );
}

/** Arrays and C# strings have the members of library types. */
export function asExternal(type: Type, file: Location['file']): Type {
  if (type.kind === 'array') return { kind: 'external', name: '[]', args: [type.of] };
  return type.kind === 'string' && isCSharp(file) ? { kind: 'external', name: 'String', args: [] } : type;
}

/** The Param nodes of a function. */
export function parametersOf(fn: FunctionSymbol): number[] {
  const { tree } = fn.file;
  return tree.children(tree.child(fn.node, PARAMETERS)).filter((node) => tree.kind(node) === Kind.Param);
}

/** Overload signatures give way to the implementation beside them. */
function preferBodies(functions: readonly FunctionSymbol[]): readonly FunctionSymbol[] {
  const withBody = functions.filter((fn) => fn.file.tree.child(fn.node, 3) !== 0);
  return withBody.length === 0 ? functions : withBody;
}

function acceptsCount(fn: FunctionSymbol, count: number): boolean {
  const { tree } = fn.file;
  const parameters = parametersOf(fn);
  const required = parameters.filter((node) => tree.child(node, 1) === 0 && !tree.has(node, Flag.Optional)).length;
  const variadic = parameters.some(
    (node) => /^(params|\[\])$/.test(tree.text(tree.child(node, 0))) && node === parameters.at(-1),
  );
  return variadic ? count >= required - 1 : count >= required && count <= parameters.length;
}
