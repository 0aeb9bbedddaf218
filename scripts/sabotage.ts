/**
 * `npm run test:sabotage [-- --runs n --seed s --parallel p]`: real servers and a real Redis are sabotaged by seeded
 * schedules, and what is promised to the clients is checked after every run. Ends with 1 when a promise was broken.
 */
import { parseArgs } from 'node:util';
import { describeReport, sabotage } from '../test/sabotage/sabotage.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '4' },
  },
});
const started = performance.now();
let played = 0;
const reports = await sabotage({
  runs: Number(values.runs),
  seed: Number(values.seed),
  parallel: Number(values.parallel),
  onReport(report) {
    played++;
    if (report.faults.length > 0) console.log(describeReport(report));
    if (played % 50 === 0) console.log(`${played} of ${values.runs} runs`);
  },
});
const failed = reports.filter((report) => report.faults.length > 0);
const ends = Map.groupBy(reports, (report) => report.end?.status ?? 'none');
const actions = Map.groupBy(
  reports.flatMap((report) => report.schedule.steps.map((step) => step.action.what)),
  (what) => what,
);
const count = (groups: Map<string, unknown[]>): string =>
  [...groups].map(([name, members]) => `${name} ${members.length}`).join(', ');
console.log(`${reports.length} runs in ${Math.round((performance.now() - started) / 1000)} s, ${failed.length} failed`);
console.log(`ends: ${count(ends)}`);
console.log(`sabotage: ${count(actions)}`);
if (failed.length > 0) {
  console.log(`failing seeds: ${failed.map((report) => report.schedule.seed).join(', ')}`);
  process.exitCode = 1;
}
