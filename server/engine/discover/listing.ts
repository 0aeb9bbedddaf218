import { languageOf } from '../languages.ts';
import { isConfigFile } from './pathRules.ts';

/** What lies in a folder, before any rule but the ignored folders was applied. */
export interface Listing {
  /** Paths relative to the listed folder, with forward slashes: files that may be scanned or are configuration. */
  files: string[];
  /** Symbolic links of any name. */
  links: string[];
  /** Folders that could not be read, with the reason; '' is the listed folder itself. */
  failed: { file: string; reason: string }[];
}

export function emptyListing(): Listing {
  return { files: [], links: [], failed: [] };
}

/** Whether a file's name makes it a source or configuration file. */
export function isWanted(file: string): boolean {
  return languageOf(file) !== undefined || isConfigFile(file);
}

/** Lists a folder part by part, so that files are looked at while others are still being listed. */
export type Lister = (folder: string) => AsyncGenerator<Listing, void>;

/** What was listed in the sub-folder `folder`, seen from the folder around it. */
export function nestedIn(folder: string, listing: Listing): Listing {
  return {
    files: listing.files.map((file) => `${folder}/${file}`),
    links: listing.links.map((link) => `${folder}/${link}`),
    failed: listing.failed.map(({ file, reason }) => ({ file: file === '' ? folder : `${folder}/${file}`, reason })),
  };
}

/** Lets other work of the process run, and ends the current one when `signal` was aborted. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
