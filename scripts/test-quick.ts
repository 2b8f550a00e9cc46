/** What can be known in under a minute, and should be before each commit: the static checks and the unit tests. */
import { runChecks, staticChecks } from './run-checks.ts';

const unitTests = {
  title: 'unit tests',
  command: 'vitest',
  args: ['run', '--project', 'unit', '--reporter=dot', ...process.argv.slice(2)],
  worthShowing: /^ *Tests .*$/gm,
};

process.exit(await runChecks([unitTests, ...staticChecks]));
