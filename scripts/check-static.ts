/** Types, lint, format and what is unused, in one go; all of them run even when one fails. */
import { spawnSync } from 'node:child_process';

const checks: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['types of the renderer', 'tsc', '-p', 'renderer'],
  ['types of the bench page', 'tsc', '-p', 'webgpu-bench/page'],
  ['types of the page that compares', 'tsc', '-p', 'webgpu-bench/compare'],
  ['lint and format (mend with: npx biome check --write .)', 'biome', 'ci', '.'],
  ['files, exports and packages that nothing uses', 'knip'],
];

let failed = false;
for (const [title, command, ...args] of checks) {
  const result = spawnSync(command, args, { stdio: 'inherit' });
  if (result.status === 0) continue;
  failed = true;
  console.error(`FAILED: ${title}`);
}
process.exit(failed ? 1 : 0);
