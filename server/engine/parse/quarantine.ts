import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PRODUCT_VERSION } from '#protocol/version.ts';

const FILE_NAME = 'quarantine.json';
/** Beyond this many, the oldest are let go; so many poisonous files are a fault of the parser, not of the files. */
const KEPT = 1000;

const Stored = Compile(
  Type.Object(
    { version: Type.String(), files: Type.Record(Type.String(), Type.String()) },
    { additionalProperties: false },
  ),
);

/**
 * Contents that no parser thread survives, with the reason, remembered in the cache folder so that the next scan does
 * not lose a thread to them again. Another version of Pinata begins with none, since its parser may cope.
 */
export class Quarantine {
  readonly #folder: string | undefined;
  readonly #reasons: Map<string, string>;

  private constructor(folder: string | undefined, reasons: Map<string, string>) {
    this.#folder = folder;
    this.#reasons = reasons;
  }

  /** @param folder where it is kept; without one it lasts as long as the object */
  static open(folder: string | undefined): Quarantine {
    return new Quarantine(folder, folder === undefined ? new Map<string, string>() : read(join(folder, FILE_NAME)));
  }

  /** Reasons by content hash. */
  get reasons(): ReadonlyMap<string, string> {
    return this.#reasons;
  }

  /** Remembers a content; a cache that cannot be written only means that it is found out again next time. */
  add(hash: string, reason: string): void {
    this.#reasons.delete(hash);
    this.#reasons.set(hash, reason);
    for (const oldest of this.#reasons.keys()) {
      if (this.#reasons.size <= KEPT) break;
      this.#reasons.delete(oldest);
    }
    if (this.#folder !== undefined) write(this.#folder, this.#reasons);
  }
}

function read(path: string): Map<string, string> {
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (Stored.Check(stored) && stored.version === PRODUCT_VERSION) return new Map(Object.entries(stored.files));
  } catch {
    // None yet, or not readable: nothing is in quarantine.
  }
  return new Map();
}

/** Writes beside the file and renames, so that scans running at the same time read one or the other. */
function write(folder: string, reasons: ReadonlyMap<string, string>): void {
  const partial = join(folder, `${FILE_NAME}.${process.pid}.partial`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(partial, JSON.stringify({ version: PRODUCT_VERSION, files: Object.fromEntries(reasons) }), {
      mode: 0o600,
    });
    renameSync(partial, join(folder, FILE_NAME));
  } catch {
    // A full disk or a cache that may only be read: see `add`.
    rmSync(partial, { force: true });
  }
}
