/** Whether node_modules holds what package-lock.json names. */

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {Readonly<Record<string, string>>} [dependencies]
 * @property {Readonly<Record<string, string>>} [devDependencies]
 * @property {Readonly<Record<string, string>>} [optionalDependencies]
 * @property {boolean} [optional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 * @property {readonly string[]} [libc]
 *
 * @typedef {object} Lock
 * @property {Readonly<Record<string, LockedPackage>>} packages by path, such as `node_modules/zod`
 */

/**
 * Why the packages must be installed again.
 * @param {Lock} lock package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json, which npm writes when everything else is there
 * @param {(path: string) => boolean} exists by paths like those of the lock
 * @returns {string | undefined}
 */
export function faultOfPackages(lock, installed, exists) {
  if (installed === undefined) {
    return exists('node_modules') ? 'an installation was interrupted' : 'not installed yet';
  }
  for (const [path, { version, optional }] of packagesOf(lock)) {
    const there = installed.packages[path];
    // What is optional is mostly for other systems.
    if (there === undefined && optional) continue;
    if (there === undefined || !exists(`${path}/package.json`)) return `${nameOf(path)} is missing`;
    if (there.version !== version) return `${nameOf(path)} is ${there.version}, and is to be ${version}`;
  }
  return undefined;
}

/**
 * A package that package.json asks for in another version than package-lock.json, or only one of them does.
 * @param {LockedPackage} wished package.json
 * @param {Lock} lock
 * @returns {string | undefined} its name
 */
export function firstOutOfStep(wished, lock) {
  const locked = lock.packages[''] ?? {};
  for (const kind of /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies'])) {
    const [wishes, locks] = [wished[kind] ?? {}, locked[kind] ?? {}];
    const names = Object.keys({ ...wishes, ...locks });
    const different = names.find((name) => wishes[name] !== locks[name]);
    if (different !== undefined) return different;
  }
  return undefined;
}

/**
 * Paths of the packages that an installation on this system has.
 * @param {Lock} lock
 * @param {{ platform: string, arch: string }} system
 */
export function pathsToInstall(lock, { platform, arch }) {
  return packagesOf(lock).flatMap(([path, { os, cpu, libc }]) =>
    allows(os, platform) && allows(cpu, arch) && !libc?.includes('musl') ? [path] : [],
  );
}

/** @param {Lock} lock */
function packagesOf(lock) {
  // The empty path is the project itself.
  return Object.entries(lock.packages).filter(([path]) => path !== '');
}

/**
 * @param {readonly string[] | undefined} list as in a package.json: names, or such that are excluded, with `!`
 * @param {string} name
 */
function allows(list, name) {
  if (list === undefined) return true;
  if (list.includes(`!${name}`)) return false;
  return list.includes(name) || list.every((entry) => entry.startsWith('!'));
}

/** @param {string} path */
function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
