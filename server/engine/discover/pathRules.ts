const TEST_FOLDERS = new Set(['test', 'tests', '__tests__', '__mocks__', 'cypress', 'playwright', 'e2e']);
/** Case matters: `Contests` is no test project. `ApiTests`, `Api.UnitTests` and `Tests` are. */
const TEST_PROJECT = /(Tests|\.Test)$/;
const TEST_FILE = /\.(spec|test|e2e-spec|cy)\./i;
const GENERATED_FILE = /(\.designer\.cs|\.g\.cs|\.g\.i\.cs|\.generated\.\w+|modelsnapshot\.cs)$/i;
const MINIFIED_FILE = /(\.min\.[cm]?js|\.bundle\.js)$/i;
const MIGRATION_FILE = /(^|\/)migrations\/.*\.cs$/i;
const CONFIG_FILE = new RegExp(
  `^(${[
    'package\\.json',
    'tsconfig.*\\.json',
    'jsconfig\\.json',
    'angular\\.json',
    'project\\.json',
    'nx\\.json',
    'proxy\\.conf(ig)?(\\..+)?\\.json',
    'vite\\.config\\.[cm]?[jt]s',
    'launchsettings\\.json',
    'appsettings.*\\.json',
    '.+\\.csproj',
    'ocelot.*\\.json',
    'yarp.*\\.json',
    '(.+[._-])?(openapi|swagger)([._-].+)?\\.(json|ya?ml)',
    '\\.env(\\..+)?',
    'pinata\\.json',
    'pnpm-workspace\\.yaml',
  ].join('|')})$`,
  'i',
);

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Whether a file, by its path relative to the root, is test code. */
export function isTestCode(file: string): boolean {
  const name = nameOf(file);
  if (TEST_FILE.test(name)) return true;
  const folders = file.slice(0, file.length - name.length).split('/');
  return folders.some((folder) => TEST_FOLDERS.has(folder.toLowerCase()) || TEST_PROJECT.test(folder));
}

/** Whether a tool wrote the file, by its name. */
export function isGeneratedCode(file: string): boolean {
  return GENERATED_FILE.test(file);
}

/** Whether the file is minified or bundled, by its name. */
export function isMinifiedCode(file: string): boolean {
  return MINIFIED_FILE.test(file);
}

/** Whether the file lies in a folder of Entity Framework migrations. */
export function isMigration(file: string): boolean {
  return MIGRATION_FILE.test(file);
}

/** Whether the linker reads the file as configuration: routes of proxies, path aliases, project references. */
export function isConfigFile(file: string): boolean {
  return CONFIG_FILE.test(nameOf(file));
}
