import { defineConfig } from 'vitest/config';

/** Projects with the same number run together; what starts a browser or an editor has the processors for itself. */
const TOGETHER = { groupOrder: 0 };
const ALONE = { groupOrder: 1 };
const LAST = { groupOrder: 2 };

/** Milliseconds; two slow processors share the work of the parts a test starts. */
const PART_STARTS = 120_000;
const EDITOR_STARTS = 240_000;
/** On a busy machine a browser or an editor can be slower than any time-out; twice in a row is a finding. */
const BROWSER_RETRIES = 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'engine',
          include: ['test/{protocol,engine,accuracy,fuzz}/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: TOGETHER,
        },
      },
      {
        test: {
          name: 'server',
          include: ['test/{server,samples,repository}/**/*.test.ts'],
          testTimeout: PART_STARTS,
          hookTimeout: PART_STARTS,
          sequence: TOGETHER,
        },
      },
      {
        test: {
          name: 'extension',
          include: ['test/extension/**/*.test.ts'],
          testTimeout: PART_STARTS,
          hookTimeout: PART_STARTS,
          sequence: TOGETHER,
        },
      },
      {
        test: {
          name: 'sabotage',
          include: ['test/sabotage/**/*.test.ts'],
          testTimeout: PART_STARTS,
          sequence: ALONE,
        },
      },
      {
        test: {
          name: 'page',
          include: ['test/{page,webview}/**/*.test.ts'],
          testTimeout: PART_STARTS,
          hookTimeout: PART_STARTS,
          fileParallelism: false,
          retry: BROWSER_RETRIES,
          sequence: ALONE,
        },
      },
      {
        test: {
          name: 'vscode',
          include: ['test/vscode/**/*.test.ts'],
          testTimeout: EDITOR_STARTS,
          hookTimeout: EDITOR_STARTS,
          fileParallelism: false,
          retry: BROWSER_RETRIES,
          sequence: LAST,
        },
      },
    ],
  },
});
