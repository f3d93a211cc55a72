import { defineConfig } from 'vitest/config';
import config, { LONG } from './vitest.config.ts';

/** `npm run long`: what `npm test` leaves out for its length. Whole processes of npm and of shells have their time. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: LONG,
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
