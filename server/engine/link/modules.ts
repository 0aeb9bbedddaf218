import JSON5 from 'json5';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ConfigFile } from '../discover/discover.ts';
import type { SourceFile } from './sourceFile.ts';

const TsConfig = Compile(
  Type.Object({
    extends: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
    compilerOptions: Type.Optional(
      Type.Object({
        baseUrl: Type.Optional(Type.String()),
        paths: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
      }),
    ),
  }),
);
const PackageJson = Compile(
  Type.Object({
    name: Type.Optional(Type.String()),
    main: Type.Optional(Type.String()),
    module: Type.Optional(Type.String()),
    types: Type.Optional(Type.String()),
  }),
);

interface PathMapping {
  /** Folder of the configuration file, `root/…` without a trailing slash. */
  folder: string;
  baseUrl: string | undefined;
  patterns: { prefix: string; suffix: string; targets: string[] }[];
}

const SUFFIXES = [
  '',
  '.ts',
  '.tsx',
  '.d.ts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.mts',
  '/index.ts',
  '/index.tsx',
  '/index.js',
  '/index.jsx',
];
const EMITTED = /\.(js|jsx|mjs|cjs)$/;

/** Resolves module specifiers of TypeScript and JavaScript to scanned files. */
export class ModuleResolver {
  /** Scanned files by `root/path`. */
  readonly #files = new Map<string, SourceFile>();
  readonly #mappings: PathMapping[] = [];
  /** Package name to its folder, for workspaces of several packages. */
  readonly #packages = new Map<string, { folder: string; entries: string[] }>();
  readonly #resolved = new Map<SourceFile, Map<string, SourceFile | undefined>>();

  constructor(files: readonly SourceFile[], configs: readonly ConfigFile[]) {
    for (const file of files) this.#files.set(`${file.root}/${file.path}`, file);
    for (const config of configs) this.#readConfig(config);
    this.#mappings.sort((a, b) => b.folder.length - a.folder.length);
  }

  /** The scanned file a specifier means, undefined for library modules. */
  resolve(specifier: string, from: SourceFile): SourceFile | undefined {
    let known = this.#resolved.get(from);
    if (!known) {
      known = new Map();
      this.#resolved.set(from, known);
    }
    if (!known.has(specifier))
      known.set(specifier, this.#resolve(specifier, posix.dirname(`${from.root}/${from.path}`)));
    return known.get(specifier);
  }

  #resolve(specifier: string, folder: string): SourceFile | undefined {
    if (specifier.startsWith('.')) return this.#file(posix.normalize(`${folder}/${specifier}`));
    for (const mapping of this.#mappings) {
      if (folder !== mapping.folder && !folder.startsWith(`${mapping.folder}/`)) continue;
      const found = this.#mapped(specifier, mapping);
      if (found) return found;
    }
    return this.#inPackage(specifier);
  }

  #mapped(specifier: string, mapping: PathMapping): SourceFile | undefined {
    const base = posix.normalize(`${mapping.folder}/${mapping.baseUrl ?? '.'}`);
    for (const { prefix, suffix, targets } of mapping.patterns) {
      if (!specifier.startsWith(prefix) || !specifier.endsWith(suffix)) continue;
      const star = specifier.slice(prefix.length, specifier.length - suffix.length);
      for (const target of targets) {
        const found = this.#file(posix.normalize(`${base}/${target.replace('*', star)}`));
        if (found) return found;
      }
    }
    return mapping.baseUrl === undefined ? undefined : this.#file(posix.normalize(`${base}/${specifier}`));
  }

  #inPackage(specifier: string): SourceFile | undefined {
    const parts = specifier.split('/');
    const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string);
    const found = this.#packages.get(name);
    if (!found) return undefined;
    const rest = specifier.slice(name.length + 1);
    const candidates = rest === '' ? found.entries : [rest, `src/${rest}`];
    for (const candidate of candidates) {
      const file = this.#file(posix.normalize(`${found.folder}/${candidate}`));
      if (file) return file;
    }
    return undefined;
  }

  #file(path: string): SourceFile | undefined {
    const bare = EMITTED.test(path) ? path.replace(EMITTED, '') : undefined;
    for (const suffix of SUFFIXES) {
      const found = this.#files.get(path + suffix) ?? (bare === undefined ? undefined : this.#files.get(bare + suffix));
      if (found) return found;
    }
    return undefined;
  }

  #readConfig(config: ConfigFile): void {
    const name = posix.basename(config.file);
    const folder = posix.dirname(`${config.root}/${config.file}`);
    if (/^(tsconfig|jsconfig).*\.json$/.test(name)) this.#readTsConfig(config.path, folder);
    else if (name === 'package.json') this.#readPackage(config.path, folder);
    else if (name.startsWith('vite.config.'))
      this.#mappings.push({ folder, baseUrl: undefined, patterns: aliasPatterns('@/') });
  }

  #readTsConfig(path: string, folder: string): void {
    const value = readJson(path);
    if (!TsConfig.Check(value)) return;
    const { baseUrl, paths } = value.compilerOptions ?? {};
    if (baseUrl === undefined && paths === undefined) return;
    const patterns = Object.entries(paths ?? {}).map(([pattern, targets]) => {
      const star = pattern.indexOf('*');
      return star < 0
        ? { prefix: pattern, suffix: '', targets }
        : { prefix: pattern.slice(0, star), suffix: pattern.slice(star + 1), targets };
    });
    this.#mappings.push({ folder, baseUrl, patterns });
  }

  #readPackage(path: string, folder: string): void {
    const value = readJson(path);
    if (!PackageJson.Check(value) || value.name === undefined) return;
    const declared = [value.types, value.module, value.main].flatMap((entry) => (entry === undefined ? [] : [entry]));
    this.#packages.set(value.name, {
      folder,
      entries: ['src/index', 'index', 'src/public-api', 'src/public_api', 'lib/index', ...declared],
    });
  }
}

/** The alias every Vite template uses. */
function aliasPatterns(prefix: string): PathMapping['patterns'] {
  return [{ prefix, suffix: '', targets: ['src/*'] }];
}

/** A configuration file as a value; a broken one is as good as none. */
function readJson(path: string): unknown {
  try {
    return JSON5.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
