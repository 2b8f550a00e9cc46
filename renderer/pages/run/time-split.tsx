import { formatPercent } from '../../../core/format/units.ts';
import type { MeasurementSummary } from '../../../core/protocol/run.ts';
import { tableTexts } from '../../texts/tables.ts';

/** The latency as a bar in four parts. Where a bound was beaten a part would be negative; it is left out. */
export function TimeSplit({ measurement }: { measurement: MeasurementSummary }) {
  const { latencyNs, undisturbedNs, idealLatencyNs, waterlineLatencyNs } = measurement;
  const parts = (
    [
      ['ideal', idealLatencyNs],
      ['memory', waterlineLatencyNs - idealLatencyNs],
      ['kernels', undisturbedNs.estimate - waterlineLatencyNs],
      ['others', latencyNs.median - undisturbedNs.estimate],
    ] as const
  ).map(([part, ns]) => ({ part, share: Math.max(0, ns) / latencyNs.median }));
  const words = parts
    .map(({ part, share }) => `${tableTexts.parts[part]} ${formatPercent(share)}`)
    .join(', ');
  return (
    <div className="time-split" role="img" aria-label={words} title={words}>
      {parts.map(({ part, share }) => (
        <span key={part} className={`part ${part}`} style={{ width: `${100 * share}%` }} />
      ))}
    </div>
  );
}

/** What the colours of the bars mean. */
export function TimeSplitLegend() {
  return (
    <ul className="legend">
      {(['ideal', 'memory', 'kernels', 'others'] as const).map((part) => (
        <li key={part}>
          <span className={`part ${part}`} />
          {tableTexts.partMeanings[part]}
        </li>
      ))}
    </ul>
  );
}
