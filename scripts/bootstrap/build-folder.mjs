/** Whether a build folder of CMake can be built on, or must be made from nothing. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * An entry of a CMakeCache.txt.
 * @param {string} cache
 * @param {string} name
 * @returns {string | undefined}
 */
export function cacheEntry(cache, name) {
  return new RegExp(`^${name}:[A-Z]+=(.*)$`, 'm').exec(cache)?.[1]?.trim();
}

/**
 * @typedef {object} Expected
 * @property {string} source the folder of the CMakeLists.txt
 * @property {string} build
 * @property {string | undefined} compiler the path of the one that was asked for, if one was
 *
 * @typedef {object} Disk
 * @property {(path: string) => boolean} exists
 * @property {(a: string, b: string) => boolean} isSame whether two paths name one file or folder
 */

/**
 * Why what a cache describes cannot be built on.
 * @param {string} cache contents of CMakeCache.txt
 * @param {Expected} expected
 * @param {Disk} disk
 * @returns {string | undefined}
 */
export function faultOfCache(cache, { source, build, compiler }, { exists, isSame }) {
  const cached = (/** @type {string} */ name) => cacheEntry(cache, name);
  const [home, folder] = [cached('CMAKE_HOME_DIRECTORY'), cached('CMAKE_CACHEFILE_DIR')];
  const [cachedCompiler, maker] = [cached('CMAKE_CXX_COMPILER'), cached('CMAKE_MAKE_PROGRAM')];
  if (!home || !folder || !cachedCompiler || !maker || !cached('CMAKE_GENERATOR')) {
    return 'its CMakeCache.txt is not whole';
  }
  if (!isSame(home, source) || !isSame(folder, build)) return `it was copied from ${folder}`;
  if (!exists(cachedCompiler)) return `its compiler ${cachedCompiler} is gone`;
  if (compiler !== undefined && !isSame(compiler, cachedCompiler)) {
    return `it is for the compiler ${cachedCompiler}, and CXX names ${compiler}`;
  }
  if (!exists(maker)) return `its build program ${maker} is gone`;
  return undefined;
}

/** @type {Disk} */
const realDisk = {
  exists: existsSync,
  isSame(a, b) {
    try {
      return realpathSync(a) === realpathSync(b);
    } catch {
      return false;
    }
  },
};

/**
 * Why the folder cannot be built on; undefined also where there is none yet.
 * @param {Expected} expected
 * @param {(compiler: string) => Promise<string | undefined>} versionOf what a compiler says that it is now
 * @returns {Promise<string | undefined>}
 */
export async function faultOfBuildFolder(expected, versionOf) {
  if (isEmpty(expected.build)) return undefined;
  const path = join(expected.build, 'CMakeCache.txt');
  if (!existsSync(path)) return 'it has no CMakeCache.txt';
  const cache = readFileSync(path, 'utf8');
  const fault = faultOfCache(cache, expected, realDisk);
  if (fault !== undefined) return fault;
  const configured = configuredCompilerVersion(expected.build);
  const now = configured && (await versionOf(cacheEntry(cache, 'CMAKE_CXX_COMPILER') ?? ''));
  // Apple's has more parts in CMake than it says itself.
  return now && !configured.startsWith(now)
    ? `it is for version ${configured} of the compiler, which is now ${now}`
    : undefined;
}

/** @param {string} folder */
function isEmpty(folder) {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}

/** @param {string} build */
function configuredCompilerVersion(build) {
  const files = join(build, 'CMakeFiles');
  if (!existsSync(files)) return undefined;
  for (const version of readdirSync(files)) {
    const path = join(files, version, 'CMakeCXXCompiler.cmake');
    if (!existsSync(path)) continue;
    return /^set\(CMAKE_CXX_COMPILER_VERSION "([^"]+)"\)/m.exec(readFileSync(path, 'utf8'))?.[1];
  }
  return undefined;
}

/**
 * Whether a failed build is the fault of a source file: then the folder is right, and building it from nothing would fail the same way.
 * @param {string} output of the build
 */
export function isFaultOfSource(output) {
  return /^\S+\.\w+:\d+(:\d+)?: (fatal )?error: |undefined (reference|symbol)|multiple definition/m.test(
    output,
  );
}
