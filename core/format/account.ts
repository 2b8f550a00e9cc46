/** The account of a figure in words: for the terminal and for the page alike. */
import type { Account } from '../protocol/account.ts';
import type { RoundConditions } from '../protocol/conditions.ts';
import { medianOf } from '../statistics/summary.ts';
import type { Fact } from './machine.ts';
import { formatInterval, formatNs, formatPercent, formatTime, formatUndisturbed } from './units.ts';

const unknown = 'unknown';

export function accountFacts(account: Account): Fact[] {
  const { figure, versions, workload } = account;
  return [
    ['measured', `${formatTime(account.startedAt)} on ${account.machine.name}, run ${account.runId}`],
    [
      'device',
      `${figure.provider} ${figure.device}, ${figure.threads} ${figure.threads === 1 ? 'thread' : 'threads'}, ${figure.instructionSet}`,
    ],
    ['latency', formatInterval(figure.latencyNs)],
    [
      'undisturbed',
      `${formatUndisturbed(figure.undisturbedNs)}, ${formatPercent(figure.efficiency)} of the peak`,
    ],
    ['interval', formatOrigin(account)],
    ['samples', formatSamples(account)],
    ['outliers', `${figure.outliers.mild} mild, ${figure.outliers.severe} severe; they count`],
    ['caches', `${figure.cacheState ?? 'in-network'} when a pass begins`],
    ['clock', formatClock(account)],
    ['arithmetic', formatArithmetic(account)],
    ['temperature', formatTemperature(account)],
    ['others', formatOthers(account)],
    ['power', formatPower(account)],
    ['timer', formatTimer(account)],
    ['checked', formatChecked(account)],
    ['result', formatResult(account)],
    ['versions', versions.map(({ what, version }) => `${what} ${version}`).join(', ')],
    ['workload', workload],
  ];
}

function formatOrigin({ interval: { from, rounds } }: Account): string {
  switch (from) {
    case 'rounds':
      return `95%, of the medians of ${rounds} rounds (signed ranks of their logarithms)`;
    case 'bootstrap':
      return `95%, by a bootstrap of ${rounds} rounds: too few to know much`;
    case 'samples':
      return '95%, of the samples alone, as if they were independent: too narrow';
  }
}

function formatSamples({ figure, rounds, warmupPasses }: Account): string {
  const aside = figure.setAside.length;
  const count = `${figure.samples} that count, in ${rounds.length - aside} ${rounds.length - aside === 1 ? 'round' : 'rounds'}`;
  const left = aside === 0 ? '' : `; ${aside} ${aside === 1 ? 'round' : 'rounds'} set aside`;
  return `${count}${left}, after ${warmupPasses} passes to warm up`;
}

function known<T>(account: Account, of: (conditions: RoundConditions) => T | null | undefined): T[] {
  return account.rounds.flatMap(({ conditions }) => {
    const value = conditions === undefined ? null : of(conditions);
    return value === null || value === undefined ? [] : [value];
  });
}

function formatClock(account: Account): string {
  const clocks = known(account, ({ clockHz }) => clockHz).flatMap(({ before, after }) => [before, after]);
  if (clocks.length === 0) return unknown;
  const gigahertz = (clock: number) => (clock / 1e9).toFixed(2);
  return `${gigahertz(medianOf(clocks))} GHz (${gigahertz(Math.min(...clocks))} to ${gigahertz(Math.max(...clocks))})`;
}

/** Of the rounds' bursts between samples. */
function formatArithmetic(account: Account): string {
  const shares = account.rounds.flatMap(({ arithmeticShare }) => arithmeticShare ?? []);
  if (shares.length === 0) return unknown;
  const trips = known(account, ({ roundTripNs }) => roundTripNs).map(({ upper }) => upper);
  const apart =
    trips.length === 0
      ? ''
      : `; between its threads ${formatNs(medianOf(trips))} there and back, ${formatNs(Math.max(...trips))} at most`;
  return `a loop of multiplications between the samples reached ${formatPercent(medianOf(shares))} of the ceiling, ${formatPercent(Math.min(...shares))} at least${apart}`;
}

function formatTemperature(account: Account): string {
  const rounds = known(account, ({ temperatureCelsius }) => temperatureCelsius);
  const [first] = rounds;
  if (first === undefined) return unknown;
  const highest = Math.max(...rounds.map(({ after }) => after));
  return `${first.before.toFixed(0)} °C when it began, at most ${highest.toFixed(0)} °C`;
}

/** The most of any round. */
function formatOthers(account: Account): string {
  const shareOf = (of: (round: RoundConditions) => number | null) =>
    known(account, (round) => {
      const seconds = of(round);
      return seconds === null || round.processors === null
        ? null
        : seconds / (round.spanSeconds * round.processors);
    });
  const load = shareOf(({ othersSeconds }) => othersSeconds);
  const stolen = shareOf(({ stolenSeconds }) => stolenSeconds);
  const most = (shares: readonly number[]) =>
    shares.length === 0 ? unknown : `at most ${formatPercent(Math.max(...shares))} of the processors`;
  return `other programs ${most(load)}, stolen by the hypervisor ${most(stolen)}`;
}

function formatPower(account: Account): string {
  const [first] = known(account, ({ power }) => power);
  if (first === undefined) return unknown;
  const parts = [first.source, first.governor, first.profile].filter((part) => part !== null);
  return parts.length === 0 ? unknown : parts.join(', ');
}

function formatTimer({ timer: { resolutionNs, overheadNs, passesPerSample, spanNs } }: Account): string {
  const overhead = overheadNs === null ? '' : `, ${formatNs(overheadNs)} to read it`;
  const passes = passesPerSample === 1 ? 'one pass' : `${passesPerSample} passes`;
  return `resolution ${formatNs(resolutionNs)}${overhead}; a sample is ${passes}, ${formatNs(spanNs)}`;
}

function formatChecked({ verification: { kernels, passed, worst }, figure }: Account): string {
  const trust = figure.trust === 'mistrusted' ? '; MISTRUSTED' : '';
  if (worst === null) return `no kernel${trust}`;
  const { name, relativeL2Error, tolerance } = worst;
  return (
    `${passed} of ${kernels} kernels agree with the reference; nearest to its tolerance is ${name}, ` +
    `relative error ${relativeL2Error.toExponential(1)} of ${tolerance.toExponential(1)}${trust}`
  );
}

function formatResult({ verification: { output } }: Account): string {
  const { mean, standardDeviation, zeroFraction } = output;
  return `mean ${mean.toPrecision(2)}, standard deviation ${standardDeviation.toPrecision(2)}, ${formatPercent(zeroFraction)} zeros`;
}
