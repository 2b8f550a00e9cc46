/** The account of one figure on a terminal. */
import { accountFacts } from '../../../core/format/account.ts';
import { formatNs } from '../../../core/format/units.ts';
import type { Account } from '../../../core/protocol/account.ts';
import { sparkline } from './sparkline.ts';
import { formatPairs } from './table.ts';
import type { Terminal } from './terminal.ts';

export function formatAccount(terminal: Terminal, account: Account): string {
  const { figure, command } = account;
  const head =
    `Figure ${figure.id}: ${figure.model} at ${figure.imageSize} pixels, ${figure.plan}, ${figure.dtype}, ` +
    `batch ${figure.batch}${figure.trust === 'mistrusted' ? ': MISTRUSTED' : ''}`;
  const marks = figure.marks.map(
    ({ severity, sentence }) => `${severity === 'warning' ? '!' : '·'} ${sentence}`,
  );
  return [
    terminal.style('bold', head),
    formatPairs(terminal, accountFacts(account)),
    ...(marks.length > 0 ? [marks.join('\n')] : []),
    formatStrip(account),
    [
      `Measure it again: plimsoll verify ${figure.id}`,
      ...(command === null ? [] : [`From nothing: ${command}`]),
    ].join('\n'),
  ].join('\n\n');
}

const widestRound = 40;

/** One line a round, all to one scale; of each sample how far it lies from the least to the largest that is no severe outlier. */
function formatStrip({ rounds }: Account): string {
  const usual = rounds.flatMap(({ samplesNs, outliers }) =>
    samplesNs.filter((_, index) => outliers[index] === 'inside' || outliers[index] === 'mild'),
  );
  const low = Math.min(...usual);
  const high = Math.max(...usual);
  const lines = rounds.map(({ samplesNs, outliers, medianNs, setAside }, index) => {
    const far = outliers.filter((kind) => kind !== 'inside').length;
    const isAside = setAside.length > 0;
    const note = isAside ? `set aside: ${setAside.join(', ')}` : far === 0 ? '' : `outliers: ${far}`;
    const shown = thinned(samplesNs).map((ns) => Math.min(high, Math.max(low, ns)));
    const strip = sparkline(shown, low, high).padEnd(widestRound);
    return `${String(index + 1).padStart(2)} ${isAside ? '×' : ' '} ${strip} ${formatNs(medianNs)}  ${note}`.trimEnd();
  });
  const scale = `Samples by round, from ${formatNs(low)} to ${formatNs(high)} (what lies outside is drawn there), and the median of each:`;
  return [scale, ...lines].join('\n');
}

/** As many as fit, evenly. */
function thinned(samples: readonly number[]): number[] {
  if (samples.length <= widestRound) return [...samples];
  return Array.from(
    { length: widestRound },
    (_, index) => samples[Math.floor((index * samples.length) / widestRound)] ?? 0,
  );
}
