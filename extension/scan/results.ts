import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { type Static, type TSchema, Type } from 'typebox';
import { GraphEdge, GraphNode } from '#protocol/graph.ts';
import { ScanList, ScanOverview, TablePage, WorkflowPage } from '#protocol/http.ts';
import { FileMarks } from '#protocol/marks.ts';
import type { ScanSummary } from '#protocol/scan.ts';
import { WorkflowDetail } from '#protocol/views.ts';
import type { ServerConnection } from '../server/connection.ts';
import type { Folder } from './state.ts';

const EdgeEnds = Type.Array(Type.Object({ edge: GraphEdge, node: GraphNode }));
const NodeDetail = Type.Object({ node: GraphNode, incoming: EdgeEnds, outgoing: EdgeEnds });

/** Where the folders of a scan lie and when it began. */
interface Scanned {
  scanId: string;
  folders: Folder[];
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** A file of a scan as the results name it. */
export interface ScannedFile {
  root: string;
  file: string;
}

/** Reads what a scan found, from the server; keeps nothing but where its folders lie. */
export class ScanResults {
  readonly #connection: ServerConnection;
  #scanned: Promise<Scanned> | null = null;
  #scannedId = '';

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
    return client.get(`${scanPath(scanId)}/${list}`, schema);
  }

  async overview(scanId: string): Promise<ScanOverview> {
    return this.page(scanId, 'overview', ScanOverview);
  }

  /** The nodes of a file with what is shown beside them. */
  async marks(scanId: string, { root, file }: ScannedFile): Promise<FileMarks> {
    return this.page(scanId, `marks?${query({ root, file })}`, FileMarks);
  }

  /** A node with the edges that end and start at it. */
  async node(scanId: string, nodeId: string): Promise<Static<typeof NodeDetail>> {
    return this.page(scanId, `nodes/${encodeURIComponent(nodeId)}`, NodeDetail);
  }

  /** Workflows that pass through a node, without their chains. */
  async workflowsThrough(scanId: string, node: string, limit: number): Promise<WorkflowPage> {
    return this.page(scanId, `workflows?${query({ node, limit: `${limit}`, brief: 'true' })}`, WorkflowPage);
  }

  async workflow(scanId: string, workflowId: string): Promise<WorkflowDetail> {
    return this.page(scanId, `workflows/${encodeURIComponent(workflowId)}`, WorkflowDetail);
  }

  /** Tables whose name, entity or file contains a text, without their readers and writers. */
  async findTables(scanId: string, text: string, limit: number): Promise<TablePage> {
    return this.page(scanId, `tables?${query({ q: text, limit: `${limit}`, brief: 'true', sort: 'name' })}`, TablePage);
  }

  /** A table with its readers and writers; null when the scan has none of that name. */
  async table(scanId: string, name: string): Promise<TablePage['items'][number] | null> {
    const { items } = await this.page(scanId, `tables?${query({ target: name })}`, TablePage);
    return items[0] ?? null;
  }

  /** All scans of the server, newest first. */
  async history(): Promise<ScanSummary[]> {
    const { scans } = await (await this.#connection.use()).client.get('/scans', ScanList);
    return scans.toSorted((a, b) => b.started_at.localeCompare(a.started_at));
  }

  /** The newest completed scan of the same first folder that began before this one. */
  async previousOf(scanId: string): Promise<ScanSummary | null> {
    const scans = await this.history();
    const own = scans.find((scan) => scan.scan_id === scanId);
    const older = scans.filter((scan) => own && scan.started_at < own.started_at && scan.status === 'completed');
    return older.find((scan) => scan.roots[0]?.path === own?.roots[0]?.path) ?? null;
  }

  /** Writes an export into a file. @throws ServerError, or the error of the file system */
  async exportTo(scanId: string, format: string, file: string): Promise<void> {
    const { client } = await this.#connection.use();
    await client.download(`${scanPath(scanId)}/export?${query({ format })}`, file);
  }

  /**
   * The path on disk of a file of a scan.
   * @throws Error when the scan has no such root, or the file is gone or lies outside the scanned folder.
   */
  async locate(scanId: string, root: string, file: string): Promise<string> {
    return fileInside(await this.rootPath(scanId, root), file);
  }

  /** @throws Error when the scan has no such root. */
  async rootPath(scanId: string, root: string): Promise<string> {
    const folder = (await this.scanned(scanId)).folders.find((each) => each.name === root);
    if (!folder) throw new Error(`The scan has no folder named "${root}"`);
    return folder.path;
  }

  /** How the results name a file on disk; null when it lies in none of the scanned folders. */
  async nameOf(scanId: string, path: string): Promise<ScannedFile | null> {
    const { folders } = await this.scanned(scanId);
    // Links are followed, because the server knows folders by their real paths.
    return nameIn(folders, path) ?? nameIn(folders, await realpath(path).catch(() => path));
  }

  async scanned(scanId: string): Promise<Scanned> {
    if (this.#scannedId !== scanId || !this.#scanned) {
      this.#scannedId = scanId;
      this.#scanned = this.#readScanned(scanId);
    }
    return this.#scanned;
  }

  async #readScanned(scanId: string): Promise<Scanned> {
    try {
      const { scan } = await this.overview(scanId);
      return { scanId, folders: scan.roots, startedAt: Date.parse(scan.started_at) };
    } catch (error) {
      this.#scanned = null;
      throw error;
    }
  }
}

function scanPath(scanId: string): string {
  return `/scan/${encodeURIComponent(scanId)}`;
}

function query(values: Record<string, string>): string {
  return new URLSearchParams(values).toString();
}

/** A file belongs to the innermost of the folders around it. */
function nameIn(folders: readonly Folder[], path: string): ScannedFile | null {
  const around = folders.filter((folder) =>
    path.startsWith(folder.path.endsWith(sep) ? folder.path : folder.path + sep),
  );
  const [innermost] = around.toSorted((a, b) => b.path.length - a.path.length);
  if (!innermost) return null;
  return { root: innermost.name, file: relative(innermost.path, path).split(sep).join('/') };
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
