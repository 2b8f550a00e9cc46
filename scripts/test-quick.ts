/**
 * What can be known in about a minute, and should be before each commit: the static checks and the unit tests, none of which executes anything on a
 * device.
 */
import { runChecks, staticChecks } from './run-checks.ts';

const unitTests = {
  title: 'unit tests',
  command: 'vitest',
  args: ['run', '--project', 'unit', '--project', 'mocked', '--reporter=dot', ...process.argv.slice(2)],
  worthShowing: /^ *Tests .*$/gm,
};

process.exit(await runChecks([unitTests, ...staticChecks]));
