import { open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSource } from '#engine/discover/content.ts';
import { languageOf } from '#engine/languages.ts';
import { redact } from '#engine/graph/redact.ts';
import { API_PREFIX, SourceLines, SourceQuery } from '#protocol/http.ts';
import { isWithin } from '../scans/allowedFolders.ts';
import type { App, AppDeps } from './deps.ts';
import { HttpError } from './httpErrors.ts';
import { answers, named, ScanParams } from './schemas.ts';

const MAX_FILE_BYTES = 5 * 1024 * 1024;
const DEFAULT_CONTEXT = 8;
const MAX_LINE_LENGTH = 400;

/** Adds `GET /scan/{id}/source`: lines of a scanned file for the page, which has no editor. */
export function sourceRoute(app: App, deps: AppDeps): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/source`,
    {
      schema: {
        params: ScanParams,
        querystring: SourceQuery,
        response: answers({ 200: named(SourceLines) }),
        tags: ['results'],
        summary: 'Lines around a line of a scanned file',
      },
    },
    async ({ params, query }) => {
      const path = await scannedFile(deps, params.scanId, query.root, query.file);
      const lines = (await readText(path)).split(/\r\n|\n|\r/);
      const context = query.context ?? DEFAULT_CONTEXT;
      const first = Math.max(1, Math.min(query.line, lines.length) - context);
      const shown = lines.slice(first - 1, query.line + context);
      return {
        root: query.root,
        file: query.file,
        start_line: first,
        total_lines: lines.length,
        lines: shown.map((line) => redact(line).slice(0, MAX_LINE_LENGTH)),
      };
    },
  );
}

/**
 * The real path of a file that the scan has read.
 * @throws {HttpError} 404 when it has not, 403 when the file now lies elsewhere or is no longer allowed
 */
async function scannedFile(deps: AppDeps, scanId: string, rootName: string, file: string): Promise<string> {
  const root = (await deps.store.roots(scanId)).find(({ name }) => name === rootName);
  if (!root || !(await deps.store.hasScannedFile(scanId, `${rootName}/${file}`))) {
    throw new HttpError(404, 'unknown_file', 'That file is not in this scan.', 'file');
  }
  const real = await realpath(join(root.path, file)).catch(() => {
    throw new HttpError(404, 'file_gone', 'That file is no longer there; scan again.', 'file');
  });
  if (isWithin(real, root.path) && deps.folders.contains(real)) return real;
  throw new HttpError(403, 'outside_allowed_roots', 'That file lies outside the folders this server may read.', 'file');
}

async function readText(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) {
      throw new HttpError(422, 'file_too_large', 'That file is too large to show.', 'file');
    }
    const decoded = decodeSource(await handle.readFile(), languageOf(path));
    if ('text' in decoded) return decoded.text;
    throw new HttpError(422, 'not_text', 'That file is no text any more; scan again.', 'file');
  } finally {
    await handle.close();
  }
}
