/**
 * native-bench's own tests, and oneDNN's where that is installed, built with the address and undefined-behaviour sanitizers.
 * They run several times as long, so `npm test` leaves them out.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';

const build = 'build/sanitize';
const steps: readonly (readonly string[])[] = [
  ['cmake', '-S', 'native-bench', '-B', build, '-DPLIMSOLL_SANITIZE=ON'],
  ['cmake', '--build', build, '--parallel', String(availableParallelism())],
  ['ctest', '--test-dir', build, '--output-on-failure'],
];

for (const [command = '', ...args] of steps) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${command} ended with ${error?.message ?? `exit status ${status}`}`);
    process.exit(1);
  }
}
