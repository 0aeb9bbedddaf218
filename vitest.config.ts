import { defineConfig } from 'vitest/config';

/** Milliseconds; two slow processors share the work of the parts a test starts. */
const PART_STARTS = 60_000;
const EDITOR_STARTS = 240_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'engine', include: ['test/{protocol,engine}/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        test: {
          name: 'server',
          include: ['test/{server,samples,repository}/**/*.test.ts'],
          testTimeout: PART_STARTS,
          hookTimeout: PART_STARTS,
        },
      },
      {
        test: { name: 'extension', include: ['test/extension/**/*.test.ts'], testTimeout: PART_STARTS },
      },
      {
        test: {
          name: 'page',
          include: ['test/{page,webview}/**/*.test.ts'],
          testTimeout: PART_STARTS,
          hookTimeout: PART_STARTS,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'vscode',
          include: ['test/vscode/**/*.test.ts'],
          testTimeout: EDITOR_STARTS,
          hookTimeout: EDITOR_STARTS,
          fileParallelism: false,
        },
      },
    ],
  },
});
