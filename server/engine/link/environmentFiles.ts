import { posix } from 'node:path';
import type { ConfigFile } from '../discover/discover.ts';
import { folderOf, isWithin, readTextFile } from './jsonFiles.ts';
import type { SourceFile } from './sourceFile.ts';

/** Only addresses are read: whatever else environment files hold is nobody's business. */
const ADDRESS = /^(?:https?:\/\/[^\s@]+|\/[\w\-./]*)$/;
const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;
/** The file a developer's machine uses comes first, examples last. */
const ORDER = ['.env.local', '.env.development.local', '.env.development', '.env'];

/** Addresses that environment files (`.env`, `.env.development`, `.env.example`) give to variables. */
export class EnvironmentFiles {
  /** Variables by folder, the deepest folder first. */
  readonly #folders: { folder: string; values: Map<string, string> }[] = [];

  constructor(configs: readonly ConfigFile[]) {
    const files = configs
      .filter(({ file }) => /^\.env(\..+)?$/i.test(posix.basename(file)))
      .sort((a, b) => rank(a) - rank(b));
    for (const config of files) this.#read(config);
    this.#folders.sort((a, b) => b.folder.length - a.folder.length);
  }

  /** The address a variable holds for a file: what the closest folder around it says. */
  valueOf(variable: string, file: SourceFile): string | undefined {
    const path = `${file.root}/${file.path}`;
    for (const { folder, values } of this.#folders) {
      const value = isWithin(folder, path) ? values.get(variable) : undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #read(config: ConfigFile): void {
    const folder = folderOf(config);
    let known = this.#folders.find((entry) => entry.folder === folder);
    if (!known) {
      known = { folder, values: new Map() };
      this.#folders.push(known);
    }
    for (const line of readTextFile(config).split('\n')) {
      const [, name = '', written = ''] = LINE.exec(line) ?? [];
      const value = written.replace(/^(["'`])(.*)\1$/, '$2');
      if (ADDRESS.test(value) && !known.values.has(name)) known.values.set(name, value);
    }
  }
}

function rank({ file }: ConfigFile): number {
  const index = ORDER.indexOf(posix.basename(file).toLowerCase());
  return index < 0 ? ORDER.length : index;
}
