import { Flag } from '../../lower/tree.ts';
import {
  type Decorator,
  decoratorArgument,
  decoratorsOn,
  decoratorsOnType,
  namedClass,
  propertyIn,
  symbolOf,
} from '../decorators.ts';
import type { Linker } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import type { Framework } from './framework.ts';
import { type NestApp, NestModules } from './nestModules.ts';
import { findNestListeners } from './nestListeners.ts';

const COMMON = '@nestjs/common';
const PARAMETERS = 1;
const VERBS: ReadonlyMap<string, string> = new Map([
  ['Get', 'GET'],
  ['Post', 'POST'],
  ['Put', 'PUT'],
  ['Patch', 'PATCH'],
  ['Delete', 'DELETE'],
  ['Head', 'HEAD'],
  ['Options', 'OPTIONS'],
  ['Search', 'SEARCH'],
  ['All', 'ANY'],
  ['Sse', 'GET'],
]);

/** NestJS: controllers, schedules, message handlers, providers that stand for a service type. */
export const nestjs: Framework = {
  name: 'nestjs',
  link(linker) {
    const modules = new NestModules(linker);
    const finder = new ControllerReader(linker, modules);
    for (const type of linker.program.table.types) finder.visit(type);
    findNestListeners(linker);
    registerProviders(linker);
  },
};

/** A controller's own part of its routes. */
interface Controller {
  type: TypeSymbol;
  app: NestApp | undefined;
  modulePath: string;
  paths: string[];
  /** undefined where the controller names none. */
  versions: string[] | undefined;
}

class ControllerReader {
  readonly #linker: Linker;
  readonly #modules: NestModules;

  constructor(linker: Linker, modules: NestModules) {
    this.#linker = linker;
    this.#modules = modules;
  }

  visit(type: TypeSymbol): void {
    const decorator = decoratorsOnType(this.#linker.program, type).find(
      ({ module, name }) => module === COMMON && name === 'Controller',
    );
    if (!decorator || type.has(Flag.Abstract)) return;
    const controller = this.#controllerOf(type, decorator);
    for (const method of methodsOf(this.#linker, type)) this.#visitMethod(controller, method);
  }

  #controllerOf(type: TypeSymbol, decorator: Decorator): Controller {
    const { expressions } = this.#linker;
    const argument = decoratorArgument(decorator, 0);
    const isOptions = argument.node !== 0 && expressions.typeOf(argument).kind === 'object';
    const version = isOptions ? propertyIn(expressions, argument, 'version') : undefined;
    return {
      type,
      app: this.#modules.appOf(type),
      modulePath: this.#modules.pathOf(type),
      paths: this.#paths(isOptions ? propertyIn(expressions, argument, 'path') : argument),
      versions: version && version.node !== 0 ? this.#modules.versionsIn(version) : undefined,
    };
  }

  /** One path, several, or none: the empty one. */
  #paths(at: Location): string[] {
    const { tree } = at.file;
    const type = at.node === 0 ? undefined : this.#linker.expressions.typeOf(at);
    const elements = type?.kind === 'array' ? tree.children(at.node).map((node) => ({ file: at.file, node })) : [at];
    const paths = elements.flatMap((element) =>
      this.#linker.texts
        .valuesOf(element)
        .slice(0, 1)
        .map(({ text }) => text),
    );
    return paths.length === 0 ? [''] : paths;
  }

  #visitMethod(controller: Controller, method: FunctionSymbol): void {
    const decorators = decoratorsOn(this.#linker.program, method);
    const versioned = decorators.find(({ module, name }) => module === COMMON && name === 'Version');
    const own = versioned ? this.#modules.versionsIn(decoratorArgument(versioned, 0)) : controller.versions;
    for (const decorator of decorators) {
      const verb = this.#verbOf(decorator);
      if (verb === undefined) continue;
      const routes = this.#paths(decoratorArgument(decorator, 0)).flatMap((path) =>
        this.#routes(controller, own, path),
      );
      this.#add({ controller, method, decorator, verb, routes });
    }
  }

  #verbOf({ module, name, at }: Decorator): string | undefined {
    if (module !== COMMON) return undefined;
    if (name !== 'RequestMapping') return VERBS.get(name);
    const method = propertyIn(
      this.#linker.expressions,
      { file: at.file, node: at.file.tree.child(at.node, 0) },
      'method',
    );
    return method.node === 0 ? 'GET' : method.file.tree.text(method.node).replace(/^ALL$/, 'ANY');
  }

  #routes(controller: Controller, versions: readonly string[] | undefined, path: string): string[] {
    const { app } = controller;
    const inPath = app?.versionPrefix === undefined ? [] : (versions ?? app.defaultVersions);
    const before = inPath.map((version) => (version === '' ? '' : `${app?.versionPrefix ?? ''}${version}`));
    return (before.length === 0 ? [''] : before).flatMap((version) =>
      controller.paths
        .map((own) => [version, controller.modulePath, own, path].reduce(joinRoute))
        .map((route) => joinRoute('', route)),
    );
  }

  #add(endpoint: {
    controller: Controller;
    method: FunctionSymbol;
    decorator: Decorator;
    verb: string;
    routes: string[];
  }): void {
    const { controller, method, decorator, verb } = endpoint;
    const { graph, facts } = this.#linker;
    const { tree } = method.file;
    const [target = ''] = endpoint.routes;
    const node = graph.operation({
      kind: 'api_endpoint',
      at: method,
      start: tree.start(decorator.at.node),
      end: tree.end(tree.child(method.node, PARAMETERS)),
      name: `${verb} /${target}`,
      target: target === '' ? '/' : target,
      method: verb,
      provider: 'NestJS',
      rule: 'nestjs.route',
      within: method,
    });
    graph.edge({
      source: node,
      target: graph.function(method),
      kind: 'handles',
      rule: node.rule,
      confidence: 'certain',
    });
    for (const route of endpoint.routes) {
      const excluded = controller.app?.excluded.includes(route) ?? false;
      const globalPrefix = excluded ? '' : (controller.app?.globalPrefix ?? '');
      facts.endpoints.push({ node, method: verb, route, globalPrefix, handlers: [method] });
    }
  }
}

/** The methods an object of a class has: its own, then inherited ones that it does not override. */
export function methodsOf(linker: Linker, type: TypeSymbol): FunctionSymbol[] {
  const { program } = linker;
  const seen = new Set<string>();
  const found: FunctionSymbol[] = [];
  for (const at of program.lineage(program.selfType(type))) {
    if (at.kind !== 'project') continue;
    const own = [...at.symbol.methods].filter(([name]) => !seen.has(name));
    for (const [name, functions] of own) {
      seen.add(name);
      found.push(...functions);
    }
  }
  return found;
}

/** `{ provide: Service, useClass: Implementation }` and `@Inject('TOKEN') service: Service` narrow implementations. */
function registerProviders(linker: Linker): void {
  const { program, expressions, callSites } = linker;
  const byToken = new Map<string, TypeSymbol[]>();
  for (const type of program.table.types) {
    for (const decorator of decoratorsOnType(program, type)) {
      if (decorator.module !== COMMON || decorator.name !== 'Module') continue;
      readProviders(linker, propertyIn(expressions, decoratorArgument(decorator, 0), 'providers'), byToken);
    }
  }
  const register = (service: TypeSymbol, implementation: TypeSymbol): void => {
    const known = callSites.services.implementations.get(service.qualifiedName);
    if (known) known.add(implementation.qualifiedName);
    else callSites.services.implementations.set(service.qualifiedName, new Set([implementation.qualifiedName]));
  };
  for (const type of program.table.types) {
    for (const implementation of byToken.get(`class ${type.qualifiedName}`) ?? []) register(type, implementation);
    for (const { service, token } of injectionsOf(linker, type)) {
      for (const implementation of byToken.get(token) ?? []) register(service, implementation);
    }
  }
}

function readProviders(linker: Linker, list: Location, byToken: Map<string, TypeSymbol[]>): void {
  const { expressions } = linker;
  const { tree } = list.file;
  for (const node of tree.children(list.node)) {
    const entry = { file: list.file, node };
    const provided = propertyIn(expressions, entry, 'provide');
    if (provided.node === 0) continue;
    const implementation = implementationIn(linker, entry);
    if (!implementation) continue;
    const token = tokenOf(linker, provided);
    byToken.set(token, [...(byToken.get(token) ?? []), implementation]);
  }
}

function implementationIn(linker: Linker, entry: Location): TypeSymbol | undefined {
  const { expressions, program } = linker;
  for (const key of ['useClass', 'useExisting']) {
    const symbol = namedClass(expressions, propertyIn(expressions, entry, key));
    if (symbol) return symbol;
  }
  const value = propertyIn(expressions, entry, 'useValue');
  if (value.node !== 0) return symbolOf(expressions.typeOf(value));
  const factory = propertyIn(expressions, entry, 'useFactory');
  const type = factory.node === 0 ? undefined : expressions.typeOf(factory);
  const [fn] = type?.kind === 'function' ? type.functions : [];
  return fn ? symbolOf(expressions.awaited(expressions.returnType(program.functionOf(fn)), fn.file)) : undefined;
}

/** A class by its qualified name, any other token by its text or, a symbol, by where it is declared. */
function tokenOf(linker: Linker, at: Location): string {
  const symbol = symbolOf(linker.expressions.typeOf(at));
  if (symbol) return `class ${symbol.qualifiedName}`;
  const text = linker.texts.exactText(at);
  if (text !== undefined) return `text ${text}`;
  const name = at.file.tree.text(at.node);
  const binding = linker.program.typescript.resolve(name, at.file);
  return binding?.kind === 'variable' ? `variable ${binding.at.file.index}:${binding.at.node}` : `name ${name}`;
}

/** Service types a class asks for under a token, in its constructor or its fields. */
function injectionsOf(linker: Linker, type: TypeSymbol): { service: TypeSymbol; token: string }[] {
  const { program } = linker;
  const places = [...type.fields.values()].map(({ file, node }) => ({ at: { file, node }, typeChild: 1 }));
  for (const { file, node } of type.constructors) {
    for (const parameter of file.tree.children(file.tree.child(node, PARAMETERS)))
      places.push({ at: { file, node: parameter }, typeChild: 0 });
  }
  return places.flatMap(({ at, typeChild }) => {
    const inject = decoratorsOn(program, at).find(({ module, name }) => module === COMMON && name === 'Inject');
    const service =
      inject && symbolOf(program.typeFromReference({ file: at.file, node: at.file.tree.child(at.node, typeChild) }));
    return inject && service ? [{ service, token: tokenOf(linker, decoratorArgument(inject, 0)) }] : [];
  });
}
