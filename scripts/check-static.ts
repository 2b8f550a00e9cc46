/** Types, lint, format and what is unused, in one go. */
import { runChecks, staticChecks } from './run-checks.ts';

process.exit(await runChecks(staticChecks));
