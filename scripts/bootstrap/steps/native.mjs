import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { executable, filesUnder, root } from '../checkout.mjs';
import { buildTarget, faultOf } from '../cmake-build.mjs';
import { run } from '../processes.mjs';
import { digestOf, isStamped, removeStamp, writeStamp } from '../stamps.mjs';
import { onednnVersion } from './onednn.mjs';

/** @type {import('../cmake-build.mjs').Project} */
const project = {
  title: 'The native programs',
  source: join(root, 'native-bench'),
  build: join(root, 'build', 'native'),
  options: ['-DCMAKE_BUILD_TYPE=Release'],
};
const provider = join(project.build, executable('plimsoll-native-bench'));
const tests = join(project.build, executable('native-tests'));

/** The programs that Plimsoll starts. */
export const native = buildStep('native programs', 'native', ['compiler', 'onednn'], {
  name: 'providers',
  program: provider,
  starts: async () => (await run(provider, ['--version'])).ok,
});

/** Their tests take as long to build again, and only who tests needs them. */
export const nativeTests = buildStep('native tests', 'native-tests', ['native'], {
  name: 'all',
  program: tests,
  // Without the name of a subject it would run all of them.
  starts: async () => existsSync(tests),
});

/**
 * @param {string} title
 * @param {string} stamp
 * @param {readonly string[]} after
 * @param {import('../cmake-build.mjs').Target} target
 * @returns {import('../schedule.mjs').Step}
 */
function buildStep(title, stamp, after, target) {
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
