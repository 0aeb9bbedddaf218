import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { ExportFormat } from '#protocol/exports.ts';
import { API_PREFIX } from '#protocol/http.ts';
import { isTerminal } from '#protocol/scan.ts';
import { openExport } from '../exports/exports.ts';
import type { App, AppDeps } from './deps.ts';
import { HttpError, unknownScan } from './httpErrors.ts';
import { answers, ScanParams } from './schemas.ts';

const ExportQuery = Type.Object(
  { format: Type.Optional({ ...ExportFormat, default: 'json' }) },
  { additionalProperties: false },
);

/** Adds the export of a result as a file; it is written while it is read, so that its size does not matter. */
export function exportRoute(app: App, deps: AppDeps): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/export`,
    {
      schema: {
        params: ScanParams,
        querystring: ExportQuery,
        response: answers({ 200: Type.String({ description: 'The file, in the media type of the format' }) }),
        tags: ['results'],
        summary: 'The whole result as a file',
      },
    },
    async ({ params, query }, reply) => {
      const status = await deps.coordinator.status(params.scanId);
      if (!status) throw unknownScan(params.scanId);
      if (!isTerminal(status.status)) throw new HttpError(409, 'scan_running', 'The scan has not ended yet.');
      const result = await deps.store.reader(params.scanId);
      if (!result) throw unknownScan(params.scanId);
      const { mediaType, extension, text } = await openExport(query.format ?? 'json', result);
      const name = `pinata-${params.scanId.replaceAll(/\W/g, '')}.${extension}`;
      reply.header('content-disposition', `attachment; filename="${name}"`);
      reply.type(`${mediaType}; charset=utf-8`);
      return reply.send(Readable.from(text));
    },
  );
}
