/**
 * `npm run bench:fanout [-- --clients 10000 --scans 1000 --rounds 3]`: how much Pinata's progress costs above the floor
 * of sending the same bytes with bare `ws`, on this machine and in the same run. Ends with 1 when a terminal status was
 * lost. Needs as many file descriptors a process as clients (`ulimit -n`), and redis-server for the part over Redis.
 */
import { parseArgs } from 'node:util';
import { benchFanout } from '../test/fanout/fanout.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '10000' },
    scans: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});
const lost = await benchFanout({
  clients: Number(values.clients),
  scans: Number(values.scans),
  rounds: Number(values.rounds),
  only: values.only,
});
if (lost > 0) {
  console.log(`\n${lost} terminal statuses were lost`);
  process.exitCode = 1;
}
