/**
 * How often verdicts are wrong, and how often they decide, on a simulated provider whose truth is known; docs/method.md quotes the tables:
 *
 *     npm run bench:verdicts -- [--repetitions 1000]
 *
 * Exits with 1 where equal runs are called BETTER or WORSE more often than 20 times in 1,000.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../core/statistics/seeded-random.ts';
import {
  bursts,
  compareSimulated,
  countVerdicts,
  decideSimulated,
  equalPairs,
  noisy,
  steady,
} from '../test/fixtures/statistics/noise-kinds.ts';
import type { Truth } from '../test/fixtures/statistics/simulated-provider.ts';

const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '1000' } } });
const repetitions = Number(values.repetitions);
if (!Number.isInteger(repetitions) || repetitions < 1) throw new Error('--repetitions takes a whole number');

const percent = (part: number) => `${((100 * part) / repetitions).toFixed(1)}%`.padStart(7);
const run = (before: Truth, after: Truth, seed: number) => {
  const random = seededRandom(seed);
  return countVerdicts(repetitions, () => compareSimulated(before, after, random));
};

console.log(`equal runs, ${repetitions} comparisons each`.padEnd(50), '  wrong   SAME  UNCLEAR');
for (const [index, [kind, before, after]] of equalPairs.entries()) {
  const counts = run(before, after, index + 1);
  const wrong = counts.BETTER + counts.WORSE;
  if (wrong > 0.02 * repetitions) process.exitCode = 1;
  console.log(kind.padEnd(50), percent(wrong), percent(counts.SAME), percent(counts.UNCLEAR));
}

console.log(`\n${'equal runs, measured on until a verdict at 3%'.padEnd(50)}    wrong   SAME  UNCLEAR`);
for (const [index, [kind, before, after]] of equalPairs.entries()) {
  const random = seededRandom(200 + index);
  const counts = countVerdicts(repetitions, () => decideSimulated(before, after, random));
  const wrong = counts.BETTER + counts.WORSE;
  if (wrong > 0.02 * repetitions) process.exitCode = 1;
  console.log(kind.padEnd(50), percent(wrong), percent(counts.SAME), percent(counts.UNCLEAR));
}

console.log(`\n${'a change that is there'.padEnd(50)}    found   SAME  UNCLEAR`);
const around: readonly (readonly [string, Truth])[] = [
  ['2% noise', noisy],
  ...bursts.map(([name, of]) => [`a third of all samples in ${name}`, { ...steady, bursts: of }] as const),
  ['a third of all samples in bursts of whole rounds', { ...steady, bursts: { share: 1 / 3, samples: 400 } }],
];
for (const change of [1.05, 1.1]) {
  for (const [index, [kind, truth]] of around.entries()) {
    const counts = run(truth, { ...truth, medianNs: truth.medianNs * change }, 100 + index);
    const title = `${(100 * (change - 1)).toFixed(0)}% slower, ${kind}`;
    console.log(title.padEnd(50), percent(counts.WORSE), percent(counts.SAME), percent(counts.UNCLEAR));
  }
}
