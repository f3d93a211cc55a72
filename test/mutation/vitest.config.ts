import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{token,policy,language,review/cases}/**/*.test.ts'],
    // Waits for real time-outs, and finds no mutant that the others leave.
    exclude: ['test/token/hostile.test.ts'],
    testTimeout: 20_000,
    // A mutant is switched on in a process that has all modules loaded: three times as fast.
    isolate: false,
  },
});
