import { formatOperationsPerSecond, formatPercent, formatRatio } from '../../../core/format/units.ts';
import type { MeasurementSummary, RunReport } from '../../../core/protocol/run.ts';
import { runTexts } from '../../texts/runs.ts';
import { summaryTexts } from './texts.ts';

/** The answer in two sentences, and how the run ended where it did not end well. */
export function RunSummaryLine({ report: { run, measurements, ceilings } }: { report: RunReport }) {
  const peak = ceilings[0];
  const sorted = measurements.toSorted((a, b) => a.efficiency - b.efficiency);
  const marked = measurements.filter(({ alarms }) => alarms.length > 0).length;
  const [worst, best] = [sorted[0], sorted.at(-1)];
  return (
    <div className="summary-line">
      {run.status !== 'finished' && run.status !== 'running' && (
        <p className="warning-text">
          {runTexts.status[run.status]}
          {run.reason !== null && ` (${run.reason})`}
        </p>
      )}
      {run.status === 'finished' && run.reason !== null && <p className="warning-text">{run.reason}</p>}
      {peak !== undefined && worst !== undefined && best !== undefined && (
        <p>
          <strong>
            {summaryTexts.title(
              formatPercent(worst.efficiency),
              formatPercent(best.efficiency),
              formatOperationsPerSecond(peak.peakOperationsPerSecond),
            )}
          </strong>{' '}
          {summaryTexts.worst(nameOf(worst), formatRatio(worst.gap))}
        </p>
      )}
      {marked > 0 && <p className="warning-text">{summaryTexts.alarms(marked, measurements.length)}</p>}
    </div>
  );
}

function nameOf({ model, plan }: MeasurementSummary): string {
  return `${model} (${plan})`;
}
