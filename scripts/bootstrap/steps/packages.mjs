import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { node24, root } from '../checkout.mjs';
import { faultOfPackages, firstOutOfStep, pathsToInstall } from '../package-folder.mjs';
import { lastLines, run } from '../processes.mjs';
import { StepFailure } from '../step-failure.mjs';

const pollMs = 1000;

/** The npm packages of the lock file, the project's own Node 24 among them. */
/** @type {import('../schedule.mjs').Step} */
export const packages = {
  title: 'npm packages',
  after: [],
  async due() {
    const lock = readLock('package-lock.json') ?? { packages: {} };
    const outOfStep = firstOutOfStep(readJson('package.json') ?? {}, lock);
    if (outOfStep !== undefined) return outOfStepText(outOfStep);
    const fault = faultOfPackages(lock, readLock(join('node_modules', '.package-lock.json')), isThere);
    if (fault !== undefined) return fault;
    return (await nodeVersion()).startsWith('v24.') ? undefined : 'their Node 24 does not start';
  },
  async run(report) {
    const lock = readLock('package-lock.json') ?? { packages: {} };
    const outOfStep = firstOutOfStep(readJson('package.json') ?? {}, lock);
    if (outOfStep !== undefined) {
      throw new StepFailure(
        `${outOfStepText(outOfStep)}. To bring the lock file up to date, type: npm install`,
      );
    }
    // npm deletes it too, but stumbles over some of the states that an interrupted installation leaves.
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    const wanted = pathsToInstall(lock, process);
    const poll = setInterval(() => {
      const there = wanted.filter((path) => isThere(`${path}/package.json`)).length;
      report.progress(`${there}/${wanted.length}`);
    }, pollMs);
    try {
      // Install scripts are left out, for they would fetch from other hosts or build what is there already; only the
      // package `node` needs its own, which links the right binary from the registry.
      await npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
      clearInterval(poll);
      report.progress('Node 24');
      await npm('rebuild', 'node', '--loglevel=error');
    } finally {
      clearInterval(poll);
    }
    const version = await nodeVersion();
    if (!version.startsWith('v24.')) {
      throw new StepFailure(
        `The project's own Node 24 did not install (found '${version}' at node_modules/node). ` +
          `The store needs it: better-sqlite3 crashes on Node ${process.versions.node}. ` +
          `Allow the install script of the package 'node' (npm install-scripts approve node), then run the command again.`,
      );
    }
  },
};

/** @param {string[]} npmArguments */
async function npm(...npmArguments) {
  const { ok, output } = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', npmArguments);
  if (ok) return;
  throw new StepFailure(
    `npm ${npmArguments.slice(0, 2).join(' ')} failed:\n${lastLines(output)}\n` +
      'Check that the npm registry can be reached (npm ping), then run the command again.',
  );
}

/** Empty where it cannot be started. */
async function nodeVersion() {
  return existsSync(node24) ? (await run(node24, ['--version'])).stdout.trim() : '';
}

/** @param {string} name */
function outOfStepText(name) {
  return `package.json and package-lock.json disagree about ${name}`;
}

/**
 * @param {string} path
 * @returns {import('../package-folder.mjs').Lock | undefined} undefined where there is none, or only a part of one
 */
function readLock(path) {
  const lock = readJson(path);
  return typeof lock?.packages === 'object' ? lock : undefined;
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function isThere(path) {
  return existsSync(join(root, path));
}
