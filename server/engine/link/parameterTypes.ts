import { Flag, Kind } from '../lower/tree.ts';
import type { Expressions } from './expressions.ts';
import { visitNodes } from './linker.ts';
import { requiredBinding } from './requiredBinding.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import { type Type, UNKNOWN } from './types.ts';
import type { ModuleBinding } from './typescriptNames.ts';

const PARAMETERS = 1;
const MAX_CALLS = 20;
const MAX_DEPTH = 8;

/** Where a function is used: called, or handed to another function at a position. */
interface Use {
  call: Location;
  /** Index among the arguments where the function itself is handed over, undefined where it is called. */
  passedAs?: number;
}

/**
 * Types of parameters that declare none, from what the callers pass: `module.exports = (app) => …` with
 * `require('./routes')(app)`, `new Controller(new Service())`. Callers are found by names alone, so that no type is
 * needed to find them.
 */
export class ParameterTypes {
  readonly #expressions: Expressions;
  readonly #known = new Map<string, Type>();
  #uses: Map<string, Use[]> | undefined;

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  /** The type of a parameter without a declared type; UNKNOWN when callers pass nothing known or different types. */
  typeOf(parameter: Location): Type {
    const key = keyOf(parameter);
    const known = this.#known.get(key);
    if (known) return known;
    // A parameter that is passed on to itself says nothing.
    this.#known.set(key, UNKNOWN);
    const type = this.#infer(parameter);
    this.#known.set(key, type);
    return type;
  }

  #infer(parameter: Location): Type {
    const { file } = parameter;
    const { tree } = file;
    const fn = file.enclosing(parameter.node, Kind.Function);
    const position = tree
      .children(tree.child(fn, PARAMETERS))
      .filter((node) => tree.kind(node) === Kind.Param)
      .indexOf(parameter.node);
    this.#uses ??= this.#collectUses();
    const found: Type[] = [];
    for (const use of (this.#uses.get(keyOf({ file, node: fn })) ?? []).slice(0, MAX_CALLS)) {
      const type =
        use.passedAs === undefined
          ? this.#typeOfArgument(use.call, position)
          : this.#typeOfCallback(use.call, position);
      if (type.kind !== 'unknown') found.push(type);
    }
    return agreed(found);
  }

  #typeOfArgument(call: Location, position: number): Type {
    const { tree } = call.file;
    const args = tree.children(tree.child(call.node, 1));
    if (args.slice(0, position + 1).some((node) => tree.kind(node) === Kind.Spread)) return UNKNOWN;
    return this.#expressions.typeOf({ file: call.file, node: args[position] ?? 0 });
  }

  /** `fastify.register(routes)`: rule packs say what a function that is handed over is called with. */
  #typeOfCallback(call: Location, position: number): Type {
    const resolved = this.#expressions.calls.resolve(call);
    const model = resolved.model?.model;
    const expression = model === undefined || typeof model === 'string' ? undefined : model.callback?.[position];
    if (expression === undefined || !resolved.model) return UNKNOWN;
    return this.#expressions.evaluateModel(
      { model: expression, bindings: resolved.model.bindings },
      resolved.modelOn,
      call,
      call.node,
    );
  }

  #collectUses(): Map<string, Use[]> {
    const uses = new Map<string, Use[]>();
    const add = (fn: Location | undefined, use: Use): void => {
      if (!fn) return;
      const known = uses.get(keyOf(fn));
      if (known) known.push(use);
      else uses.set(keyOf(fn), [use]);
    };
    for (const file of this.#expressions.program.files) {
      if (isCSharp(file)) continue;
      const { tree } = file;
      visitNodes(file, (node) => {
        const kind = tree.kind(node);
        if (kind !== Kind.Call && kind !== Kind.New) return;
        const call = { file, node };
        const callee = { file, node: tree.child(node, 0) };
        add(kind === Kind.Call ? this.#functionNamed(callee, 0) : this.#constructorOf(callee), { call });
        for (const [index, argument] of tree.children(tree.child(node, 1)).entries()) {
          if (tree.kind(argument) !== Kind.Function)
            add(this.#functionNamed({ file, node: argument }, 0), { call, passedAs: index });
        }
      });
    }
    return uses;
  }

  /** The Function node a callee names. */
  #functionNamed(at: Location, depth: number): Location | undefined {
    const { file } = at;
    const { tree } = file;
    const { typescript } = this.#expressions.program;
    if (depth > MAX_DEPTH) return undefined;
    switch (tree.kind(at.node)) {
      case Kind.Function:
        return at;
      case Kind.Identifier: {
        const local = file.findLocal(tree.text(at.node), at.node);
        if (local !== 0) return this.#declared({ file, node: local }, depth);
        return this.#bound(typescript.resolve(tree.text(at.node), file), depth);
      }
      case Kind.Member: {
        const module = this.#moduleNamed({ file, node: tree.child(at.node, 0) });
        return module && this.#bound(typescript.resolveExport(module, tree.text(at.node)), depth);
      }
      case Kind.Call:
        return this.#bound(requiredBinding(this.#expressions.program, at), depth);
      default:
        return undefined;
    }
  }

  #moduleNamed(at: Location): SourceFile | undefined {
    const { tree } = at.file;
    if (tree.kind(at.node) === Kind.Call) {
      const required = requiredBinding(this.#expressions.program, at);
      return required?.kind === 'module' ? required.file : undefined;
    }
    if (tree.kind(at.node) !== Kind.Identifier || at.file.findLocal(tree.text(at.node), at.node) !== 0)
      return undefined;
    const binding = this.#expressions.program.typescript.resolve(tree.text(at.node), at.file);
    return binding?.kind === 'module' ? binding.file : undefined;
  }

  #bound(binding: ModuleBinding | undefined, depth: number): Location | undefined {
    switch (binding?.kind) {
      case 'function':
        return binding.symbol;
      case 'variable':
        return this.#declared(binding.at, depth);
      case 'expression':
        return this.#functionNamed(binding.at, depth + 1);
      case 'module':
        return this.#bound(this.#defaultOf(binding.file), depth + 1);
      default:
        return undefined;
    }
  }

  #defaultOf(file: SourceFile): ModuleBinding | undefined {
    const binding = this.#expressions.program.typescript.resolveExport(file, 'default');
    return binding?.kind === 'module' ? undefined : binding;
  }

  #declared(at: Location, depth: number): Location | undefined {
    const { tree } = at.file;
    if (tree.kind(at.node) === Kind.Function) return at;
    if (tree.kind(at.node) !== Kind.Variable) return undefined;
    return this.#functionNamed({ file: at.file, node: tree.child(at.node, 2) }, depth + 1);
  }

  /** The only constructor of a class named in `new X(…)`. */
  #constructorOf(created: Location): Location | undefined {
    const { file } = created;
    const { tree } = file;
    const name = tree.text(created.node);
    const { typescript, table } = this.#expressions.program;
    const local = file.findLocal(name, created.node);
    const binding = local === 0 ? typescript.resolve(name, file) : undefined;
    const type = local === 0 ? classOf(binding, table, 0) : table.typeAt(file, local);
    const constructors = (type?.constructors ?? []).filter((fn) => fn.file.tree.has(fn.node, Flag.Constructor));
    return constructors.length === 1 ? constructors[0] : undefined;
  }
}

function classOf(binding: ModuleBinding | undefined, table: Expressions['program']['table'], depth: number) {
  if (binding?.kind === 'type') return binding.symbol;
  if (binding?.kind !== 'expression' || depth > MAX_DEPTH) return undefined;
  const { file, node } = binding.at;
  if (file.tree.kind(node) === Kind.Type) return table.typeAt(file, node);
  return file.tree.kind(node) === Kind.Identifier
    ? table.modules.get(file)?.types.get(file.tree.text(node))
    : undefined;
}

/** The type all callers agree on. Values of one library type made at different places have no identity in common. */
function agreed(types: readonly Type[]): Type {
  const [first] = types;
  if (!first || types.length === 1) return first ?? UNKNOWN;
  if (first.kind === 'project')
    return types.every((type) => type.kind === 'project' && type.symbol === first.symbol) ? first : UNKNOWN;
  if (first.kind === 'object')
    return types.every((type) => type.kind === 'object' && keyOf(type.at) === keyOf(first.at)) ? first : UNKNOWN;
  if (first.kind !== 'external')
    return first.kind === 'string' && types.every((type) => type.kind === 'string') ? first : UNKNOWN;
  if (!types.every((type) => type.kind === 'external' && type.name === first.name)) return UNKNOWN;
  const isOne = types.every(
    (type) => type.kind === 'external' && type.origin && first.origin && keyOf(type.origin) === keyOf(first.origin),
  );
  return isOne ? first : { kind: 'external', name: first.name, args: first.args };
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}
