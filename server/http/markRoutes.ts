import { API_PREFIX } from '#protocol/http.ts';
import { FileMarks, MarksQuery } from '#protocol/marks.ts';
import type { App, AppDeps } from './deps.ts';
import { unknownScan } from './httpErrors.ts';
import { answers, named, ScanParams } from './schemas.ts';

/** Adds `GET /scan/{id}/marks`: what an editor shows beside the lines of one file. */
export function markRoutes(app: App, deps: AppDeps): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/marks`,
    {
      schema: {
        params: ScanParams,
        querystring: MarksQuery,
        response: answers({ 200: named(FileMarks) }),
        tags: ['results'],
        summary: 'The nodes of a file with their workflows and tables',
      },
    },
    async ({ params, query }) => {
      if (!(await deps.store.summary(params.scanId))) throw unknownScan(params.scanId);
      return deps.store.fileMarks(params.scanId, query);
    },
  );
}
