import { Type } from 'typebox';
import { CompareQuery, ScanComparison } from '#protocol/compare.ts';
import { API_PREFIX } from '#protocol/http.ts';
import { isTerminal, type ScanSummary } from '#protocol/scan.ts';
import { Comparisons } from '../compare/comparisons.ts';
import type { App, AppDeps } from './deps.ts';
import { HttpError, unknownScan } from './httpErrors.ts';
import { answers, named } from './schemas.ts';

const ScanId = Type.String({ minLength: 1, maxLength: 100 });

/** Adds the difference of two scans by the stable identities of their nodes. */
export function compareRoute(app: App, deps: AppDeps): void {
  const comparisons = new Comparisons(deps.store);
  app.get(
    `${API_PREFIX}/scans/:a/compare/:b`,
    {
      schema: {
        params: Type.Object({ a: ScanId, b: ScanId }),
        querystring: CompareQuery,
        response: answers({ 200: named(ScanComparison) }),
        tags: ['scans'],
        summary: 'What changed from scan a to scan b',
      },
    },
    async ({ params, query }) => {
      const [a, b] = [await endedScan(deps, params.a), await endedScan(deps, params.b)];
      return comparisons.page(a, b, query);
    },
  );
}

/** @throws {HttpError} 404 for an unknown scan, 409 for one that runs */
async function endedScan({ store }: AppDeps, scanId: string): Promise<ScanSummary> {
  const summary = await store.summary(scanId);
  if (!summary) throw unknownScan(scanId);
  if (!isTerminal(summary.status)) {
    throw new HttpError(409, 'scan_running', `Scan ${scanId} has not ended yet.`);
  }
  return summary;
}
