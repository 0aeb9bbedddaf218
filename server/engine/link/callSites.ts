import { Kind } from '../lower/tree.ts';
import { parametersOf, type ResolvedCall } from './callResolver.ts';
import type { Expressions } from './expressions.ts';
import { autoloaded } from './fastifyAutoload.ts';
import { iteratedValues } from './initializers.ts';
import { visitNodes } from './linker.ts';
import type { Program } from './program.ts';
import { RuleIndex } from './ruleIndex.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';
import { ServiceRegistrations } from './serviceRegistrations.ts';
import { type FunctionSymbol, pushTo } from './symbols.ts';
import type { Texts } from './values.ts';

/** Hooks that call their second argument with their first. */
const KEYED_FETCH = /^swr(\/immutable)?#default$/;

/** A router put below a path of another one. */
export interface Mount {
  parent: Location;
  path: string;
}

/** A method called by its name: `type.GetMethod("Map").Invoke(null, [group])`. */
export interface ReflectedCall {
  file: SourceFile;
  /** Argument nodes. */
  args: number[];
}

/** What a first look at all calls gives: who is called from where, service registrations, mounted routers. */
export class CallSites {
  readonly #calls = new Map<FunctionSymbol, ResolvedCall[]>();
  readonly services: ServiceRegistrations;
  readonly #reflected = new Map<string, ReflectedCall[]>();
  /** Mounts by the place where the mounted router was created. */
  readonly #mounts = new Map<string, Mount[]>();
  readonly #expressions: Expressions;
  readonly #texts: Texts;
  readonly #indexes: { csharp: RuleIndex; typescript: RuleIndex };

  constructor(program: Program, expressions: Expressions, texts: Texts) {
    this.#expressions = expressions;
    this.#texts = texts;
    this.services = new ServiceRegistrations(expressions);
    this.#indexes = {
      csharp: new RuleIndex(program.packs, 'csharp'),
      typescript: new RuleIndex(program.packs, 'typescript'),
    };
  }

  /** Takes in the calls of one file. */
  add(file: SourceFile): void {
    const index = isCSharp(file) ? this.#indexes.csharp : this.#indexes.typescript;
    visitNodes(file, (node) => {
      if (file.tree.kind(node) === Kind.Call) this.#visit(this.#expressions.calls.resolve({ file, node }), index);
    });
  }

  /** Calls that name a function directly. */
  callsOf(fn: FunctionSymbol): readonly ResolvedCall[] {
    return this.#calls.get(fn) ?? [];
  }

  /** Calls by reflection that name a method and pass as many arguments as it takes. */
  reflectedCallsOf(fn: FunctionSymbol): readonly ReflectedCall[] {
    const count = parametersOf(fn).length;
    return (this.#reflected.get(fn.name) ?? []).filter(
      ({ file, args }) => file.root === fn.file.root && args.length === count,
    );
  }

  /** Where the router created at a place is mounted. */
  mountsOf(origin: Location): readonly Mount[] {
    return this.#mounts.get(keyOf(origin)) ?? [];
  }

  #visit(call: ResolvedCall, index: RuleIndex): void {
    for (const fn of call.functions) {
      const known = this.#calls.get(fn);
      if (known) known.push(call);
      else this.#calls.set(fn, [call]);
    }
    if (call.name === 'Invoke' && isCSharp(call.at.file)) this.#reflect(call);
    if (isCSharp(call.at.file)) this.services.visit(call);
    if (call.name === 'register') this.#autoload(call);
    if (KEYED_FETCH.test(call.externalFunction)) this.#addFetcher(call);
    for (const { rule } of index.mounts.get(call.name) ?? []) {
      if (rule.on.some((name) => this.#expressions.program.viewAsExternal(call.receiver, name, call.at.file))) {
        this.#mount(call, rule);
      }
    }
  }

  /** `useSWR('/api/user', fetcher)` calls the fetcher with the key. */
  #addFetcher(call: ResolvedCall): void {
    const { file } = call.at;
    const type = this.#expressions.typeOf({
      file,
      node: file.tree.children(file.tree.child(call.callNode, 1))[1] ?? 0,
    });
    if (type.kind === 'function' && type.functions[0]) pushTo(this.#calls, type.functions[0], call);
  }

  #autoload(call: ResolvedCall): void {
    for (const { plugin, path } of autoloaded(this.#expressions, this.#texts, call))
      pushTo(this.#mounts, keyOf(plugin), { parent: { file: call.at.file, node: call.receiverNode }, path });
  }

  #reflect(call: ResolvedCall): void {
    const { file } = call.at;
    const { tree } = file;
    const method = call.receiverNode;
    if (tree.kind(method) !== Kind.Call || tree.text(tree.child(method, 0)) !== 'GetMethod') return;
    const name = this.#texts.exactText({ file, node: tree.children(tree.child(method, 1))[0] ?? 0 });
    const passed = tree.children(tree.child(call.callNode, 1))[1] ?? 0;
    const list = tree.kind(passed) === Kind.Cast ? tree.child(passed, 0) : passed;
    if (name !== undefined && tree.kind(list) === Kind.Array)
      pushTo(this.#reflected, name, { file, args: tree.children(list) });
  }

  #mount(call: ResolvedCall, rule: { path: string; router: string }): void {
    const { file } = call.at;
    const at = this.#argument(call, rule.path);
    const args = file.tree.children(file.tree.child(call.callNode, 1));
    // `use('/api', check, router)`: each of the arguments can be the router.
    const routers =
      rule.router === 'argument.last' ? args.map((node) => ({ file, node })) : [this.#argument(call, rule.router)];
    for (const router of routers) {
      const paths = at.node === router.node ? [] : (iteratedValues(this.#expressions, at) ?? [at]);
      for (const [index, value] of (iteratedValues(this.#expressions, router) ?? [router]).entries()) {
        const path = paths[index] ?? paths[0];
        this.#addMount(call, value, (path && this.#texts.valuesOf(path)[0]?.text) ?? '');
      }
    }
  }

  #addMount(call: ResolvedCall, router: Location, path: string): void {
    for (const origin of this.#mounted(router)) {
      const mount = { parent: { file: call.at.file, node: call.receiverNode }, path };
      const known = this.#mounts.get(keyOf(origin));
      if (known) known.push(mount);
      else this.#mounts.set(keyOf(origin), [mount]);
    }
  }

  /** Where what is mounted was made: a router, or a function that registers routes, also inside a wrapper or an array. */
  #mounted(at: Location): Location[] {
    const { tree } = at.file;
    if (tree.kind(at.node) === Kind.Array)
      return tree.children(at.node).flatMap((node) => this.#mounted({ file: at.file, node }));
    const type = this.#expressions.typeOf(at);
    if (type.kind === 'external' && type.origin) return [type.origin];
    if (type.kind === 'function') return type.functions.map(({ file, node }) => ({ file, node }));
    if (tree.kind(at.node) !== Kind.Call) return [];
    return tree.children(tree.child(at.node, 1)).flatMap((node) => this.#mounted({ file: at.file, node }));
  }

  #argument(call: ResolvedCall, source: string): Location {
    const { file } = call.at;
    const args = file.tree.children(file.tree.child(call.callNode, 1));
    const found = /^argument\.(\d|last)(?:\.key\.(\w+))?$/.exec(source);
    const node = (found?.[1] === 'last' ? args.at(-1) : args[Number(found?.[1])]) ?? 0;
    if (found?.[2] === undefined) return { file, node };
    const type = this.#expressions.typeOf({ file, node });
    if (type.kind !== 'object') return { file, node: 0 };
    const { tree } = type.at.file;
    const property = tree.children(type.at.node).find((child) => tree.text(child) === found[2]);
    return { file: type.at.file, node: tree.child(property ?? 0, 0) };
  }
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}
