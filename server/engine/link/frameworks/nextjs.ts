import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Kind } from '../../lower/tree.ts';
import type { Linker } from '../linker.ts';
import type { Location, SourceFile } from '../sourceFile.ts';
import type { FunctionSymbol } from '../symbols.ts';
import type { ModuleBinding } from '../typescriptNames.ts';
import type { Framework } from './framework.ts';
import type { Component } from './reactComponents.ts';
import { addPage } from './reactPages.ts';

const PROVIDER = 'Next.js';
const SCRIPT = /\.(tsx|jsx|ts|js)$/;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
/** Functions of a page module that run on the server before the page is shown. */
const LOADERS = ['getServerSideProps', 'getStaticProps', 'getInitialProps', 'generateMetadata'];
const NO_PAGES = /^(_app|_document|_error|_middleware)$/;

const PackageJson = Compile(
  Type.Object({
    dependencies: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    devDependencies: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
);

/** Next.js: pages and route handlers by the places of their files, below `pages` and `app`. */
export const nextjs: Framework = {
  name: 'nextjs',
  link(linker) {
    const folders = nextFolders(linker);
    if (folders.length === 0) return;
    for (const file of linker.program.files) {
      const placed = SCRIPT.test(file.path) ? placeOf(file, folders) : undefined;
      if (placed?.router === 'pages') readPagesFile(linker, file, placed.path);
      else if (placed?.router === 'app') readAppFile(linker, file, placed.path);
    }
  },
};

/** Folders, as `root/path`, of packages that depend on Next.js; the deepest first. */
function nextFolders(linker: Linker): string[] {
  const folders = linker.configs.flatMap((config) => {
    if (posix.basename(config.file) !== 'package.json') return [];
    const value = readJson(config.path);
    if (!PackageJson.Check(value)) return [];
    const dependsOnNext = [value.dependencies, value.devDependencies].some(
      (dependencies) => dependencies !== undefined && 'next' in dependencies,
    );
    return dependsOnNext ? [posix.dirname(`${config.root}/${config.file}`)] : [];
  });
  return folders.toSorted((a, b) => b.length - a.length);
}

/** A configuration file as a value; a broken one is as good as none. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The path of a file below the `pages` or `app` folder of its package, without extension. */
function placeOf(file: SourceFile, folders: readonly string[]): { router: 'pages' | 'app'; path: string } | undefined {
  const full = `${file.root}/${file.path}`;
  const folder = folders.find((candidate) => full.startsWith(`${candidate}/`));
  if (folder === undefined) return undefined;
  const found = /^(?:src\/)?(pages|app)\/(.*)$/.exec(full.slice(folder.length + 1));
  if (!found) return undefined;
  return { router: found[1] === 'app' ? 'app' : 'pages', path: (found[2] as string).replace(SCRIPT, '') };
}

function readPagesFile(linker: Linker, file: SourceFile, path: string): void {
  const name = posix.basename(path);
  const component = exportedFunction(linker, file, 'default');
  if (NO_PAGES.test(name) || !component) return;
  const route = `/${path.replace(/(^|\/)index$/, '')}`.replace(/(.)\/$/, '$1');
  if (path.startsWith('api/')) addHandler(linker, component, 'ANY', route);
  else addFilePage(linker, component, route);
}

function readAppFile(linker: Linker, file: SourceFile, path: string): void {
  const name = posix.basename(path);
  const route = `/${posix
    .dirname(path)
    .split('/')
    .filter((part) => part !== '.' && !/^(\(.*\)|@.*)$/.test(part))
    .join('/')}`;
  if (name === 'page') {
    const component = exportedFunction(linker, file, 'default');
    if (component) addFilePage(linker, component, route);
  } else if (name === 'route') {
    for (const method of METHODS) {
      const handler = exportedFunction(linker, file, method);
      if (handler) addHandler(linker, handler, method, route);
    }
  }
}

function addFilePage(linker: Linker, component: FunctionSymbol, path: string): void {
  const loaders = LOADERS.flatMap((name) => exportedFunction(linker, component.file, name) ?? []);
  const components: Component[] = [{ kind: 'function', symbol: component }];
  addPage(linker, { at: component, path, provider: PROVIDER, rule: 'nextjs.page', components, loaders });
}

/** A route handler: its place ends with the parameter list. */
function addHandler(linker: Linker, handler: FunctionSymbol, method: string, path: string): void {
  const route = path.slice(1);
  const { file, node } = handler;
  const endpoint = linker.graph.operation({
    kind: 'api_endpoint',
    at: handler,
    end: file.tree.end(file.tree.child(node, 1)),
    target: route,
    name: `${method} /${route}`,
    method,
    provider: PROVIDER,
    rule: 'nextjs.route',
  });
  linker.graph.edge({
    source: endpoint,
    target: linker.graph.function(handler),
    kind: 'handles',
    rule: 'nextjs.route',
    confidence: 'certain',
  });
  linker.facts.endpoints.push({ node: endpoint, method, route, globalPrefix: '', handlers: [handler] });
}

/** The function a module exports under a name, looked for through calls that wrap it. */
function exportedFunction(linker: Linker, file: SourceFile, name: string): FunctionSymbol | undefined {
  const binding = linker.program.typescript.resolveExport(file, name);
  const at = binding && valueOf(binding);
  const fn = at && functionIn(linker, at, 0);
  return fn?.file === file ? fn : undefined;
}

function valueOf(binding: ModuleBinding): Location | undefined {
  if (binding.kind === 'function') return binding.symbol;
  if (binding.kind === 'expression') return binding.at;
  return binding.kind === 'variable'
    ? { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) }
    : undefined;
}

function functionIn(linker: Linker, at: Location, depth: number): FunctionSymbol | undefined {
  const { file, node } = at;
  const { tree } = file;
  if (depth > 5) return undefined;
  switch (tree.kind(node)) {
    case Kind.Function:
      return linker.program.functionOf(at);
    case Kind.Identifier: {
      const type = linker.expressions.typeOf(at);
      return type.kind === 'function' ? type.functions[0] : undefined;
    }
    case Kind.Call:
      for (const argument of tree.children(tree.child(node, 1))) {
        const found = functionIn(linker, { file, node: argument }, depth + 1);
        if (found) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}
