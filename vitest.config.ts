import { defineConfig } from 'vitest/config';

// An A/A test after every first run takes long; those that are about it ask for it. Programs that tests start inherit this.
process.env.PLIMSOLL_NOISE_TEST ??= 'off';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], environment: 'node' } },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,packaging}/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // The programs under test use every core: one file at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
