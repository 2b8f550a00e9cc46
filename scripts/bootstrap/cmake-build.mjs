/** Builds targets of a CMake project in a folder that may be there already, whatever state that is in. */
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import process from 'node:process';
import { faultOfBuildFolder, isFaultOfSource } from './build-folder.mjs';
import { executable, onPath } from './checkout.mjs';
import { lastLines, run } from './processes.mjs';
import { buildProgress, ninjaStatus } from './read-progress.mjs';
import { StepFailure } from './step-failure.mjs';

/**
 * @typedef {object} Project
 * @property {string} title as in `The native programs`
 * @property {string} source
 * @property {string} build
 * @property {() => readonly string[]} [options] of CMake, such as -DNAME=VALUE, by what the folder is now
 *
 * @typedef {object} Target
 * @property {string} name
 * @property {string} program one that it builds, by its path
 * @property {() => Promise<boolean>} starts whether that program does
 */

/**
 * Why the build folder cannot be built on.
 * @param {Project} project
 */
export function faultOf({ source, build }) {
  return faultOfBuildFolder({ source, build, compiler: requestedCompiler() }, compilerVersion);
}

/**
 * Where the folder turns out to be broken while it is built in, it is deleted and built from nothing, once.
 * @param {Project} project
 * @param {Target} target
 * @param {import('./schedule.mjs').Report} report
 */
export async function buildTarget(project, target, report) {
  if ((await faultOf(project)) !== undefined) rmSync(project.build, { recursive: true, force: true });
  const isFresh = !existsSync(project.build);
  // A build program looks at its time, and not at what is in it.
  if (existsSync(target.program) && !(await target.starts())) rmSync(target.program);
  const failure = await attempt(project, target, report);
  if (failure === undefined) return;
  if (isFresh || isFaultOfSource(failure)) throw new StepFailure(failure);
  report.print(`${project.title} could not be built in the folder that was there. It is built from nothing.`);
  rmSync(project.build, { recursive: true, force: true });
  const again = await attempt(project, target, report);
  if (again !== undefined) throw new StepFailure(again);
}

/**
 * @param {Project} project
 * @param {Target} target
 * @param {import('./schedule.mjs').Report} report
 * @returns {Promise<string | undefined>} what failed
 */
async function attempt({ title, source, build, options = () => [] }, target, report) {
  const isConfigured = existsSync(join(build, 'CMakeCache.txt'));
  // A folder stays with the generator that it has; another one would clash.
  const generator = !isConfigured && !process.env.CMAKE_GENERATOR && onPath('ninja') ? ['-G', 'Ninja'] : [];
  // Without a number make starts every compiler at once, and a machine with little memory has none left.
  const parallel = String(availableParallelism());
  /** @type {readonly (readonly [string, readonly string[]])[]} */
  const commands = [
    ['configured', ['-S', source, '-B', build, ...generator, ...options()]],
    ['built', ['--build', build, '--target', target.name, '--parallel', parallel]],
  ];
  for (const [what, commandArguments] of commands) {
    const { ok, output } = await run('cmake', commandArguments, {
      env: { NINJA_STATUS: ninjaStatus },
      onLine: (line) => {
        const progress = buildProgress(line);
        if (progress !== undefined) report.progress(progress);
      },
    });
    if (ok) continue;
    const command = ['cmake', ...commandArguments].join(' ');
    return `${title} could not be ${what}:\n${lastLines(output)}\nThe command was: ${command}`;
  }
  return (await target.starts()) ? undefined : `${title} were built, but ${target.program} does not start.`;
}

/** The path of what CXX names, as CMake would find it. */
function requestedCompiler() {
  const named = process.env.CXX;
  if (!named) return undefined;
  if (isAbsolute(named)) return named;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, executable(named)))
    .find(existsSync);
}

/**
 * GCC's and Clang's; undefined where the compiler does not say.
 * @param {string} compiler
 */
async function compilerVersion(compiler) {
  const { ok, stdout } = await run(compiler, ['-dumpfullversion', '-dumpversion']);
  const version = stdout.trim().split('\n')[0] ?? '';
  return ok && /^\d+(\.\d+)*$/.test(version) ? version : undefined;
}
