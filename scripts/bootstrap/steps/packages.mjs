import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { node24, root } from '../checkout.mjs';
import { faultOfPackages, pathsToInstall } from '../package-folder.mjs';
import { lastLines, run } from '../processes.mjs';
import { digestOf, isStamped, removeStamp, writeStamp } from '../stamps.mjs';
import { StepFailure } from '../step-failure.mjs';

const stamp = 'packages';
const pollMs = 1000;

/** The npm packages of the lock file, the project's own Node 24 among them. */
/** @type {import('../schedule.mjs').Step} */
export const packages = {
  title: 'npm packages',
  after: [],
  async due() {
    const fault = faultOfPackages(
      readLock('package-lock.json') ?? { packages: {} },
      installedLock(),
      isThere,
    );
    if (fault !== undefined) return fault;
    const version = await nodeVersion();
    if (!version.startsWith('v24.')) return 'its Node 24 does not start';
    return isStamped(stamp, digest()) ? undefined : 'their versions have changed';
  },
  async run(report) {
    removeStamp(stamp);
    // npm deletes it too, but stumbles over some of the states that an interrupted installation leaves.
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    const lock = readLock('package-lock.json');
    const wanted = lock === undefined ? [] : pathsToInstall(lock, process);
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
    writeStamp(stamp, digest());
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

function digest() {
  return digestOf(['package-lock.json', '.npmrc'], [wishes()]);
}

/** What package.json says of packages; its scripts, for example, install nothing. */
function wishes() {
  const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return JSON.stringify({ dependencies, devDependencies, optionalDependencies, overrides, allowScripts });
}

function installedLock() {
  return readLock(join('node_modules', '.package-lock.json'));
}

/**
 * @param {string} path
 * @returns {import('../package-folder.mjs').Lock | undefined} undefined where there is none, or only a part of one
 */
function readLock(path) {
  try {
    const lock = JSON.parse(readFileSync(join(root, path), 'utf8'));
    return typeof lock?.packages === 'object' ? lock : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function isThere(path) {
  return existsSync(join(root, path));
}
