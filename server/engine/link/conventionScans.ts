import { Flag, Kind } from '../lower/tree.ts';
import type { ResolvedCall } from './callResolver.ts';
import type { Expressions } from './expressions.ts';
import { typeNamedBy } from './typeOperands.ts';
import type { Location } from './sourceFile.ts';
import type { TypeSymbol } from './symbols.ts';

/** What ends a scan of assemblies: Scrutor's, Autofac's and Lamar's names for which services the classes stand for. */
const ENDINGS =
  /^(AsImplementedInterfaces|AsMatchingInterface|AsSelfWithInterfaces|AsClosedTypesOf|WithDefaultConventions|As)$/;
const BEGINNINGS = /^(AddClasses|RegisterAssemblyTypes|RegisterTypes|WithDefaultConventions)$/;
const NAME_TESTS = /^(EndsWith|StartsWith|Contains|Equals)$/;

export interface Registration {
  service: TypeSymbol;
  implementation: TypeSymbol;
}

/**
 * What a scan of assemblies registers: `AddClasses(c => c.AssignableTo<IStore>()).AsImplementedInterfaces()`. A scan
 * with a condition that cannot be told registers nothing: then all implementations stay possible.
 */
export function conventionOf(expressions: Expressions, call: ResolvedCall): Registration[] {
  if (!ENDINGS.test(call.name)) return [];
  const conditions = new ScanConditions(expressions, call);
  const accepted = conditions.read();
  if (!accepted) return [];
  const { file } = call.at;
  const { program } = expressions;
  const services = servicesNamed(expressions, call);
  const registrations: Registration[] = [];
  for (const type of program.table.types) {
    const own = type.declarations[0]?.file;
    if (own?.root !== file.root || type.isAbstract || !type.has(Flag.Class) || own.generated) continue;
    if (program.bases(type).length === 0 || !accepted.every((accepts) => accepts(type))) continue;
    for (const at of program.lineage(program.selfType(type))) {
      if (at.kind !== 'project' || !at.symbol.has(Flag.Interface)) continue;
      const isMatching = /Matching|DefaultConventions/.test(call.name) && at.symbol.name !== `I${type.name}`;
      if (isMatching || (services && !services.has(at.symbol))) continue;
      registrations.push({ service: at.symbol, implementation: type });
    }
  }
  return registrations;
}

/** The services that `As<I>()` and `AsClosedTypesOf(typeof(I<>))` name; undefined where all interfaces are meant. */
function servicesNamed(expressions: Expressions, call: ResolvedCall): ReadonlySet<TypeSymbol> | undefined {
  if (!/^(As|AsClosedTypesOf)$/.test(call.name)) return undefined;
  return new Set(typesNamed(expressions, call.at));
}

/** The types of the scanned code that a call names by its type arguments and by `typeof`. */
function typesNamed(expressions: Expressions, { file, node }: Location): TypeSymbol[] {
  const { tree } = file;
  const written = tree
    .children(tree.child(node, 2))
    .map((at) => expressions.program.typeFromReference({ file, node: at }));
  const given = tree.children(tree.child(node, 1)).map((at) => typeNamedBy(expressions, { file, node: at }));
  return [...written, ...given].flatMap((type) => (type?.kind === 'project' ? [type.symbol] : []));
}

type Condition = (type: TypeSymbol) => boolean;

/** Reads which classes a scan takes. */
class ScanConditions {
  readonly #expressions: Expressions;
  readonly #call: ResolvedCall;

  constructor(expressions: Expressions, call: ResolvedCall) {
    this.#expressions = expressions;
    this.#call = call;
  }

  /** Conditions that all hold; undefined where the call ends no scan, or one of them is not known. */
  read(): Condition[] | undefined {
    const { file } = this.#call.at;
    const { tree } = file;
    const conditions: Condition[] = [];
    let node = this.#call.name === 'WithDefaultConventions' ? this.#call.callNode : this.#call.receiverNode;
    for (; tree.kind(node) === Kind.Call; node = tree.child(tree.child(node, 0), 0)) {
      const name = tree.text(tree.child(node, 0));
      const isBeginning = BEGINNINGS.test(name);
      if (!isBeginning && name !== 'Where' && name !== 'Except') continue;
      for (const argument of tree.children(tree.child(node, 1))) {
        if (tree.kind(argument) !== Kind.Function) continue;
        const read = this.#conditionsIn({ file, node: argument });
        if (!read) return undefined;
        conditions.push(...read);
      }
      if (name === 'Except') return undefined;
      if (isBeginning) return conditions;
    }
    return undefined;
  }

  /** The calls in a lambda, each of which must be a condition that is known. */
  #conditionsIn(lambda: Location): Condition[] | undefined {
    const { file } = lambda;
    const { tree } = file;
    const conditions: Condition[] = [];
    const pending = [tree.child(lambda.node, 3)];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const kind = tree.kind(node);
      if (kind === Kind.Binary && tree.text(node) !== '&&') return undefined;
      if (kind === Kind.Call) {
        const condition = this.#condition({ file, node });
        if (!condition) return undefined;
        if (condition !== 'nothing') conditions.push(condition);
        const callee = tree.child(node, 0);
        pending.push(tree.child(callee, 0));
        if (tree.text(callee) === 'Where')
          pending.push(...tree.children(tree.child(node, 1)).map((fn) => tree.child(fn, 3)));
      } else if (kind === Kind.Binary || kind === Kind.Block || kind === Kind.Return)
        pending.push(...tree.children(node));
      else if (kind === Kind.List) return undefined;
    }
    return conditions;
  }

  #condition(at: Location): Condition | 'nothing' | undefined {
    const { tree } = at.file;
    const name = tree.text(tree.child(at.node, 0));
    if (name === 'Where') return 'nothing';
    if (NAME_TESTS.test(name)) return this.#nameTest(name, at);
    if (name === 'AssignableTo' || name === 'AssignableToAny' || name === 'IsAssignableTo') {
      const bases = typesNamed(this.#expressions, at);
      return bases.length === 0 ? undefined : (type) => bases.some((base) => this.#derives(type, base));
    }
    if (/^In(Exact)?NamespaceOf$/.test(name)) {
      const namespaces = typesNamed(this.#expressions, at).map(namespaceOf);
      return namespaces.length === 0 ? undefined : (type) => namespaces.some((outer) => isInNamespace(type, outer));
    }
    if (name === 'InNamespaces' || name === 'InExactNamespaces') {
      const texts = tree.children(tree.child(at.node, 1)).map((node) => tree.text(node));
      return (type) => texts.some((outer) => isInNamespace(type, outer));
    }
    return undefined;
  }

  /** `type.Name.EndsWith("Service")`. */
  #nameTest(test: string, at: Location): Condition | undefined {
    const { tree } = at.file;
    const on = tree.child(tree.child(at.node, 0), 0);
    const [argument = 0] = tree.children(tree.child(at.node, 1));
    if (tree.text(on) !== 'Name' || tree.kind(argument) !== Kind.String) return undefined;
    const text = tree.text(argument);
    return ({ name }) => {
      if (test === 'EndsWith') return name.endsWith(text);
      if (test === 'StartsWith') return name.startsWith(text);
      return test === 'Contains' ? name.includes(text) : name === text;
    };
  }

  #derives(type: TypeSymbol, base: TypeSymbol): boolean {
    const { program } = this.#expressions;
    return program.lineage(program.selfType(type)).some((at) => at.kind === 'project' && at.symbol === base);
  }
}

function namespaceOf(type: TypeSymbol): string {
  const dot = type.qualifiedName.lastIndexOf('.');
  return dot < 0 ? '' : type.qualifiedName.slice(0, dot);
}

function isInNamespace(type: TypeSymbol, outer: string): boolean {
  const own = namespaceOf(type);
  return own === outer || own.startsWith(`${outer}.`);
}
