/** The languages whose files are read; a language decides parser and lowering. */
export const LANGUAGES = [
  'csharp',
  'typescript',
  'tsx',
  'javascript',
  'html',
  'xaml',
  'razor',
  'prisma',
  'proto',
] as const;
export type Language = (typeof LANGUAGES)[number];

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  '.cs': 'csharp',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'tsx',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.jsx': 'javascript',
  '.html': 'html',
  '.htm': 'html',
  '.xaml': 'xaml',
  '.axaml': 'xaml',
  '.razor': 'razor',
  '.cshtml': 'razor',
  '.prisma': 'prisma',
  '.proto': 'proto',
};

/** Extensions of the files that are scanned, with their dot, in lower case. */
export const SCANNED_EXTENSIONS: readonly string[] = Object.keys(BY_EXTENSION);

/** The language of a path by its extension, undefined when it is not scanned. */
export function languageOf(path: string): Language | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : BY_EXTENSION[path.slice(dot).toLowerCase()];
}
