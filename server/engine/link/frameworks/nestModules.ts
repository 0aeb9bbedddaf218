import { Kind } from '../../lower/tree.ts';
import { decoratorArgument, decoratorsOnType, namedClass, propertyIn, symbolOf } from '../decorators.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { joinRoute } from '../routes.ts';
import type { Location } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';

const APPLICATION = '@nestjs/common#INestApplication';
const SETTINGS: ReadonlySet<string> = new Set(['setGlobalPrefix', 'enableVersioning']);

/** An application `NestFactory.create(AppModule)` makes, with what is set on it before it listens. */
export interface NestApp {
  file: Location['file'];
  rootModule: TypeSymbol | undefined;
  globalPrefix: string;
  /** Routes the global prefix is not put before. */
  excluded: string[];
  /** Text before a version in the path, undefined without versions in the path. */
  versionPrefix: string | undefined;
  /** Versions of what names none. */
  defaultVersions: string[];
}

/** The modules of Nest applications: which application serves a controller, and below which path. */
export class NestModules {
  readonly #linker: Linker;
  readonly #imports = new Map<TypeSymbol, TypeSymbol[]>();
  readonly #moduleOf = new Map<TypeSymbol, TypeSymbol>();
  readonly #paths = new Map<TypeSymbol, string>();
  readonly #apps = new Map<string, NestApp>();

  constructor(linker: Linker) {
    this.#linker = linker;
    for (const type of linker.program.table.types) this.#readModule(type);
    const settings: Location[] = [];
    for (const file of linker.program.files) {
      if (!importsNest(linker, file)) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) this.#readCall({ file, node }, settings);
      });
    }
    for (const at of settings) this.#readSetting(at);
  }

  /** The application that serves a controller; undefined when none or several could. */
  appOf(controller: TypeSymbol): NestApp | undefined {
    const root = controller.declarations[0]?.file.root;
    const apps = [...this.#apps.values()].filter((app) => app.file.root === root);
    const module = this.#moduleOf.get(controller);
    const serving = module ? apps.filter((app) => app.rootModule && this.#reaches(app.rootModule, module)) : [];
    const fitting = serving.length > 0 ? serving : apps;
    // An application may be made once more only to read its settings.
    const set = fitting.filter(isSet);
    if (set.length > 0 && (serving.length > 0 || set.length === 1)) return set[0];
    return serving[0] ?? (apps.length === 1 ? apps[0] : undefined);
  }

  /** The path a `RouterModule` puts before the controllers of a module. */
  pathOf(controller: TypeSymbol): string {
    const module = this.#moduleOf.get(controller);
    return (module && this.#paths.get(module)) ?? '';
  }

  #readModule(type: TypeSymbol): void {
    const decorator = decoratorsOnType(this.#linker.program, type).find(
      ({ module, name }) => module === '@nestjs/common' && name === 'Module',
    );
    if (!decorator) return;
    const options = decoratorArgument(decorator, 0);
    this.#imports.set(type, this.#classesIn(options, 'imports'));
    for (const controller of this.#classesIn(options, 'controllers')) this.#moduleOf.set(controller, type);
  }

  #classesIn(options: Location, key: string): TypeSymbol[] {
    const list = propertyIn(this.#linker.expressions, options, key);
    const found: TypeSymbol[] = [];
    for (const element of this.#elements(list)) {
      const symbol = this.#classOf(element);
      if (symbol) found.push(symbol);
    }
    return found;
  }

  /** Elements of an array literal; of arrays spread into it, chosen by a condition and named by a constant too. */
  #elements(at: Location): Location[] {
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Array:
        return tree.children(at.node).flatMap((node) => this.#elements({ file: at.file, node }));
      case Kind.Spread:
        return this.#elements({ file: at.file, node: tree.child(at.node, 0) });
      case Kind.Conditional:
        return [1, 2].flatMap((index) => this.#elements({ file: at.file, node: tree.child(at.node, index) }));
      case Kind.Identifier: {
        const initial = this.#listNamed(at);
        return initial ? this.#elements(initial) : [at];
      }
      default:
        return at.node === 0 ? [] : [at];
    }
  }

  /** The list, or the condition between elements, that a constant of the module stands for. */
  #listNamed(at: Location): Location | undefined {
    const binding = this.#linker.program.typescript.resolve(at.file.tree.text(at.node), at.file);
    if (binding?.kind !== 'variable') return undefined;
    const { file } = binding.at;
    const node = file.tree.child(binding.at.node, 2);
    const kind = file.tree.kind(node);
    return kind === Kind.Array || kind === Kind.Conditional ? { file, node } : undefined;
  }

  /** `UserModule`, `forwardRef(() => UserModule)`, `UserModule.forRoot()`. */
  #classOf(at: Location): TypeSymbol | undefined {
    const { tree } = at.file;
    const callee = tree.child(at.node, 0);
    if (tree.kind(at.node) !== Kind.Call || tree.kind(callee) !== Kind.Member)
      return namedClass(this.#linker.expressions, at);
    return symbolOf(this.#linker.expressions.typeOf({ file: at.file, node: tree.child(callee, 0) }));
  }

  #reaches(from: TypeSymbol, to: TypeSymbol): boolean {
    const seen = new Set([from]);
    for (const module of seen) {
      if (module === to) return true;
      for (const imported of this.#imports.get(module) ?? []) seen.add(imported);
    }
    return false;
  }

  #readCall(at: Location, settings: Location[]): void {
    const { tree } = at.file;
    const name = tree.text(tree.child(at.node, 0));
    if (name === 'create') this.#readApp(at);
    else if (SETTINGS.has(name)) settings.push(at);
    else if (name === 'register' || name === 'forRoutes') this.#readRouterModule(at);
  }

  #readApp(at: Location): void {
    const { expressions } = this.#linker;
    const type = expressions.typeOf(at);
    if (type.kind !== 'external' || type.name !== APPLICATION) return;
    const module = { file: at.file, node: at.file.tree.children(at.file.tree.child(at.node, 1))[0] ?? 0 };
    this.#apps.set(keyOf(at), {
      file: at.file,
      rootModule: symbolOf(expressions.typeOf(module)),
      globalPrefix: '',
      excluded: [],
      versionPrefix: undefined,
      defaultVersions: [],
    });
  }

  /** Settings made through a parameter, in a function that sets applications up, are those of all of the root. */
  #readSetting(at: Location): void {
    const { expressions, program } = this.#linker;
    const call = expressions.calls.resolve(at);
    const receiver = program.viewAsExternal(call.receiver, APPLICATION, at.file);
    if (!receiver) return;
    const own = receiver.origin ? this.#apps.get(keyOf(receiver.origin)) : undefined;
    const apps = own ? [own] : [...this.#apps.values()].filter((app) => app.file.root === at.file.root);
    const [first, second] = at.file.tree
      .children(at.file.tree.child(at.node, 1))
      .map((node) => ({ file: at.file, node }));
    for (const app of apps) {
      if (call.name === 'setGlobalPrefix') this.#setPrefix(app, first, second);
      else this.#setVersioning(app, first);
    }
  }

  #setPrefix(app: NestApp, prefix: Location | undefined, options: Location | undefined): void {
    const text = prefix && this.#linker.texts.valuesOf(prefix)[0]?.text;
    app.globalPrefix = joinRoute('', text ?? '');
    const { expressions, texts } = this.#linker;
    const excluded = options && propertyIn(expressions, options, 'exclude');
    for (const entry of excluded ? this.#elements(excluded) : []) {
      const path = propertyIn(expressions, entry, 'path');
      const route = texts.exactText(path.node === 0 ? entry : path);
      if (route !== undefined) app.excluded.push(joinRoute('', route));
    }
  }

  /** Only versions in the path change a route; header and media type do not. */
  #setVersioning(app: NestApp, options: Location | undefined): void {
    const { expressions, texts } = this.#linker;
    if (!options) {
      app.versionPrefix = 'v';
      return;
    }
    const type = propertyIn(expressions, options, 'type');
    if (type.node !== 0 && type.file.tree.text(type.node) !== 'URI') return;
    const prefix = propertyIn(expressions, options, 'prefix');
    const written = texts.exactText(prefix);
    app.versionPrefix = written === undefined ? 'v' : written === 'false' ? '' : written;
    app.defaultVersions = this.versionsIn(propertyIn(expressions, options, 'defaultVersion'));
  }

  /** `'1'`, `['1', '2']`; what is not literal, such as VERSION_NEUTRAL, is the empty version. */
  versionsIn(at: Location): string[] {
    return this.#elements(at).map((element) => this.#linker.texts.exactText(element) ?? '');
  }

  #readRouterModule(at: Location): void {
    const { expressions } = this.#linker;
    const call = expressions.calls.resolve(at);
    if (call.receiver.kind !== 'external' || call.receiver.name !== '@nestjs/core#RouterModule') return;
    const routes = { file: at.file, node: at.file.tree.children(at.file.tree.child(at.node, 1))[0] ?? 0 };
    this.#readRoutes(routes, '', 0);
  }

  #readRoutes(at: Location, prefix: string, depth: number): void {
    if (depth > 12) return;
    const { expressions, texts } = this.#linker;
    for (const route of this.#elements(at)) {
      const path = joinRoute(prefix, texts.exactText(propertyIn(expressions, route, 'path')) ?? '');
      const module =
        namedClass(expressions, propertyIn(expressions, route, 'module')) ?? namedClass(expressions, route);
      if (module) this.#paths.set(module, path);
      this.#readRoutes(propertyIn(expressions, route, 'children'), path, depth + 1);
    }
  }
}

/** Whether anything that changes routes is set on an application. */
function isSet(app: NestApp): boolean {
  return app.globalPrefix !== '' || app.versionPrefix !== undefined;
}

/** Whether a file imports anything of Nest. */
function importsNest(linker: Linker, file: Location['file']): boolean {
  const scope = linker.program.table.modules.get(file);
  return scope !== undefined && [...scope.imports.values()].some(({ module }) => module.startsWith('@nestjs/'));
}

function keyOf(at: Location): string {
  return `${at.file.index}:${at.node}`;
}
