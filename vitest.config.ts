import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * What takes a minute of npm, the Serverless Framework or a shell by itself: `npm run long` runs these alone, and CI
 * runs both.
 */
export const LONG = [
  'test/pack.test.ts',
  'test/infra/plugin.test.ts',
  'test/infra/build.test.ts',
  'test/plugins/plugin.test.ts',
  'test/cli/reach/exec.test.ts',
  'test/property/cases.test.ts',
  'test/docs/commands-start.test.ts',
  'test/docs/commands-reference.test.ts',
  'test/docs/commands-steps.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...LONG],
    testTimeout: 20_000,
    // Half of the time goes by in waiting for time-outs and children: with one worker a core, half of a core is idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // A third of the time was the same modules loaded for each file. Nothing here changes a module, and what a
    // file starts is ended by the setup file.
    isolate: false,
    setupFiles: ['test/harness/setup.ts'],
    coverage: {
      include: ['lib/**/*.ts'],
      // What needs a document is driven in a browser, by test/review/console/browser/run.ts.
      exclude: ['lib/cli/main.ts', 'lib/review/console/{main,page}.ts', 'lib/review/console/view/**'],
      thresholds: { statements: 90, branches: 85, functions: 90, lines: 90 },
    },
  },
});
