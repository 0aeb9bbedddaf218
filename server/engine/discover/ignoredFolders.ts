import fs from 'node:fs';
import path from 'node:path';

/** Folders that never hold a project's own code, even when they are tracked by git. */
const NEVER_OWN_CODE = new Set(['node_modules', 'bower_components', '.git', '.hg', '.svn', '.yarn']);

/** Folders of tools, by names no project gives to its own code. */
const TOOL_FOLDERS = new Set([
  '.vs',
  '.idea',
  '.angular',
  '.next',
  '.nuxt',
  '.output',
  '.svelte-kit',
  '.turbo',
  '.nx',
  '.cache',
  '.parcel-cache',
  '.nyc_output',
  '.vscode-test',
  '.gradle',
  '.terraform',
  '.venv',
  '__pycache__',
]);

const hasProject = (names: string[]): boolean => names.some((name) => /\.(cs|vb|fs)proj$/i.test(name));
const hasPackageJson = (names: string[]): boolean => names.includes('package.json');
const hasAny = (names: string[], wanted: string[]): boolean => wanted.some((name) => names.includes(name));

/** Names that are output in one project and own code in another: decided by what lies beside and inside them. */
const OUTPUT_FOLDERS: Readonly<Record<string, (beside: string[], inside: string[]) => boolean>> = {
  bin: isCompilerOutput,
  obj: isCompilerOutput,
  dist: hasPackageJson,
  coverage: (beside, inside) => hasPackageJson(beside) && hasAny(inside, ['lcov.info', 'lcov-report', 'index.html']),
  build: (beside, inside) => hasPackageJson(beside) && hasAny(inside, ['index.html', 'asset-manifest.json']),
  out: (beside, inside) => hasPackageJson(beside) && hasAny(inside, ['index.html', '_next', 'extension.js']),
  packages: (beside, inside) =>
    beside.some((name) => /\.sln$/i.test(name)) && inside.some((name) => /\.\d+\.\d+/.test(name)),
  vendor: (beside) => hasAny(beside, ['composer.json', 'go.mod', 'Gemfile']),
};

function isCompilerOutput(beside: string[], inside: string[]): boolean {
  return hasProject(beside) || inside.some((name) => /^(debug|release)$/i.test(name));
}

/** Whether a folder holds third-party code whatever git says; `parent` is the name of the folder around it. */
export function isThirdPartyFolder(parent: string, name: string): boolean {
  return NEVER_OWN_CODE.has(name) || (name === 'lib' && parent === 'wwwroot');
}

/** Whether a folder that git does not track holds no code of the project: libraries, build output, files of tools. */
export function isIgnoredFolder(parentPath: string, name: string): boolean {
  if (isThirdPartyFolder(path.basename(parentPath), name) || TOOL_FOLDERS.has(name)) return true;
  const lowerCase = name.toLowerCase();
  const isOutput = Object.hasOwn(OUTPUT_FOLDERS, lowerCase) ? OUTPUT_FOLDERS[lowerCase] : undefined;
  return isOutput?.(namesIn(parentPath), namesIn(path.join(parentPath, name))) ?? false;
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    // The folder is listed again by whoever walks it, and the failure is reported there.
    return [];
  }
}
