import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Tests that start daemons and load CPUs must not run beside each other on a two-core machine.
    fileParallelism: false,
  },
});
