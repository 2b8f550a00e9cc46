import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheEntry } from '../build-folder.mjs';
import { executable, filesUnder, root } from '../checkout.mjs';
import { buildTarget, faultOf } from '../cmake-build.mjs';
import { run } from '../processes.mjs';
import { digestOf, isStamped, removeStamp, writeStamp } from '../stamps.mjs';
import { onednnVersion } from './onednn.mjs';

const title = 'The native programs';
const source = join(root, 'native-bench');
const build = join(root, 'build', 'native');
/**
 * The kernels that this processor runs fastest: half of what there is to compile. Where the tests were built already, the folder keeps them all.
 * @type {import('../cmake-build.mjs').Project}
 */
const project = { title, source, build, options: () => optionsFor(hasAllKernels() ? 'all' : 'local') };
/** @type {import('../cmake-build.mjs').Project} */
const testedProject = { title, source, build, options: () => optionsFor('all') };
const provider = join(project.build, executable('plimsoll-native-bench'));
const tests = join(project.build, executable('native-tests'));

/** @param {'all' | 'local'} kernels */
function optionsFor(kernels) {
  return ['-DCMAKE_BUILD_TYPE=Release', `-DPLIMSOLL_INSTRUCTION_SETS=${kernels}`];
}

function hasAllKernels() {
  const cache = join(build, 'CMakeCache.txt');
  return existsSync(cache) && cacheEntry(readFileSync(cache, 'utf8'), 'PLIMSOLL_INSTRUCTION_SETS') === 'all';
}

/** The programs that Plimsoll starts. They do not start on a processor whose fastest kernels they lack, and so are built with these. */
export const native = buildStep('native programs', 'native', ['compiler', 'onednn'], project, {
  name: 'providers',
  program: provider,
  starts: async () => (await run(provider, ['--version'])).ok,
});

/** Their tests, and the kernels of every other processor, take as long to build again, and only who tests needs them. */
export const nativeTests = buildStep('native tests', 'native-tests', ['native'], testedProject, {
  name: 'all',
  program: tests,
  // Without the name of a subject it would run all of them.
  starts: async () => existsSync(tests) && hasAllKernels(),
});

/**
 * @param {string} title
 * @param {string} stamp
 * @param {readonly string[]} after
 * @param {import('../cmake-build.mjs').Project} project
 * @param {import('../cmake-build.mjs').Target} target
 * @returns {import('../schedule.mjs').Step}
 */
function buildStep(title, stamp, after, project, target) {
  // What is built depends on whether oneDNN is installed, which no file of ours tells.
  const digest = () =>
    digestOf(filesUnder('native-bench', /\.(cc|cpp|h|hpp|inc|txt|cmake)$/), [`oneDNN ${onednnVersion()}`]);
  return {
    title,
    after,
    async due() {
      const fault = await faultOf(project);
      if (fault !== undefined) return `built from nothing, for the build folder cannot be used: ${fault}`;
      if (!existsSync(target.program)) return 'not built yet';
      if (!(await target.starts())) return `built again, for ${target.program} does not start`;
      return isStamped(stamp, digest()) ? undefined : 'built again, for their sources have changed';
    },
    async run(report) {
      removeStamp(stamp);
      await buildTarget(project, target, report);
      writeStamp(stamp, digest());
    },
  };
}
