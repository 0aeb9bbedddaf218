import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Flag, Kind } from '../../lower/tree.ts';
import { attributesOf, attributesOfType, attributeText, findAttribute } from '../attributes.ts';
import { parametersOf, type ResolvedCall } from '../callResolver.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp } from '../sourceFile.ts';
import { type FunctionSymbol, pushTo, type TypeSymbol } from '../symbols.ts';
import { nameOf } from '../types.ts';
import type { Framework } from './framework.ts';

const PROVIDER = 'gRPC';
const ENDPOINT = 'grpc.service_method';
const CALL = 'grpc.client_call';
const JOIN = 'grpc_method';

/**
 * gRPC: the methods with which a class overrides the generated base of a service are endpoints, calls of the generated
 * client are requests, and both name `package.Service/Method`, the path that goes over the wire. The generated classes
 * come from .proto files (as `lower/proto.ts` declares them) or are checked in; where they lie in a package, the names
 * that the generator gives decide.
 */
export const grpc: Framework = {
  name: 'grpc',
  link(linker) {
    new GrpcLinker(linker).run();
  },
};

/** One call of a client and the path it requests. */
interface ClientCall {
  call: ResolvedCall;
  path: string;
  /** The client class is known by its name only. */
  isByName: boolean;
}

class GrpcLinker {
  readonly #linker: Linker;
  /** Endpoints by their path in lower case. */
  readonly #endpoints = new Map<string, DraftNode[]>();
  /** Methods of services whose generated classes are in no scanned file, by the name of the client class. */
  readonly #byClientName = new Map<string, Map<string, string>>();
  readonly #served = new Set<FunctionSymbol>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  run(): void {
    for (const type of this.#linker.program.table.types) {
      const file = type.declarations[0]?.file;
      if (!file || !isCSharp(file) || file.generated || type.isAbstract) continue;
      this.#linkService(type);
    }
    for (const call of this.#clientCalls()) this.#request(call);
  }

  #linkService(type: TypeSymbol): void {
    const { program } = this.#linker;
    if (program.bases(type).length === 0) return;
    const own: TypeSymbol[] = [];
    for (const at of program.lineage(program.selfType(type))) {
      if (at.kind === 'project') {
        const service = generatedService(this.#linker, at.symbol, 'Base');
        if (service !== undefined) this.#serve(own, service, at.symbol);
        else own.push(at.symbol);
        if (service !== undefined) return;
      } else if (at.kind === 'external') {
        const service = own.map((symbol) => serviceNamedBy(symbol, at.name)).find((name) => name !== undefined);
        if (service !== undefined) this.#serve(own, service, undefined);
      }
    }
  }

  /** @param base the generated base class; undefined where it is in no scanned file */
  #serve(types: readonly TypeSymbol[], service: string, base: TypeSymbol | undefined): void {
    const overridden = types.flatMap((type) => [...type.methods.values()].flat()).filter(isServiceMethod);
    for (const fn of overridden) {
      if (this.#served.has(fn) || (base && !base.methods.has(fn.name))) continue;
      this.#served.add(fn);
      const node = this.#endpoint(fn, `${service}/${fn.name}`);
      const declared = base?.methods.get(fn.name) ?? [];
      for (const method of declared) this.#transcode(node, fn, method);
      if (!base) this.#noteClient(service, fn.name);
    }
  }

  #noteClient(service: string, method: string): void {
    const client = `${service}Client`;
    const methods = this.#byClientName.get(client) ?? new Map<string, string>();
    this.#byClientName.set(client, methods);
    for (const name of [method, `${method}Async`]) methods.set(name, `${service}/${method}`);
  }

  #endpoint(fn: FunctionSymbol, path: string): DraftNode {
    const { graph } = this.#linker;
    const { tree } = fn.file;
    const node = graph.operation({
      kind: 'api_endpoint',
      at: { file: fn.file, node: fn.node },
      start: tree.start(fn.nameNode),
      end: tree.end(tree.child(fn.node, 1)),
      name: `${PROVIDER} ${path}`,
      target: path,
      provider: PROVIDER,
      rule: ENDPOINT,
      within: fn,
    });
    graph.edge({ source: node, target: graph.function(fn), kind: 'handles', rule: ENDPOINT, confidence: 'certain' });
    pushTo(this.#endpoints, path.toLowerCase(), node);
    return node;
  }

  /** JSON transcoding serves a method under the route of its `google.api.http` option as well. */
  #transcode(node: DraftNode, handler: FunctionSymbol, declared: FunctionSymbol): void {
    const rule = findAttribute(attributesOf(declared), 'HttpRule');
    if (!rule) return;
    const [method, route] = [0, 1].map((index) => attributeText(this.#linker.texts, rule, index, ''));
    if (method === undefined || route === undefined) return;
    this.#linker.facts.endpoints.push({ node, method, route, globalPrefix: '', handlers: [handler] });
  }

  #clientCalls(): ClientCall[] {
    const { program, callSites } = this.#linker;
    const found = new Map<ResolvedCall, ClientCall>();
    for (const type of program.table.types) {
      const service = generatedService(this.#linker, type, 'Client');
      if (service === undefined) continue;
      const served = type.container?.nested.get(`${type.container.name}Base`)?.[0];
      for (const fn of [...type.methods.values()].flat()) {
        const path = `${service}/${methodOf(fn.name, served)}`;
        for (const call of callSites.callsOf(fn)) {
          if (!call.at.file.generated) found.set(call, { call, path, isByName: false });
        }
      }
    }
    return [...found.values(), ...this.#callsByName()];
  }

  #callsByName(): ClientCall[] {
    if (this.#byClientName.size === 0) return [];
    const found: ClientCall[] = [];
    for (const file of this.#linker.program.files) {
      if (!isCSharp(file) || file.generated) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) !== Kind.Call) return;
        const call = this.#linker.expressions.calls.resolve({ file, node });
        const methods = call.receiver.kind === 'external' ? this.#byClientName.get(nameOf(call.receiver)) : undefined;
        const path = methods?.get(call.name);
        if (path !== undefined) found.push({ call, path, isByName: true });
      });
    }
    return found;
  }

  #request({ call, path, isByName }: ClientCall): void {
    const { graph, program } = this.#linker;
    const within = program.table.enclosingFunction(call.at.file, call.at.node);
    const confidence = isByName ? 'likely' : 'certain';
    const node = graph.operation({
      kind: 'api_call',
      at: call.at,
      target: path,
      provider: PROVIDER,
      rule: CALL,
      confidence,
      within,
    });
    if (within) graph.edge({ source: graph.function(within), target: node, kind: 'performs', rule: CALL, confidence });
    const endpoints = this.#endpoints.get(path.toLowerCase()) ?? [];
    if (endpoints.length === 0) graph.unresolved(node, 'no_endpoint_matches', `no scanned service implements ${path}`);
    if (endpoints.length > 1)
      graph.unresolved(node, 'ambiguous', `${endpoints.length} scanned services implement ${path}`);
    for (const target of endpoints) {
      graph.edge({
        source: node,
        target,
        kind: 'requests',
        rule: JOIN,
        confidence: endpoints.length > 1 ? 'possible' : confidence,
        detail: `both name ${path}`,
        candidates: endpoints
          .filter((other) => other !== target)
          .map((other) => ({ node: other, reason: `implements ${path} as well` })),
      });
    }
  }
}

/** The full name of the service whose generated base or client a class is, undefined for any other class. */
function generatedService(linker: Linker, type: TypeSymbol, suffix: 'Base' | 'Client'): string | undefined {
  const { container } = type;
  if (!container || type.name !== `${container.name}${suffix}`) return undefined;
  const attribute = findAttribute(attributesOfType(container), 'GrpcService');
  if (attribute && attribute.at.file.language === 'proto') return attributeText(linker.texts, attribute, 0, '');
  // The generator's own field: `static readonly string __ServiceName = "greet.Greeter";`
  const field = container.fields.get('__ServiceName');
  if (!field) return undefined;
  return linker.texts.exactText({ file: field.file, node: field.file.tree.child(field.node, 2) });
}

/** The method of a service that a client's method calls: `SayHelloAsync` calls `SayHello`. */
function methodOf(clientMethod: string, base: TypeSymbol | undefined): string {
  const withoutAsync = clientMethod.replace(/Async$/, '');
  return base && !base.methods.has(clientMethod) && base.methods.has(withoutAsync) ? withoutAsync : clientMethod;
}

/** `class GreeterService : Greeter.GreeterBase`: the service that a written base class names, as the generator does. */
function serviceNamedBy(type: TypeSymbol, base: string): string | undefined {
  for (const { file, node } of type.declarations) {
    const written = file.tree.children(file.tree.child(node, 2)).map((reference) => file.tree.text(reference));
    for (const name of written) {
      const service = /(?:^|\.)(\w+)\.\1Base$/.exec(name)?.[1];
      if (service !== undefined && base === `${service}Base`) return service;
    }
  }
  return undefined;
}

/** Methods of a service take the call's context last. */
function isServiceMethod(fn: FunctionSymbol): boolean {
  const { tree } = fn.file;
  const last = parametersOf(fn).at(-1) ?? 0;
  const isContext = /(^|\.)ServerCallContext$/.test(tree.text(tree.child(last, 0)));
  return tree.has(fn.node, Flag.Override) && isContext;
}
