import { Flag, Kind } from '../lower/tree.ts';
import { parametersOf } from './callResolver.ts';
import type { EnvironmentFiles } from './environmentFiles.ts';
import type { Expressions } from './expressions.ts';
import { isNothing, objectLiteral } from './literals.ts';
import { handedToBase } from './handedToBase.ts';
import { pathOf } from './paths.ts';
import { placeholder } from './placeholder.ts';
import { writtenMembers } from './writtenMembers.ts';
import { returnedExpression } from './returnedExpression.ts';
import { isCSharp, type Location } from './sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from './symbols.ts';
import { nameOf } from './types.ts';

/** A text known at scan time, with `{name}` for each part that is not. Alternatives come from conditions. */
export interface TextValue {
  text: string;
  /** Whether every part is literal. */
  exact: boolean;
  /** How the text was put together, for the evidence. */
  parts: string[];
}

const MAX_ALTERNATIVES = 8;
const MAX_DEPTH = 24;
const NO_VALUE = /^(null|undefined|default)$/;

/** Evaluates expressions to texts: literals, templates, concatenations, constants wherever they are declared. */
export class Texts {
  readonly #expressions: Expressions;
  /** Addresses of environment variables. */
  environment: EnvironmentFiles | undefined;
  /** Texts that expressions read from outside the code, such as settings files; set by frameworks. */
  outside: (at: Location) => TextValue[] = () => [];
  /** Texts of the arguments of the calls that are being followed, by the parameter they are passed to. */
  readonly #passed = new Map<string, TextValue[]>();
  /** Arguments of those calls, for their properties; node 0 where the call passes none. */
  readonly #arguments = new Map<string, Location>();
  #typeName = '';
  /** Parameters that texts were asked of, while they are collected. */
  #asked: Map<string, Location> | undefined;
  /** Members each class writes outside its constructors, by class. */
  readonly #written = new Map<TypeSymbol, ReadonlySet<string>>();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  /** All texts an expression can have, the first first; empty for node 0. */
  valuesOf(at: Location): TextValue[] {
    return at.node === 0 ? [] : this.#evaluate(at, 0).slice(0, MAX_ALTERNATIVES);
  }

  /** The only exact text an expression can have, undefined otherwise. */
  exactText(at: Location): string | undefined {
    const values = this.valuesOf(at);
    return values.length === 1 && values[0]?.exact ? values[0].text : undefined;
  }

  /** The parameters, of any function, that the text of an expression depends on. */
  parametersIn(at: Location): Location[] {
    const asked = new Map<string, Location>();
    this.#asked = asked;
    this.valuesOf(at);
    this.#asked = undefined;
    return [...asked.values()];
  }

  /** Runs with the parameters of a function standing for the arguments of a call; node 0 for one that is not passed. */
  withArguments<T>(fn: FunctionSymbol, args: readonly Location[], run: () => T): T {
    const parameters = parametersOf(fn).map((node) => ({ file: fn.file, node }));
    const values = args.map((argument) => (argument.node === 0 ? [] : this.#part(argument, 0)));
    for (const [index, parameter] of parameters.entries()) {
      const fallback = { file: fn.file, node: fn.file.tree.child(parameter.node, 1) };
      const isPassed = args[index] !== undefined && args[index].node !== 0;
      this.#passed.set(keyOf(parameter), isPassed ? (values[index] ?? []) : this.valuesOf(fallback));
      this.#arguments.set(keyOf(parameter), args[index] ?? { file: fn.file, node: 0 });
    }
    try {
      return run();
    } finally {
      for (const parameter of parameters) {
        this.#passed.delete(keyOf(parameter));
        this.#arguments.delete(keyOf(parameter));
      }
    }
  }

  /** Runs with a text, such as a mark to be found again, in the place of a parameter or of all of its properties. */
  withText<T>(parameter: Location, text: string, run: () => T): T {
    this.#passed.set(keyOf(parameter), [{ text, exact: true, parts: [] }]);
    try {
      return run();
    } finally {
      this.#passed.delete(keyOf(parameter));
    }
  }

  /** Runs with the name of a class for what `type.Name` gives where the type is known at run time only. */
  withTypeName<T>(name: string, run: () => T): T {
    const before = this.#typeName;
    this.#typeName = name;
    try {
      return run();
    } finally {
      this.#typeName = before;
    }
  }

  /** The argument that stands for a parameter while a call is followed: node 0 for one that is not passed. */
  argumentFor(at: Location): Location | undefined {
    const parameter = parameterNamed(at);
    return parameter && this.#arguments.get(keyOf(parameter));
  }

  #evaluate(at: Location, depth: number): TextValue[] {
    if (at.node === 0 || depth > MAX_DEPTH) return [];
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.String:
        return [{ text: tree.text(at.node), exact: true, parts: [] }];
      case Kind.Literal:
        return NO_VALUE.test(tree.text(at.node)) ? [] : [{ text: tree.text(at.node), exact: true, parts: [] }];
      case Kind.Template:
        return this.#joined(tree.children(at.node).map((node) => this.#part({ file: at.file, node }, depth)));
      case Kind.Binary:
        return this.#binary(at, depth);
      case Kind.Conditional:
        return [1, 2].flatMap((index) => this.#given(this.#expressions.child(at, index), depth));
      case Kind.Identifier:
        return this.#name(at, depth);
      case Kind.Member:
        return this.#outsideOr(at, () => this.#member(at, depth));
      case Kind.Index:
        return this.#outsideOr(at, () => this.#index(at, depth));
      case Kind.Call:
        return this.#outsideOr(at, () => this.#call(at, depth));
      case Kind.New:
        return this.#created(at, depth);
      case Kind.Await:
      case Kind.Cast:
        return this.#evaluate(this.#expressions.child(at, 0), depth + 1);
      default:
        return [];
    }
  }

  /** What settings say comes before the default that code has for it. */
  #outsideOr(at: Location, inside: () => TextValue[]): TextValue[] {
    const values = this.outside(at);
    return values.length > 0 ? values : inside();
  }

  /** `new Uri(text)`, `new Uri(base, text)`, `new Uri(text, UriKind.Relative)`. */
  #created(at: Location, depth: number): TextValue[] {
    const args = at.file.tree.children(at.file.tree.child(at.node, 1));
    const last = this.#evaluate({ file: at.file, node: args.at(-1) ?? 0 }, depth + 1);
    return last.length > 0 || args.length < 2 ? last : this.#evaluate({ file: at.file, node: args[0] ?? 0 }, depth + 1);
  }

  /** A part of a longer text: what is unknown becomes a placeholder. */
  #part(at: Location, depth: number): TextValue[] {
    const values = this.#evaluate(at, depth + 1);
    if (values.length > 0) return values;
    return [{ text: `{${placeholder(at)}}`, exact: false, parts: [] }];
  }

  #given(at: Location, depth: number): TextValue[] {
    return isNothing(at) ? [] : this.#part(at, depth);
  }

  #joined(parts: TextValue[][]): TextValue[] {
    let texts: TextValue[] = [{ text: '', exact: true, parts: [] }];
    for (const alternatives of parts) {
      texts = texts.flatMap((left) =>
        alternatives.map((right) => ({
          text: left.text + right.text,
          exact: left.exact && right.exact,
          parts: [...left.parts, ...right.parts],
        })),
      );
      texts = texts.slice(0, MAX_ALTERNATIVES);
    }
    return texts;
  }

  #binary(at: Location, depth: number): TextValue[] {
    const operator = at.file.tree.text(at.node);
    const left = this.#expressions.child(at, 0);
    const right = this.#expressions.child(at, 1);
    if (operator === '+') return this.#joined([this.#part(left, depth), this.#part(right, depth)]);
    if (operator === '??' || operator === '||') {
      const values = this.#evaluate(left, depth + 1);
      return values.some((value) => value.exact) ? values : [...values, ...this.#evaluate(right, depth + 1)];
    }
    return [];
  }

  #name(at: Location, depth: number): TextValue[] {
    const { tree } = at.file;
    const name = tree.text(at.node);
    const local = at.file.findLocal(name, at.node);
    if (local !== 0) return this.#declaration({ file: at.file, node: local }, depth, name);
    if (isCSharp(at.file)) return this.#fieldOf(this.#expressions.typeOfThis(at), name, depth);
    const binding = this.#expressions.program.typescript.resolve(name, at.file);
    if (binding?.kind === 'variable') return this.#declaration(binding.at, depth, name);
    return binding?.kind === 'expression' ? this.#evaluate(binding.at, depth + 1) : [];
  }

  #declaration(at: Location, depth: number, name: string): TextValue[] {
    const { tree } = at.file;
    if (tree.kind(at.node) === Kind.Param) {
      this.#asked?.set(keyOf(at), at);
      return this.#passed.get(keyOf(at)) ?? [];
    }
    if (tree.kind(at.node) !== Kind.Variable || this.#isReassigned(at, name)) return [];
    const values = this.#evaluate({ file: at.file, node: tree.child(at.node, 2) }, depth + 1);
    return values.map((value) => withPart(value, name));
  }

  /** A variable that is written again has no single value. */
  #isReassigned(at: Location, name: string): boolean {
    const { tree } = at.file;
    if (tree.has(at.node, Flag.Const)) return false;
    const scope = at.file.enclosing(at.file.parent(at.node), Kind.Function, Kind.File);
    let found = false;
    const visit = (node: number): void => {
      if (found) return;
      if (
        tree.kind(node) === Kind.Assign &&
        tree.text(tree.child(node, 0)) === name &&
        tree.kind(tree.child(node, 0)) === Kind.Identifier
      ) {
        found = true;
        return;
      }
      for (const child of tree.children(node)) visit(child);
    };
    visit(scope);
    return found;
  }

  #member(at: Location, depth: number): TextValue[] {
    const { tree } = at.file;
    const name = tree.text(at.node);
    const object = this.#expressions.child(at, 0);
    const passed = this.#memberOfArgument(object, name, depth);
    if (passed) return passed;
    const className = name === 'Name' && isCSharp(at.file) ? this.#classNamed(object) : undefined;
    if (className !== undefined) return [{ text: className, exact: true, parts: [`class ${className}`] }];
    const on = this.#expressions.typeOf(object);
    const target = on.kind === 'static' ? on.of : on;
    if (on.kind === 'object') return this.#property(on.at, name, depth);
    const field = this.#fieldOf(target, name, depth);
    if (field.length > 0 || isCSharp(at.file)) return field;
    if (on.kind === 'module') {
      const binding = this.#expressions.program.typescript.resolveExport(on.file, name);
      if (binding?.kind === 'variable') return this.#declaration(binding.at, depth, name);
    }
    // `const routes: Routes = { … }`: the declared type does not say what a constant holds.
    const constant = objectLiteral(this.#expressions.program, object);
    if (constant) return this.#property(constant, name, depth);
    const path = /^(?:process|import\.meta)\.env\.(\w+)$/.exec(pathOf(at) ?? '');
    const address = path ? this.environment?.valueOf(path[1] ?? '', at.file) : undefined;
    return address === undefined ? [] : [{ text: address, exact: true, parts: [`${path?.[1]} = ${address}`] }];
  }

  /** The class whose name `value.GetType().Name`, `typeof(Order).Name` or `type.Name` of a type given at run time is. */
  #classNamed(type: Location): string | undefined {
    const { file, node } = type;
    const { tree } = file;
    const called = tree.kind(node) === Kind.Call ? tree.text(tree.child(node, 0)) : '';
    if (called === 'typeof') {
      const written = this.#expressions.program.typeFromReference({
        file,
        node: tree.children(tree.child(node, 1))[0] ?? 0,
      });
      return written.kind === 'project' ? written.symbol.name : undefined;
    }
    if (called === 'GetType') {
      const value = this.#expressions.child(this.#expressions.child(type, 0), 0);
      const of = this.#expressions.typeOf(this.argumentFor(value) ?? value);
      return of.kind === 'project' && !of.symbol.isAbstract ? of.symbol.name : undefined;
    }
    const isLocal =
      this.#typeName !== '' && tree.kind(node) === Kind.Identifier && file.findLocal(tree.text(node), node) !== 0;
    return isLocal && this.#expressions.typeOf(type).kind === 'unknown' ? this.#typeName : undefined;
  }

  /** `{ url }` of a parameter that stands for the argument of a call. */
  #memberOfArgument(object: Location, name: string, depth: number): TextValue[] | undefined {
    const parameter = isCSharp(object.file) ? undefined : parameterNamed(object);
    if (!parameter) return undefined;
    this.#asked?.set(keyOf(parameter), parameter);
    const argument = this.#arguments.get(keyOf(parameter));
    if (!argument) return this.#passed.get(keyOf(parameter));
    const type = this.#expressions.typeOf(argument);
    return type.kind === 'object' ? this.#property(type.at, name, depth) : [];
  }

  #property(object: Location, name: string, depth: number): TextValue[] {
    const { tree } = object.file;
    for (const node of tree.children(object.node)) {
      if (tree.kind(node) === Kind.Property && tree.text(node) === name) {
        return this.#evaluate({ file: object.file, node: tree.child(node, 0) }, depth + 1).map((value) =>
          withPart(value, name),
        );
      }
    }
    return [];
  }

  #fieldOf(type: ReturnType<Expressions['typeOfThis']>, name: string, depth: number): TextValue[] {
    if (type.kind !== 'project') return [];
    const member = this.#expressions.program.member(type, name);
    if (member?.kind !== 'field') return [];
    const { field } = member;
    const { tree } = field.file;
    const initial = tree.child(field.node, 2);
    if (this.#isWritten(field.owner, name)) return [];
    if (initial !== 0)
      return this.#evaluate({ file: field.file, node: initial }, depth + 1).map((value) => withPart(value, name));
    const getter = tree.children(tree.child(field.node, 4))[0] ?? 0;
    const body = tree.child(getter, 3);
    const isConstant = body !== 0 && tree.kind(body) !== Kind.Block;
    if (isConstant) return this.#evaluate({ file: field.file, node: body }, depth + 1);
    const assigned = this.#assignedInConstructor(field.owner, name, depth);
    const handed = assigned.length > 0 ? undefined : handedToBase(this.#expressions.program, type, field);
    return handed ? this.#evaluate(handed, depth + 1).map((value) => withPart(value, name)) : assigned;
  }

  /** Whether a class changes a member after construction. */
  #isWritten(owner: TypeSymbol, name: string): boolean {
    let written = this.#written.get(owner);
    if (!written) {
      written = writtenMembers(owner);
      this.#written.set(owner, written);
    }
    return written.has(name);
  }

  /** A field set once, in the constructor, has that value. */
  #assignedInConstructor(
    owner: { constructors: { file: Location['file']; node: number }[] },
    name: string,
    depth: number,
  ): TextValue[] {
    for (const { file, node } of owner.constructors) {
      const { tree } = file;
      const body = tree.child(node, 3);
      for (const statement of tree.children(body)) {
        if (tree.kind(statement) !== Kind.Assign) continue;
        const left = tree.child(statement, 0);
        if (tree.text(left) !== name) continue;
        // What is passed to a constructor is no part of what a call of a method passes.
        const asked = this.#asked;
        this.#asked = undefined;
        const values = this.#evaluate({ file, node: tree.child(statement, 1) }, depth + 1);
        this.#asked = asked;
        return values;
      }
    }
    return [];
  }

  #index(at: Location, depth: number): TextValue[] {
    const key = this.exactText(this.#expressions.child(at, 1));
    const on = this.#expressions.typeOf(this.#expressions.child(at, 0));
    return key !== undefined && on.kind === 'object' ? this.#property(on.at, key, depth) : [];
  }

  /** Calls that give back a text: `x.toString()`, `encodeURIComponent(x)`, a function with one expression as body. */
  #call(at: Location, depth: number): TextValue[] {
    const { tree } = at.file;
    const name = tree.text(tree.child(at.node, 0));
    const args = tree.children(tree.child(at.node, 1));
    if (/^(encodeURIComponent|encodeURI|String|Uri|EscapeDataString|escape)$/.test(name)) {
      return this.#part({ file: at.file, node: args[0] ?? 0 }, depth);
    }
    if (/^(toString|trim|toLowerCase|ToString|Trim|TrimEnd|ToLowerInvariant|replace|Replace)$/.test(name)) {
      return this.#evaluate(this.#expressions.child({ file: at.file, node: tree.child(at.node, 0) }, 0), depth + 1);
    }
    if (name === 'concat') {
      const receiver = this.#expressions.child({ file: at.file, node: tree.child(at.node, 0) }, 0);
      return this.#joined(
        [receiver, ...args.map((node) => ({ file: at.file, node }))].map((part) => this.#part(part, depth)),
      );
    }
    if (/^(Combine|Join)$/.test(name) && tree.text(tree.child(tree.child(at.node, 0), 0)) === 'Path')
      return this.#combinedPath(at, args, depth);
    const fn = this.#expressions.calls.resolve(at).functions[0];
    return fn
      ? this.#followed(
          fn,
          args.map((node) => ({ file: at.file, node })),
          depth,
        )
      : [];
  }

  /** `Path.Combine(folder, "a", "b.txt")`. */
  #combinedPath(at: Location, args: readonly number[], depth: number): TextValue[] {
    const separator: TextValue[] = [{ text: '/', exact: true, parts: [] }];
    const parts = args.flatMap((node, index) => [
      ...(index === 0 ? [] : [separator]),
      this.#part({ file: at.file, node }, depth),
    ]);
    return this.#joined(parts).map((value) => ({ ...value, text: value.text.replace(/\/{2,}/g, '/') }));
  }

  /** What a short function returns for given arguments. */
  #followed(fn: FunctionSymbol, args: readonly Location[], depth: number): TextValue[] {
    const returned = returnedExpression(fn);
    if (returned === 0) return [];
    const keys = parametersOf(fn).map((node) => keyOf({ file: fn.file, node }));
    const before = keys.map((key) => this.#passed.get(key));
    const passed = keys.map((_, index) => (args[index] ? this.#part(args[index], depth) : []));
    for (const [index, key] of keys.entries()) this.#passed.set(key, passed[index] ?? []);
    const values = this.#evaluate({ file: fn.file, node: returned }, depth + 1);
    for (const [index, key] of keys.entries()) {
      const previous = before[index];
      if (previous) this.#passed.set(key, previous);
      else this.#passed.delete(key);
    }
    return values;
  }

  /** A name for people of what an expression is: `orderId`, `order.id`. */
  describe(at: Location): string {
    return placeholder(at) || nameOf(this.#expressions.typeOf(at));
  }
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}

/** The parameter a name means. */
function parameterNamed(at: Location): Location | undefined {
  const { file, node } = at;
  if (file.tree.kind(node) !== Kind.Identifier) return undefined;
  const local = file.findLocal(file.tree.text(node), node);
  return file.tree.kind(local) === Kind.Param ? { file, node: local } : undefined;
}

function withPart(value: TextValue, name: string): TextValue {
  return { ...value, parts: [`${name} = ${value.text}`, ...value.parts].slice(0, 6) };
}
