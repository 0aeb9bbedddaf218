import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ConfigFile } from '../discover/discover.ts';
import { Kind } from '../lower/tree.ts';
import { propertyIn } from './decorators.ts';
import { folderOf, readJsonFile } from './jsonFiles.ts';
import { type Linker, visitTree } from './linker.ts';
import { fillTemplate, matchTemplate, prefixRule, replacePrefix, type Rewrite } from './rewrites.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';

const Options = Type.Object({
  target: Type.Optional(Type.Union([Type.String(), Type.Object({ host: Type.String() })])),
  pathRewrite: Type.Optional(Type.Record(Type.String(), Type.String())),
  context: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
});
type Options = Static<typeof Options>;
const ProxyFile = Compile(
  Type.Union([Type.Array(Options), Type.Record(Type.String(), Type.Union([Options, Type.String()]))]),
);
const PackageProxy = Compile(Type.Object({ proxy: Type.String() }));

const PROXY_JSON = /^proxy\.conf(ig)?(\..+)?\.json$/i;
const PROXY_SCRIPT =
  /(^|\/)(proxy\.conf(ig)?(\..+)?|(vite|vue|webpack|rsbuild)([.-].*)?\.config(\..+)?|setupProxy)\.[cm]?[jt]s$/i;
const NEXT_CONFIG = /(^|\/)next\.config\.[cm]?[jt]s$/i;

/**
 * What development servers send on: Angular's `proxy.conf`, Vite's `server.proxy`, `setupProxy.js` and the `proxy` of
 * package.json in Create React App, `http-proxy-middleware` in servers, the rewrites of Next.js.
 * @param folderOfFile folder of the project or package a file belongs to
 */
export function readProxies(linker: Linker, folderOfFile: (file: SourceFile) => string | undefined): Rewrite[] {
  const fromJson = linker.configs.flatMap(readJsonProxy);
  const fromScripts = linker.program.files.flatMap((file) => {
    if (isCSharp(file) || !/(proxy|vite|vue|webpack|rsbuild|next)/i.test(`${file.path}${hint(file)}`)) return [];
    const folder = folderOfFile(file) ?? folderOf({ root: file.root, file: file.path });
    return new ScriptReader(linker, file, folder).read();
  });
  return [...fromJson, ...fromScripts];
}

/** Names the proxy middleware where a file of any name uses it. */
function hint(file: SourceFile): string {
  return file.tree.mentions('createProxyMiddleware') ? 'proxy' : '';
}

function readJsonProxy(config: ConfigFile): Rewrite[] {
  const name = posix.basename(config.file);
  const folder = folderOf(config).replace(/\/src$/, '');
  if (name === 'package.json') {
    const value = readJsonFile(config);
    return PackageProxy.Check(value) ? rewritesOf('/', { target: value.proxy }, folder, config.file) : [];
  }
  const value = PROXY_JSON.test(name) ? readJsonFile(config) : undefined;
  if (!ProxyFile.Check(value)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((options) =>
      [options.context ?? []].flat().flatMap((context) => rewritesOf(context, options, folder, config.file)),
    );
  }
  return Object.entries(value).flatMap(([context, options]) =>
    rewritesOf(context, typeof options === 'string' ? { target: options } : options, folder, config.file),
  );
}

function rewritesOf(context: string, options: Options, folder: string, source: string): Rewrite[] {
  const { target, pathRewrite = {} } = options;
  const url = typeof target === 'string' ? target : target && `http://${target.host}`;
  const rules = Object.entries(pathRewrite);
  return toRewrite(context, url === undefined ? [] : [url], { folder, source, rules });
}

/** Where a rule comes from and how it changes the path: patterns with their replacements. */
interface Origin {
  folder: string;
  source: string;
  rules: readonly (readonly [string, string])[];
}

function toRewrite(context: string, targets: readonly string[], { folder, source, rules }: Origin): Rewrite[] {
  const apply = prefixRule(context, (path) => {
    const sent = rules.reduce(
      (at, [pattern, replacement]) => (at === path ? replacePrefix(at, pattern, replacement) : at),
      path,
    );
    return sent;
  });
  return apply ? [{ folder, source, methods: [], targets, apply }] : [];
}

/** Reads proxies that are written as code. */
class ScriptReader {
  readonly #linker: Linker;
  readonly #file: SourceFile;
  readonly #folder: string;

  constructor(linker: Linker, file: SourceFile, folder: string) {
    this.#linker = linker;
    this.#file = file;
    this.#folder = folder;
  }

  read(): Rewrite[] {
    const { path } = this.#file;
    const found: Rewrite[] = [];
    if (NEXT_CONFIG.test(path)) found.push(...this.#nextRewrites());
    else if (PROXY_SCRIPT.test(path)) found.push(...this.#proxyTables());
    found.push(...this.#middleware());
    return found;
  }

  /** `proxy: { '/api': … }`, and arrays or objects of rules at top level. */
  #proxyTables(): Rewrite[] {
    const { tree } = this.#file;
    const found: Rewrite[] = [];
    visitTree(this.#file, (node) => {
      const at = { file: this.#file, node };
      const isProxy = tree.kind(node) === Kind.Property && tree.text(node) === 'proxy';
      if (isProxy) found.push(...this.#table(this.#resolved({ ...at, node: tree.child(node, 0) })));
      if (tree.kind(node) === Kind.ExportDefault && /proxy\.conf/i.test(this.#file.path))
        found.push(...this.#table(this.#resolved({ ...at, node: tree.child(node, 0) })));
    });
    return found;
  }

  #table(at: Location): Rewrite[] {
    const { tree } = at.file;
    const children = tree.children(at.node).map((node) => ({ file: at.file, node }));
    if (tree.kind(at.node) === Kind.Array) {
      return children.flatMap((rule) => {
        const contexts = this.#texts(this.#property(rule, 'context'));
        return contexts.flatMap((context) => this.#rule(context, rule));
      });
    }
    if (tree.kind(at.node) !== Kind.Object) return [];
    return children.flatMap((property) => {
      if (tree.kind(property.node) !== Kind.Property) return [];
      const key = tree.text(property.node);
      const computed = { file: at.file, node: tree.child(property.node, 1) };
      const context = key === '' ? this.#texts(computed)[0] : key;
      return context === undefined ? [] : this.#rule(context, { file: at.file, node: tree.child(property.node, 0) });
    });
  }

  /** One rule: a target, or options with one and a rewriting of the path. */
  #rule(context: string, value: Location): Rewrite[] {
    const options = this.#resolved(value);
    const isObject = options.file.tree.kind(options.node) === Kind.Object;
    const targets = isObject ? this.#texts(this.#property(options, 'target')) : this.#texts(options);
    const rules = isObject ? this.#rewriting(options) : [];
    return toRewrite(context, targets, { folder: this.#folder, source: this.#file.path, rules });
  }

  /** `pathRewrite: { '^/api': '' }` or `rewrite: (path) => path.replace(/^\/api/, '')`. */
  #rewriting(options: Location): (readonly [string, string])[] {
    const { tree } = options.file;
    const table = this.#resolved(this.#property(options, 'pathRewrite'));
    const written = table.file.tree.kind(table.node) === Kind.Object ? table.file.tree.children(table.node) : [];
    const rules = written.flatMap((property): (readonly [string, string])[] => {
      const value = this.#texts({ file: table.file, node: table.file.tree.child(property, 0) })[0];
      const key = table.file.tree.text(property);
      const computed = this.#texts({ file: table.file, node: table.file.tree.child(property, 1) })[0];
      return value === undefined ? [] : [[key === '' ? (computed ?? '') : key, value]];
    });
    const rewrite = ['rewrite', 'pathRewrite'].map((name) => this.#property(options, name).node);
    for (const node of rewrite) {
      const call = tree.kind(node) === Kind.Function ? tree.child(node, 3) : 0;
      if (tree.kind(call) !== Kind.Call || tree.text(tree.child(call, 0)) !== 'replace') continue;
      const [pattern = 0, replacement = 0] = tree.children(tree.child(call, 1));
      const by = this.#texts({ file: options.file, node: replacement })[0] ?? '';
      rules.push([tree.text(pattern).replace(/^\/(.*)\/[a-z]*$/s, '$1'), by]);
    }
    return rules;
  }

  /** `app.use('/api', createProxyMiddleware({ target }))`, `createProxyMiddleware('/api', { target })`. */
  #middleware(): Rewrite[] {
    const { tree } = this.#file;
    if (!tree.mentions('createProxyMiddleware')) return [];
    const found: Rewrite[] = [];
    visitTree(this.#file, (node) => {
      if (tree.kind(node) !== Kind.Call || tree.text(tree.child(node, 0)) !== 'createProxyMiddleware') return;
      const args = tree.children(tree.child(node, 1)).map((arg) => ({ file: this.#file, node: arg }));
      const options = args.at(-1);
      if (!options) return;
      const first = args.length > 1 ? this.#texts(args[0] as Location) : [];
      const filtered = this.#texts(this.#property(this.#resolved(options), 'pathFilter'));
      const mounted = this.#mountPath(node);
      const contexts = [...first, ...filtered];
      for (const context of contexts.length > 0 ? contexts : [mounted ?? '/'])
        found.push(
          ...this.#rule(mounted === undefined || contexts.length === 0 ? context : `${mounted}${context}`, options),
        );
    });
    return found;
  }

  #mountPath(middleware: number): string | undefined {
    const { tree } = this.#file;
    const call = this.#file.parent(this.#file.parent(middleware));
    if (tree.kind(call) !== Kind.Call || tree.text(tree.child(call, 0)) !== 'use') return undefined;
    const first = tree.children(tree.child(call, 1))[0] ?? 0;
    return first === middleware ? undefined : this.#texts({ file: this.#file, node: first })[0];
  }

  /** `rewrites: async () => [{ source: '/api/:path*', destination: 'http://localhost:4000/:path*' }]`. */
  #nextRewrites(): Rewrite[] {
    const { tree } = this.#file;
    const found: Rewrite[] = [];
    visitTree(this.#file, (node) => {
      if (tree.kind(node) !== Kind.Object) return;
      const at = { file: this.#file, node };
      const source = this.#texts(this.#property(at, 'source'))[0];
      const destination = this.#texts(this.#property(at, 'destination'));
      if (source === undefined || destination.length === 0 || !this.#isInRewrites(node)) return;
      for (const url of destination) found.push(this.#nextRewrite(source, url));
    });
    return found;
  }

  #nextRewrite(source: string, destination: string): Rewrite {
    const origin = /^(?:[a-z]+:\/\/[^/]*|\{[^}]*\})/i.exec(destination)?.[0] ?? '';
    return {
      folder: this.#folder,
      source: this.#file.path,
      methods: [],
      targets: /^[a-z]+:/i.test(origin) ? [origin] : [],
      apply: (path) => {
        const values = matchTemplate(source, path);
        return values && fillTemplate(destination.slice(origin.length), values);
      },
    };
  }

  #isInRewrites(node: number): boolean {
    const { tree } = this.#file;
    for (let at = this.#file.parent(node); at !== 0; at = this.#file.parent(at)) {
      if (tree.kind(at) === Kind.Function && /^rewrites$/.test(tree.text(at))) return true;
      if (tree.kind(at) === Kind.Property && tree.text(at) === 'rewrites') return true;
    }
    return false;
  }

  #property(at: Location, name: string): Location {
    return propertyIn(this.#linker.expressions, at, name);
  }

  /** The literal an expression is, or a name stands for. */
  #resolved(at: Location): Location {
    if (at.node === 0) return at;
    const type = this.#linker.expressions.typeOf(at);
    if (type.kind === 'object') return type.at;
    const { typescript } = this.#linker.program;
    const { tree } = at.file;
    const binding =
      tree.kind(at.node) === Kind.Identifier ? typescript.resolve(tree.text(at.node), at.file) : undefined;
    if (binding?.kind !== 'variable') return at;
    return { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) };
  }

  /** The texts of an expression, or of the elements of an array. */
  #texts(at: Location): string[] {
    const { tree } = at.file;
    if (tree.kind(at.node) === Kind.Array)
      return tree.children(at.node).flatMap((node) => this.#texts({ file: at.file, node }));
    return this.#linker.texts.valuesOf(at).map(({ text }) => text);
  }
}
