/** The checkout that is set up: its folders, and the environment of every program that is run in it. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** What is remembered of earlier set-ups. */
export const stampFolder = join(root, '.bootstrap');
/** Everything after the set-up runs on it. */
export const node24 = join(root, 'node_modules', 'node', 'bin', executable('node'));

/** The project's own Node and programs come first on the path. */
export function environment() {
  const path = [dirname(node24), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return {
    ...process.env,
    PATH: path,
    NODE_COMPILE_CACHE:
      process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node-compile'),
  };
}

/** @param {string} command */
export function onPath(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, executable(command)), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}

/** @param {string} command */
export function executable(command) {
  return process.platform === 'win32' ? `${command}.exe` : command;
}

/**
 * Paths of files, relative to the root of the checkout, in one order everywhere.
 * @param {string} folder
 * @param {RegExp} wanted
 * @returns {string[]}
 */
export function filesUnder(folder, wanted) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesUnder(path, wanted);
      return wanted.test(path) ? [path] : [];
    })
    .sort();
}
