/**
 * `npm run fuzz [-- --inputs n --seed s --language l --corpus folder]`: mutated real files for every grammar with its
 * lowering, and mutated workspaces for the whole engine. Prints each input that broke a promise with the seed that makes
 * it again, and ends with 1 when there was one.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { LANGUAGES } from '#engine/languages.ts';
import { fuzz } from '../test/fuzz/fuzz.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    language: { type: 'string' },
    corpus: { type: 'string' },
  },
});
const HANG_S = 120;
/** Ends the process when one input keeps the main thread, naming it. */
const WATCH = `
const { parentPort, workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { clock, seconds } = workerData;
let last = -1, since = Date.now();
setInterval(() => {
  const now = Atomics.load(clock, 0) * 100000 + Atomics.load(clock, 1);
  if (now !== last) { last = now; since = Date.now(); }
  else if (Date.now() - since > seconds * 1000) {
    writeSync(2, 'hangs: target ' + Atomics.load(clock, 0) + ', seed ' + Atomics.load(clock, 1) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
}, 1000);
`;
const clock = new Int32Array(new SharedArrayBuffer(8));
new Worker(WATCH, { eval: true, workerData: { clock, seconds: HANG_S } }).unref();

const targets: string[] = [...LANGUAGES, 'scan'];
const started = performance.now();
let tried = 0;
let target = '';
const findings = await fuzz({
  inputs: Number(values.inputs),
  seed: Number(values.seed),
  languages: LANGUAGES.filter((language) => values.language === undefined || language === values.language),
  corpus: values.corpus,
  onInput(seed, of) {
    tried++;
    Atomics.store(clock, 0, targets.indexOf(of));
    Atomics.store(clock, 1, seed);
    if (of !== target) console.log(`${((performance.now() - started) / 1000).toFixed(0)} s: ${of}`);
    target = of;
  },
});
for (const { target: of, seed, what } of findings.slice(0, 50)) console.log(`${of}, seed ${seed}: ${what}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${tried} inputs in ${seconds} s, ${findings.length} findings`);
if (findings.length > 0) process.exitCode = 1;
