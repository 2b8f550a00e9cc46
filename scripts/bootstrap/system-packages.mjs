/** Installs packages of Debian and its kin where this may be done, and else says what to type. */
import process from 'node:process';
import { onPath } from './checkout.mjs';
import { lastLines, run } from './processes.mjs';
import { aptProgress } from './read-progress.mjs';
import { StepFailure } from './step-failure.mjs';

let areListsFresh = false;

/**
 * @param {readonly string[]} packages
 * @param {string} purpose
 * @param {import('./schedule.mjs').Report} report
 */
export async function installSystemPackages(packages, purpose, report) {
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const asRoot = process.getuid?.() === 0;
  const allowed = asRoot || (onPath('sudo') && (await run('sudo', ['-n', 'true'])).ok);
  const withSudo = (/** @type {string} */ command) => (onPath('sudo') ? `sudo ${command}` : command);
  if (!onPath('apt-get') || !allowed) {
    throw new StepFailure(
      `${packages.join(', ')} missing, needed ${purpose}. ` +
        (onPath('apt-get')
          ? `Type${onPath('sudo') ? '' : ' as root'}:\n\n    ${['apt-get update', line].map(withSudo).join(' && ')}\n`
          : `Install them with this system's package manager, then run the command again.`),
    );
  }
  const apt = (/** @type {string[]} */ ...aptArguments) => {
    const [command = '', ...rest] = [...(asRoot ? [] : ['sudo', '-n']), 'apt-get', ...aptArguments];
    return run(command, rest, {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      onLine: (text) => {
        const progress = aptProgress(text);
        if (progress !== undefined) report.progress(progress);
      },
    });
  };
  // The package lists of a fresh machine are empty or old: fetch them first.
  if (!areListsFresh) await apt('update');
  areListsFresh = true;
  // Its standard output, for sudo closes every other.
  const { ok, output } = await apt('-o', 'APT::Status-Fd=1', ...line.split(' ').slice(1));
  if (ok) return;
  throw new StepFailure(
    `${packages.join(', ')} could not be installed, needed ${purpose}:\n${lastLines(output)}\nType it by hand to see why: ${line}`,
  );
}
