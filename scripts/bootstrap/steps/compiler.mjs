import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { onPath } from '../checkout.mjs';
import { run } from '../processes.mjs';
import { isStamped, writeStamp } from '../stamps.mjs';
import { installSystemPackages } from '../system-packages.mjs';

/** Where CMake looks too, though not every compiler does. */
const headerFolders = ['/usr/include', '/usr/local/include', '/opt/homebrew/include'];

/** What builds the native programs: CMake, a program that it drives, a compiler, a header. */
/** @type {import('../schedule.mjs').Step} */
export const compiler = {
  title: 'compiler',
  after: [],
  async due() {
    const missing = await missingPackages();
    return missing.length > 0 ? `installing ${missing.join(', ')}` : undefined;
  },
  async run(report) {
    await installSystemPackages(await missingPackages(), 'to build the native programs', report);
  },
};

async function missingPackages() {
  const missing = [];
  if (!onPath('cmake')) missing.push('cmake');
  if (!onPath('ninja') && (!onPath('make') || process.platform === 'win32')) missing.push('ninja-build');
  if (!(await cxx20Works())) missing.push('g++');
  const header = join('nlohmann', 'json.hpp');
  if (!headerFolders.some((folder) => existsSync(join(folder, header))) && !(await compilerFinds(header))) {
    missing.push('nlohmann-json3-dev');
  }
  return missing;
}

/** A compiler that knows C++20, by trying: an old g++ would fail much later and less clearly. */
async function cxx20Works() {
  const command = process.env.CXX ?? 'c++';
  if (!onPath(command) && !existsSync(command)) return false;
  if (isStamped('cxx20', command)) return true;
  const works = await compiles(
    '#include <concepts>\n#include <barrier>\nint main() { return std::same_as<int, int> ? 0 : 1; }\n',
  );
  if (works) writeStamp('cxx20', command);
  return works;
}

/** @param {string} header */
function compilerFinds(header) {
  return compiles(`#include <${header}>\n`);
}

/** @param {string} source */
async function compiles(source) {
  const command = process.env.CXX ?? 'c++';
  const { ok } = await run(command, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], { input: source });
  return ok;
}
