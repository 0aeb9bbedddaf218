import { describe, expect, it } from 'vitest';
import { describeReport, sabotage } from './sabotage.ts';

/** Fits into a minute on two processors; `npm run test:sabotage -- --runs 1000` plays more. */
const RUNS = 40;
const SEED = 20_000;

describe('sabotaged servers, engines, connections and Redis', () => {
  it(`keep what is promised to every client in ${RUNS} schedules`, async () => {
    const reports = await sabotage({ runs: RUNS, seed: SEED, parallel: 4 });
    const failed = reports.filter((report) => report.faults.length > 0);
    expect(failed.map(describeReport).join('\n')).toBe('');
    expect(reports).toHaveLength(RUNS);
  }, 600_000);
});
