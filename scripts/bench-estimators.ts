/**
 * What the undisturbed latency might be taken from, and how good each is: docs/method.md quotes the table.
 *
 *     npm run bench:estimators -- [--repetitions 400]
 *
 * Every estimator within a round is combined with every one over rounds. By simulation, in percent: how far the noise moves it from what it says of a
 * quiet machine (bias), its standard deviation (spread), and what two equal runs stay within 98 times in 100 (pair). By three stored runs: how far
 * two equal ones lie apart, in the middle row and in the worst, and how much higher one beside other work is, in the middle row.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RunSchema } from '../core/protocol/run.ts';
import { mean } from '../core/statistics/moments.ts';
import { splitRounds } from '../core/statistics/rounds.ts';
import { seededRandom } from '../core/statistics/seeded-random.ts';
import { medianOf } from '../core/statistics/summary.ts';
import { noisy } from '../test/fixtures/statistics/noise-kinds.ts';
import { simulate, type Truth } from '../test/fixtures/statistics/simulated-provider.ts';

const { values: options } = parseArgs({ options: { repetitions: { type: 'string', default: '400' } } });
const repetitions = Number(options.repetitions);
if (!Number.isInteger(repetitions) || repetitions < 2)
  throw new Error('--repetitions takes a whole number from 2 up');

type Estimator = (sorted: readonly number[]) => number;

function quantile(share: number): Estimator {
  return (sorted) => {
    const position = share * (sorted.length - 1);
    const low = sorted[Math.floor(position)] ?? Number.NaN;
    const high = sorted[Math.ceil(position)] ?? low;
    return low + (position % 1) * (high - low);
  };
}

/** The shortest interval that holds half of the values, and so on within it (Bickel and Frühwirth, Comput. Stat. Data Anal. 50, 2006). */
const halfSampleMode: Estimator = (sorted) => {
  if (sorted.length < 3) return mean(sorted);
  const half = Math.ceil(sorted.length / 2);
  return halfSampleMode(shortest(sorted, sorted.length === 3 ? 2 : half));
};

const shorth: Estimator = (sorted) => mean(shortest(sorted, Math.floor(sorted.length / 2) + 1));

function shortest(sorted: readonly number[], count: number): readonly number[] {
  let from = 0;
  const width = (start: number) => (sorted[start + count - 1] ?? 0) - (sorted[start] ?? 0);
  for (let start = 1; start + count <= sorted.length; start++) if (width(start) < width(from)) from = start;
  return sorted.slice(from, from + count);
}

const within: Readonly<Record<string, Estimator>> = {
  median: quantile(0.5),
  '25th percentile': quantile(0.25),
  '10th percentile': quantile(0.1),
  '5th percentile': quantile(0.05),
  minimum: quantile(0),
  'half-sample mode': halfSampleMode,
};
const over: Readonly<Record<string, Estimator>> = {
  median: quantile(0.5),
  'lower quartile': quantile(0.25),
  'lower half': (sorted) => mean(sorted.slice(0, Math.floor(sorted.length / 2) + 1)),
  minimum: quantile(0),
  'shortest half': shorth,
};
const kinds: readonly (readonly [name: string, truth: Truth])[] = [
  ['quiet', noisy],
  ['bursts of 2', { ...noisy, bursts: { share: 1 / 3, samples: 2 } }],
  ['bursts of 30', { ...noisy, bursts: { share: 1 / 3, samples: 30 } }],
  ['whole rounds', { ...noisy, bursts: { share: 1 / 3, samples: 200 } }],
  ['drift', { ...noisy, drift: 0.06 }],
  ['two modes', { ...noisy, secondMode: 0.08 }],
];

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const sortedRounds = (rounds: readonly (readonly number[])[]) => rounds.map(ascending);

const simulated = kinds.map(([, truth], index) => {
  const random = seededRandom(index + 1);
  return Array.from({ length: 2 * repetitions }, () => sortedRounds(simulate(truth, random)));
});
const stored = ['equal-1', 'equal-2', 'disturbed'].map((name) => {
  const text = readFileSync(new URL(`../test/fixtures/runs/${name}.json`, import.meta.url), 'utf8');
  return RunSchema.parse(JSON.parse(text)).measurements.flatMap(({ outcome }) =>
    outcome.status === 'measured' ? [sortedRounds(splitRounds(outcome.samplesNs, outcome.rounds))] : [],
  );
});

console.log(
  `${'within, over rounds'.padEnd(34)}${kinds.map(([name]) => name.padStart(18)).join('')}   equal runs      disturbed`,
);
console.log(
  `${''.padEnd(34)}${kinds.map(() => 'bias spread  pair'.padStart(18)).join('')}   middle  worst   middle`,
);
for (const [ofRound, inRound] of Object.entries(within)) {
  for (const [ofRounds, overRounds] of Object.entries(over)) {
    const estimate = (rounds: readonly (readonly number[])[]) =>
      Math.log(overRounds(ascending(rounds.map(inRound))));
    let quiet: number | undefined;
    const cells = simulated.map((runs) => {
      const estimates = runs.map(estimate);
      const centre = mean(estimates);
      quiet ??= centre;
      const spread = Math.sqrt(mean(estimates.map((value) => (value - centre) ** 2)));
      const apart = ascending(
        estimates.slice(repetitions).map((value, index) => Math.abs(value - (estimates[index] ?? value))),
      );
      const pair = apart[Math.floor(0.98 * apart.length)] ?? Number.NaN;
      return [centre - quiet, spread, pair].map((value) => (100 * value).toFixed(1).padStart(6)).join('');
    });
    const [first = [], second = [], third = []] = stored.map((rows) => rows.map(estimate));
    const apart = first.map((value, row) => Math.abs(value - (second[row] ?? value)));
    const higher = third.map((value, row) => value - (second[row] ?? value));
    const real = [medianOf(apart), Math.max(...apart), medianOf(higher)].map((value) =>
      (100 * value).toFixed(1).padStart(8),
    );
    console.log(`${`${ofRound}, ${ofRounds}`.padEnd(34)}${cells.join('')}${real.join('')}`);
  }
}
