import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ConfigFile } from '../discover/discover.ts';
import { Kind } from '../lower/tree.ts';
import { propertyIn } from './decorators.ts';
import { folderOf, isWithin, readJsonFile, readTextFile } from './jsonFiles.ts';
import { type Linker, visitNodes } from './linker.ts';
import { isCSharp, type Location, type SourceFile } from './sourceFile.ts';

const Urls = Type.Optional(Type.String());
const LaunchSettings = Compile(
  Type.Object({
    profiles: Type.Optional(Type.Record(Type.String(), Type.Object({ applicationUrl: Urls }))),
    iisSettings: Type.Optional(
      Type.Object({
        iisExpress: Type.Optional(
          Type.Object({ applicationUrl: Urls, sslPort: Type.Optional(Type.Union([Type.Number(), Type.String()])) }),
        ),
      }),
    ),
  }),
);
const AppSettings = Compile(
  Type.Object({
    Urls,
    Kestrel: Type.Optional(
      Type.Object({ Endpoints: Type.Optional(Type.Record(Type.String(), Type.Object({ Url: Urls }))) }),
    ),
  }),
);
const PackageJson = Type.Object({
  name: Type.Optional(Type.String()),
  dependencies: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
const packageJson = Compile(PackageJson);

/** Frameworks that start the server themselves. */
const SELF_SERVING = /^(next|nuxt|@remix-run\/serve|@sveltejs\/kit|astro)$/;

/** A .NET project or an npm package. */
interface Project {
  folder: string;
  /** Names other programs may call it by, as `nameKey` writes them. */
  names: string[];
  /** Folders of the projects it is built from. */
  references: string[];
  isDotNet: boolean;
  /** Whether it runs by itself; a library is part of the programs that use it. */
  runs: boolean;
}

/**
 * The programs of the workspace: which one serves an endpoint, and at which addresses. They come from project files,
 * `launchSettings.json`, `appsettings.json` and the ports that servers listen on.
 */
export class Services {
  readonly #projects = new Map<string, Project>();
  /** Folders of the programs that listen at an address, by `host:port`. */
  readonly #listening = new Map<string, Set<string>>();
  readonly #programs = new Map<string, readonly string[]>();
  readonly #folders = new Map<SourceFile, string | undefined>();

  constructor(linker: Linker) {
    for (const config of linker.configs) this.#readProject(config);
    for (const config of linker.configs) this.#readAddresses(config);
    for (const file of linker.program.files) if (!isCSharp(file)) this.#readServers(linker, file);
  }

  /**
   * Folders of the programs that a file is part of: one as a rule, several for a library that several programs use,
   * undefined when that cannot be told.
   */
  of(file: SourceFile): readonly string[] | undefined {
    const folder = this.folderOf(file);
    const project = folder === undefined ? undefined : this.#projects.get(folder);
    if (!project) return undefined;
    if (project.runs) return [project.folder];
    return project.isDotNet ? this.#programsUsing(project) : undefined;
  }

  /** Folder of the project or package a file belongs to, undefined for none. */
  folderOf(file: SourceFile): string | undefined {
    if (this.#folders.has(file)) return this.#folders.get(file);
    const found = this.folderAround(posix.dirname(`${file.root}/${file.path}`));
    this.#folders.set(file, found);
    return found;
  }

  /** The programs that a host, with its port, means; undefined when it means none of the workspace. */
  at(host: string): ReadonlySet<string> | undefined {
    const listening = this.#listening.get(localAuthority(host));
    if (listening) return listening;
    const name = nameKey(host.replace(/:\d+$/, ''));
    if (host === '' || host.replace(/:\d+$/, '').includes('.') || name === 'localhost') return undefined;
    const named = [...this.#projects.values()].filter((project) => project.runs && project.names.includes(name));
    return named.length === 0 ? undefined : new Set(named.map(({ folder }) => folder));
  }

  /** Folder of the project or package around a folder, both `root/…`. */
  folderAround(from: string): string | undefined {
    for (let folder = from; folder !== '.' && folder !== '/'; folder = posix.dirname(folder))
      if (this.#projects.has(folder)) return folder;
    return undefined;
  }

  #readProject(config: ConfigFile): void {
    const name = posix.basename(config.file);
    if (/\.csproj$/i.test(name)) this.#readDotNetProject(config, name.replace(/\.csproj$/i, ''));
    else if (name === 'package.json') this.#readPackage(config);
    else if (name === 'project.json') this.#add(folderOf(config), { names: [], references: [], isDotNet: false });
  }

  #readDotNetProject(config: ConfigFile, name: string): void {
    const text = readTextFile(config);
    const folder = folderOf(config);
    const references = [...text.matchAll(/<ProjectReference\s[^>]*?Include="([^"]+)"/gi)].map(([, path = '']) =>
      posix.dirname(posix.normalize(`${folder}/${path.replaceAll('\\', '/')}`)),
    );
    const assembly = /<AssemblyName>([^<]+)</i.exec(text)?.[1] ?? name;
    const runs = /Sdk="Microsoft\.NET\.Sdk\.(Web|Worker)|<OutputType>\s*(Win)?Exe/i.test(text);
    this.#add(folder, { names: [nameKey(name), nameKey(assembly)], references, isDotNet: true, runs });
  }

  #readPackage(config: ConfigFile): void {
    const value = readJsonFile(config);
    const parsed: Static<typeof PackageJson> = packageJson.Check(value) ? value : {};
    const folder = folderOf(config);
    const runs = Object.keys(parsed.dependencies ?? {}).some((name) => SELF_SERVING.test(name));
    const names = [posix.basename(folder), parsed.name?.split('/').at(-1) ?? ''].map(nameKey);
    this.#add(folder, { names, references: [], isDotNet: false, runs });
  }

  #add(folder: string, project: Omit<Project, 'folder' | 'runs'> & { runs?: boolean }): void {
    const known = this.#projects.get(folder);
    if (known && known.isDotNet && !project.isDotNet) return;
    const names = project.names.filter((name) => name.length > 1);
    this.#projects.set(folder, { ...project, folder, names, runs: project.runs ?? known?.runs ?? false });
  }

  /** Where `launchSettings.json` and `appsettings.json` say that a program listens. */
  #readAddresses(config: ConfigFile): void {
    const name = posix.basename(config.file).toLowerCase();
    const isLaunch = name === 'launchsettings.json';
    if (!isLaunch && !/^appsettings.*\.json$/.test(name)) return;
    const folder = this.folderAround(folderOf(config));
    if (folder === undefined) return;
    const value = readJsonFile(config);
    for (const url of isLaunch ? launchUrls(value) : kestrelUrls(value)) this.#listen(folder, url);
  }

  #listen(folder: string, url: string): void {
    const authority = /^[a-z]+:\/\/([^/]+)/i.exec(url.trim())?.[1];
    if (authority === undefined) return;
    const key = localAuthority(authority.toLowerCase());
    const known = this.#listening.get(key);
    if (known) known.add(folder);
    else this.#listening.set(key, new Set([folder]));
  }

  /** `app.listen(3000)`, `listen({ port: 3000 })`, `serve({ fetch, port })`: the package runs, at that port. */
  #readServers(linker: Linker, file: SourceFile): void {
    const { tree } = file;
    const names = tree.mentions('listen') || tree.mentions('serve');
    const folder = names ? this.folderOf(file) : undefined;
    const project = folder === undefined ? undefined : this.#projects.get(folder);
    if (!project || project.isDotNet) return;
    visitNodes(file, (node) => {
      if (tree.kind(node) !== Kind.Call) return;
      const callee = tree.child(node, 0);
      const isListen = tree.kind(callee) === Kind.Member && tree.text(callee) === 'listen';
      const isServe = tree.kind(callee) === Kind.Identifier && tree.text(callee) === 'serve';
      if (!isListen && !isServe) return;
      const argument = { file, node: tree.children(tree.child(node, 1))[0] ?? 0 };
      const ports = portsOf(linker, argument);
      if (isServe && ports.length === 0) return;
      project.runs = true;
      for (const port of ports) this.#listen(project.folder, `http://localhost:${port}`);
    });
  }

  /** The programs that a library is built into. */
  #programsUsing(library: Project): readonly string[] {
    const known = this.#programs.get(library.folder);
    if (known) return known;
    const found = new Set<string>();
    const seen = new Set<string>([library.folder]);
    const pending = [library.folder];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for (const project of this.#projects.values()) {
        if (seen.has(project.folder) || !project.references.includes(folder)) continue;
        seen.add(project.folder);
        if (project.runs) found.add(project.folder);
        pending.push(project.folder);
      }
    }
    const programs = found.size === 0 ? [library.folder] : [...found].sort();
    this.#programs.set(library.folder, programs);
    return programs;
  }
}

/** Whether two lists of programs may mean the same one. */
export function mayBeSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === undefined || b === undefined || a.some((folder) => b.includes(folder));
}

/** Whether one of the programs is, or lies around, a folder. */
export function serves(programs: readonly string[] | undefined, folder: string | undefined): boolean {
  return folder !== undefined && (programs ?? []).some((program) => isWithin(program, folder));
}

function portsOf(linker: Linker, argument: Location): string[] {
  if (argument.node === 0) return [];
  const option = propertyIn(linker.expressions, argument, 'port');
  const values = linker.texts.valuesOf(option.node === 0 ? argument : option);
  return values.map(({ text }) => text).filter((text) => /^\d{2,5}$/.test(text));
}

function launchUrls(value: unknown): string[] {
  if (!LaunchSettings.Check(value)) return [];
  const profiles = Object.values(value.profiles ?? {}).flatMap(
    ({ applicationUrl }) => applicationUrl?.split(';') ?? [],
  );
  const { applicationUrl, sslPort } = value.iisSettings?.iisExpress ?? {};
  const express = applicationUrl === undefined ? [] : [applicationUrl];
  const secure = sslPort === undefined || Number(sslPort) === 0 ? [] : [`https://localhost:${sslPort}`];
  return [...profiles, ...express, ...secure];
}

function kestrelUrls(value: unknown): string[] {
  if (!AppSettings.Check(value)) return [];
  const endpoints = Object.values(value.Kestrel?.Endpoints ?? {}).flatMap(({ Url }) =>
    Url === undefined ? [] : [Url],
  );
  return [...(value.Urls?.split(';') ?? []), ...endpoints];
}

/** All names of this machine are `localhost`. */
function localAuthority(host: string): string {
  return host.replace(/^(127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\*|\+)(?=:|$)/, 'localhost');
}

/** A name without case and punctuation: `catalog-api` is `Catalog.API`. */
function nameKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
