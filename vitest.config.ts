import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// An A/A test after every first run takes long; those that are about it ask for it. Programs that tests start inherit this.
process.env.PLIMSOLL_NOISE_TEST ??= 'off';

/** No test fails because the machine has other work: what waits, waits for something to happen. */
const patient = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };

export default defineConfig({
  test: {
    // Vitest would leave one core to its own process, which is idle.
    maxWorkers: availableParallelism(),
    projects: [
      {
        // Pure code: no program, no device. All files share what they import, since loading it for each takes as long as testing it.
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          exclude: ['**/*.mocked.test.ts'],
          pool: 'threads',
          isolate: false,
          unstubEnvs: true,
          unstubGlobals: true,
          ...patient,
        },
      },
      {
        // What puts a stand-in in a module's place (`vi.mock`) loads its modules by itself.
        test: { name: 'mocked', include: ['test/unit/**/*.mocked.test.ts'], pool: 'threads', ...patient },
      },
      {
        // WebGPU through Dawn: a software adapter that computes, or the null backend, which only compiles.
        test: {
          name: 'device',
          include: ['test/device/**/*.test.ts'],
          exclude: ['**/*.timing.test.ts'],
          pool: 'forks',
          ...patient,
        },
      },
      {
        // Real programs, databases, sockets and browsers, some of them at a time.
        test: {
          name: 'integration',
          include: ['test/{integration,packaging}/**/*.test.ts'],
          exclude: ['**/*.timing.test.ts'],
          pool: 'forks',
          ...patient,
        },
      },
      {
        // What compares times with each other has the machine to itself, after everything else.
        test: {
          name: 'timing',
          include: ['test/**/*.timing.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...patient,
        },
      },
    ],
  },
});
