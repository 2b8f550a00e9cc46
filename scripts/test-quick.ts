/**
 * What can be known in about a minute, and should be before each commit: the static checks and the unit tests. Left out are those that
 * execute networks on a software adapter, which take minutes.
 */
import { runChecks, staticChecks } from './run-checks.ts';

const unitTests = {
  title: 'unit tests, but for those of test/unit/webgpu',
  command: 'vitest',
  args: [
    ...['run', '--project', 'unit', '--exclude', 'test/unit/webgpu/**', '--reporter=dot'],
    ...process.argv.slice(2),
  ],
  worthShowing: /^ *Tests .*$/gm,
};

process.exit(await runChecks([unitTests, ...staticChecks]));
