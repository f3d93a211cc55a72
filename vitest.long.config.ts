import { defineConfig } from 'vitest/config';
import config, { LONG } from './vitest.config.ts';

/** `npm run long`: what `npm test` leaves out for its length. */
export default defineConfig({
  ...config,
  test: { ...config.test, include: LONG, exclude: ['**/node_modules/**'] },
});
