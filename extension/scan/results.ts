import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Static, TSchema } from 'typebox';
import { ScanList, ScanOverview } from '#protocol/http.ts';
import type { ScanSummary } from '#protocol/scan.ts';
import type { ServerConnection } from '../server/connection.ts';
import type { Folder } from './state.ts';

/** Reads what a scan found, from the server; keeps nothing but where its folders lie. */
export class ScanResults {
  readonly #connection: ServerConnection;
  #roots: { scanId: string; folders: Folder[] } | null = null;

  constructor(connection: ServerConnection) {
    this.#connection = connection;
  }

  /** @throws ServerError */
  async raw(path: string): Promise<unknown> {
    return (await this.#connection.use()).client.getJson(path);
  }

  /** One page of a list of a scan: `list` is `workflows`, `results?kind=…` and so on. */
  async page<T extends TSchema>(scanId: string, list: string, schema: T): Promise<Static<T>> {
    const { client } = await this.#connection.use();
    return client.get(`/scan/${encodeURIComponent(scanId)}/${list}`, schema);
  }

  async overview(scanId: string): Promise<ScanOverview> {
    return this.page(scanId, 'overview', ScanOverview);
  }

  /** All scans of the server, newest first. */
  async history(): Promise<ScanSummary[]> {
    const { scans } = await (await this.#connection.use()).client.get('/scans', ScanList);
    return scans.toSorted((a, b) => b.started_at.localeCompare(a.started_at));
  }

  /**
   * The path on disk of a file of a scan.
   * @throws Error when the scan has no such root, or the file is gone or lies outside the scanned folder.
   */
  async locate(scanId: string, root: string, file: string): Promise<string> {
    const folder = (await this.#foldersOf(scanId)).find((each) => each.name === root);
    if (!folder) throw new Error(`The scan has no folder named "${root}"`);
    return fileInside(folder.path, file);
  }

  async #foldersOf(scanId: string): Promise<Folder[]> {
    if (this.#roots?.scanId !== scanId) {
      this.#roots = { scanId, folders: (await this.overview(scanId)).scan.roots };
    }
    return this.#roots.folders;
  }
}

/**
 * The real path of `file` in `folder`, links resolved.
 * @throws Error when the file is not there or leaves the folder.
 */
export async function fileInside(folder: string, file: string): Promise<string> {
  const wanted = join(folder, file);
  let paths: [string, string];
  try {
    paths = [await realpath(folder), await realpath(wanted)];
  } catch (cause) {
    throw new Error(`${wanted} is not on this machine any more: scan again`, { cause });
  }
  const inside = relative(paths[0], paths[1]);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new Error(`${wanted} lies outside the scanned folder and is not opened`);
  }
  return paths[1];
}
