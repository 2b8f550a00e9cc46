import { formatInterval, formatPercent, formatTime } from '../../../core/format/units.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { terms } from '../../texts/terms.ts';
import { goToPage } from '../../view-state.ts';
import { RunSummaryLine } from '../run/run-summary-line.tsx';
import { overviewTexts } from './texts.ts';

/** Enough to see whether it is worth a closer look. */
const mostShown = 5;

export function LastRunCard({ report }: { report: RunReport }) {
  const words = overviewTexts.lastRun;
  const { run, measurements } = report;
  const lowest = measurements.toSorted((a, b) => a.efficiency - b.efficiency).slice(0, mostShown);
  return (
    <section className="card" aria-label={words.title}>
      <div className="card-head">
        <h2>{words.title}</h2>
        <span>{words.when(formatTime(run.startedAt), run.suite)}</span>
      </div>
      <RunSummaryLine report={report} />
      {lowest.length > 0 && (
        <table aria-label={words.lowest}>
          <thead>
            <tr>
              <th scope="col">{words.lowest}</th>
              <th scope="col" className="right">
                {terms.latency.name}
              </th>
              <th scope="col" className="right">
                {terms.efficiency.name}
              </th>
            </tr>
          </thead>
          <tbody>
            {lowest.map(({ id, model, plan, latencyNs, efficiency }) => (
              <tr key={id}>
                <th scope="row">
                  {model}, {plan}
                </th>
                <td className="right">{formatInterval(latencyNs)}</td>
                <td className="right">{formatPercent(efficiency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>
        <button type="button" className="link" onClick={() => goToPage('gap')}>
          {words.all}
        </button>
      </p>
    </section>
  );
}
