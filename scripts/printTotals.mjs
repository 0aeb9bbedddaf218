// Prints "N passed, N failed" for the last run of the tests: node scripts/printTotals.mjs <exit code of npm test>.
// Plain JavaScript, because it also runs when nothing could be installed.
import { readFileSync } from 'node:fs';

function readTotals() {
  try {
    const results = JSON.parse(readFileSync(new URL('../test/artefacts/results.json', import.meta.url), 'utf8'));
    // A file that cannot be loaded has no tests that could fail.
    const brokenFiles = results.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    return { passed: results.numPassedTests, failed: results.numFailedTests + brokenFiles.length };
  } catch {
    // The run ended before the tests did; the exit code says that it failed.
    return { passed: 0, failed: 0 };
  }
}

const { passed, failed } = readTotals();
const succeeded = process.argv[2] === '0' && passed > 0;
console.log(`${passed} passed, ${succeeded ? failed : Math.max(failed, 1)} failed`);
process.exitCode = succeeded && failed === 0 ? 0 : 1;
