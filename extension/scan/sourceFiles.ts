import { relative, sep } from 'node:path';

/** What a scan reads: sources, and the configuration that joins them. */
const SCANNED =
  /(\.(cs|[mc]?[jt]s|[jt]sx|html?|a?xaml|razor|cshtml|prisma|proto|vue|sql|csproj)|(^|[\\/])(pinata|package|tsconfig[^\\/]*|appsettings[^\\/]*|angular|proxy[^\\/]*|launchSettings|ocelot[^\\/]*)\.jsonc?)$/i;
/** Folders of tools and of their output; what lies below is written by the thousand and read by no scan. */
const NEVER_SCANNED = new Set([
  'node_modules',
  '.git',
  '.vs',
  '.svn',
  '.hg',
  'bin',
  'obj',
  'dist',
  '.angular',
  '.next',
]);

/** Whether a change of this file below `folder` can change the result of a scan. */
export function mayBeScanned(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  if (inside === '' || inside.startsWith('..')) return false;
  return SCANNED.test(inside) && !inside.split(sep).some((part) => NEVER_SCANNED.has(part));
}
