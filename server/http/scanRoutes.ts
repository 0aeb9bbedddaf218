import { Type } from 'typebox';
import { API_PREFIX, CancelAnswer, ScanList, ScanListQuery } from '#protocol/http.ts';
import { isTerminal, ScanAccepted, ScanRequest, ScanStatus, type ScanSummary } from '#protocol/scan.ts';
import { FolderError, nameRoots } from '../scans/allowedFolders.ts';
import type { App, AppDeps } from './deps.ts';
import { folderHttpError, HttpError, unknownScan } from './httpErrors.ts';
import { answers, named, ScanParams } from './schemas.ts';

/** Adds what starts, follows, cancels, lists and removes scans. */
export function scanRoutes(app: App, deps: AppDeps): void {
  const { coordinator, store } = deps;
  const tags = ['scans'];

  app.post(
    `${API_PREFIX}/scan`,
    {
      schema: { body: ScanRequest, response: answers({ 202: named(ScanAccepted) }), tags, summary: 'Start a scan' },
    },
    async (request, reply) => {
      const roots = nameRoots(await checkFolders(deps, request.body));
      const status = await coordinator.submit(request.body, roots);
      const folders = roots.map((root) => root.name).join(', ');
      reply.status(202);
      return { scan_id: status.scan_id, status: 'queued' as const, message: `Scan of ${folders} is queued` };
    },
  );

  app.get(
    `${API_PREFIX}/scan/:scanId/status`,
    {
      schema: { params: ScanParams, response: answers({ 200: named(ScanStatus) }), tags, summary: 'Status of a scan' },
    },
    async ({ params }) => {
      const status = await coordinator.status(params.scanId);
      if (!status) throw unknownScan(params.scanId);
      return status;
    },
  );

  app.post(
    `${API_PREFIX}/scan/:scanId/cancel`,
    { schema: { params: ScanParams, response: answers({ 200: named(CancelAnswer) }), tags, summary: 'Cancel a scan' } },
    async ({ params }) => {
      const answer = await coordinator.cancel(params.scanId);
      if (!answer) throw unknownScan(params.scanId);
      return { scan_id: params.scanId, ...answer };
    },
  );

  app.get(
    `${API_PREFIX}/scans`,
    {
      schema: {
        querystring: ScanListQuery,
        response: answers({ 200: named(ScanList) }),
        tags,
        summary: 'History of scans, newest first',
      },
    },
    ({ query }) => store.summaries(query),
  );

  app.get(
    `${API_PREFIX}/scans/active`,
    { schema: { response: answers({ 200: named(ScanList) }), tags, summary: 'Scans that are queued or running' } },
    async () => ({ scans: await activeSummaries(deps) }),
  );

  app.delete(
    `${API_PREFIX}/scan/:scanId`,
    {
      schema: {
        params: ScanParams,
        response: answers({ 204: Type.Null() }),
        tags,
        summary: 'Remove a scan and its result',
      },
    },
    async ({ params }, reply) => {
      const status = await coordinator.status(params.scanId);
      if (!status) throw unknownScan(params.scanId);
      if (!isTerminal(status.status)) {
        throw new HttpError(409, 'scan_running', 'The scan has not ended yet; cancel it first.');
      }
      await store.deleteScan(params.scanId);
      return reply.status(204).send(null);
    },
  );
}

/** The real paths of the folders of a request. @throws {HttpError} that names the field */
async function checkFolders(deps: AppDeps, body: ScanRequest): Promise<string[]> {
  const paths = [body.repository_path, ...(body.roots ?? [])];
  return Promise.all(
    paths.map((path, index) =>
      deps.folders.check(path).catch((error: unknown) => {
        const field = index === 0 ? 'repository_path' : `roots.${index - 1}`;
        throw error instanceof FolderError ? folderHttpError(error, field) : error;
      }),
    ),
  );
}

/** Rows of the history for running scans, with their counts of this moment. */
async function activeSummaries({ coordinator, store }: AppDeps): Promise<ScanSummary[]> {
  const rows = coordinator.activeIds().map(async (scanId) => {
    const [summary, status] = await Promise.all([store.summary(scanId), coordinator.status(scanId)]);
    if (!summary || !status || isTerminal(status.status)) return [];
    const { files_scanned, nodes_found, message } = status;
    return [{ ...summary, status: status.status, files_scanned, nodes_found, message }];
  });
  return (await Promise.all(rows)).flat();
}
