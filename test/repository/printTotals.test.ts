import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../scripts/printTotals.mjs');

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinata-totals-'));
  mkdirSync(join(folder, 'scripts'));
  mkdirSync(join(folder, 'test/artefacts'), { recursive: true });
  cpSync(SCRIPT, join(folder, 'scripts/printTotals.mjs'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function totalsAfter(exitCode: number, results?: object): { line: string; status: number | null } {
  if (results) writeFileSync(join(folder, 'test/artefacts/results.json'), JSON.stringify(results));
  const script = join(folder, 'scripts/printTotals.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script, String(exitCode)], { encoding: 'utf8' });
  return { line: stdout, status };
}

const passedFile = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const failedFile = { status: 'failed', assertionResults: [{ status: 'failed' }] };
const brokenFile = { status: 'failed', assertionResults: [] };

describe('the closing line of CI', () => {
  it('counts the tests of a run that passed', () => {
    const results = { numPassedTests: 12, numFailedTests: 0, testResults: [passedFile] };
    expect(totalsAfter(0, results)).toEqual({ line: '12 passed, 0 failed\n', status: 0 });
  });

  it('counts failed tests, and files that could not be loaded', () => {
    const results = { numPassedTests: 3, numFailedTests: 1, testResults: [passedFile, failedFile, brokenFile] };
    expect(totalsAfter(1, results)).toEqual({ line: '3 passed, 2 failed\n', status: 1 });
  });

  it('says that something failed when a step besides the tests did', () => {
    const results = { numPassedTests: 12, numFailedTests: 0, testResults: [passedFile] };
    expect(totalsAfter(1, results)).toEqual({ line: '12 passed, 1 failed\n', status: 1 });
  });

  it('says that something failed when the tests never ran', () => {
    expect(totalsAfter(1)).toEqual({ line: '0 passed, 1 failed\n', status: 1 });
    expect(totalsAfter(0)).toEqual({ line: '0 passed, 1 failed\n', status: 1 });
  });
});
