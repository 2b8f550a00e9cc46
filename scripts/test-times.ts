/** Prints the slowest tests of the last `npm test`, from what its runners left in test-results. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseTestTimes, slowest, type TestTime } from './test-times/parse.ts';

const folder = 'test-results';
const count = Number(process.argv[2] ?? 30);

const times: TestTime[] = [];
for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
  if (/^(vitest.*|playwright.*)\.json$|^ctest.*\.xml$/.test(name)) {
    times.push(...parseTestTimes(name, readFileSync(join(folder, name), 'utf8')));
  }
}
if (times.length === 0) {
  console.error(`There are no results in ${folder}. Run npm test first.`);
  process.exit(1);
}

const total = times.reduce((sum, { ms }) => sum + ms, 0);
const shown = slowest(times, count);
const sum = shown.reduce((part, { ms }) => part + ms, 0);
for (const { ms, runner, file, title } of shown) {
  const where = file === undefined ? title : `${relative('.', file)}  ${title}`;
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${runner.padEnd(10)}  ${where}`);
}
console.log(
  `\nThese ${shown.length} of ${times.length} tests take ${(sum / 1000).toFixed(0)} s of ${(total / 1000).toFixed(0)} s, ` +
    'set-up and tear-down of files left out.',
);
