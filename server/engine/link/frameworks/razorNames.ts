import { readFileSync } from 'node:fs';
import type { ConfigFile } from '../../discover/discover.ts';
import { RAZOR_CLASS, RAZOR_NAMESPACE } from '../../lower/razor.ts';
import { Kind } from '../../lower/tree.ts';
import type { Program } from '../program.ts';
import type { Location, SourceFile } from '../sourceFile.ts';

const IMPORTS = /(?:^|\/)_(?:Imports\.razor|ViewImports\.cshtml)$/i;

/**
 * Gives the classes of Razor files the names that only their place in the workspace says: the namespace of `_Imports`
 * or of the project, with the folders below it; for views the class named by the path. Must run before types are
 * declared; it replaces the stand-ins in the trees.
 */
export function nameRazorClasses(files: readonly SourceFile[], configs: readonly ConfigFile[]): void {
  const razor = files.filter((file) => file.language === 'razor');
  if (razor.length === 0) return;
  const imported = new Map<string, string>();
  for (const file of razor) {
    const namespace = IMPORTS.test(file.path) ? namespaceIn(file) : undefined;
    if (namespace !== undefined) imported.set(keyOf(file, folderOf(file.path)), namespace);
  }
  const projects = new Map(
    configs
      .filter(({ file }) => /\.csproj$/i.test(file))
      .map((config) => [`${config.root}\0${folderOf(config.file)}`, config]),
  );
  for (const file of razor) {
    file.tree.replaceText(RAZOR_CLASS, file.path.replace(/\.cshtml$/i, '').replace(/\W/g, '_'));
    file.tree.replaceText(RAZOR_NAMESPACE, namespaceOf(file, imported, projects));
  }
}

function namespaceIn(file: SourceFile): string | undefined {
  const { tree } = file;
  const template = tree.children(tree.root).find((node) => tree.kind(node) === Kind.UiTemplate) ?? 0;
  const binding = tree.children(template).find((node) => tree.text(node) === '@namespace');
  return binding === undefined ? undefined : tree.text(tree.child(binding, 0));
}

function namespaceOf(
  file: SourceFile,
  imported: ReadonlyMap<string, string>,
  projects: ReadonlyMap<string, ConfigFile>,
): string {
  const isView = /\.cshtml$/i.test(file.path);
  for (const folder of foldersAbove(file.path)) {
    const base = imported.get(keyOf(file, folder));
    if (base !== undefined) return below(base, folder, file);
    const project = isView ? undefined : projects.get(`${file.root}\0${folder}`);
    if (project) return below(rootNamespace(project), folder, file);
  }
  // Views of two roots with one path are two classes.
  return isView ? `AspNetCoreGeneratedDocument.${file.root.replace(/\W/g, '_').replace(/^(?=\d)/, '_')}` : '';
}

/** A namespace with the folders between `folder` and the file. */
function below(namespace: string, folder: string, file: SourceFile): string {
  const rest = folderOf(file.path).slice(folder === '' ? 0 : folder.length + 1);
  const parts = rest.split('/').filter((part) => part !== '');
  return [namespace, ...parts.map((part) => part.replace(/\W/g, '_').replace(/^(?=\d)/, '_'))].join('.');
}

function rootNamespace(project: ConfigFile): string {
  const name = project.file.slice(project.file.lastIndexOf('/') + 1).replace(/\.csproj$/i, '');
  try {
    const written = /<RootNamespace>\s*([\w.]+)\s*<\/RootNamespace>/.exec(readFileSync(project.path, 'utf8'))?.[1];
    return written ?? name.replaceAll('-', '_').replaceAll(' ', '_');
  } catch {
    // A project file that cannot be read says nothing; its name is the default.
    return name.replaceAll('-', '_').replaceAll(' ', '_');
  }
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** The folder of a path and those around it, the innermost first, `''` last. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    folders.push(folder);
    if (folder === '') return folders;
  }
}

function keyOf(file: SourceFile, folder: string): string {
  return `${file.root}\0${/\.razor$/i.test(file.path) ? 'razor' : 'cshtml'}\0${folder.toLowerCase()}`;
}

/** Lets every Razor file see the usings of the imports files of its folder and of those above. */
export function inheritUsings(program: Program): void {
  const usings = new Map<string, Location[]>();
  const razor = program.files.filter((file) => file.language === 'razor');
  for (const file of razor) if (IMPORTS.test(file.path)) usings.set(keyOf(file, folderOf(file.path)), usingsIn(file));
  if (usings.size === 0) return;
  for (const file of razor) {
    const inherited = foldersAbove(file.path).flatMap((folder) => usings.get(keyOf(file, folder)) ?? []);
    program.csharp.inheritedUsings.set(file, inherited);
  }
}

function usingsIn(file: SourceFile): Location[] {
  const { tree } = file;
  return tree
    .children(tree.root)
    .flatMap((node) => tree.children(node))
    .filter((node) => tree.kind(node) === Kind.Using)
    .map((node) => ({ file, node }));
}
