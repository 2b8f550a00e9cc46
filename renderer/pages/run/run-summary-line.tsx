import { runAnswer } from '../../../core/analysis/answers/run.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { runTexts } from '../../texts/runs.ts';

/** The answer, and how the run ended if it did not end well. */
export function RunSummaryLine({ report }: { report: RunReport }) {
  const { run } = report;
  const { validity, headline, why, sentences } = runAnswer(report);
  return (
    <div className="summary-line">
      {run.status !== 'finished' && run.status !== 'running' && (
        <p className="warning-text">
          {runTexts.status[run.status]}
          {run.reason !== null && ` (${run.reason})`}
        </p>
      )}
      {run.status === 'finished' && run.reason !== null && <p className="warning-text">{run.reason}</p>}
      {validity !== 'nothing' && (
        <p>
          <strong>{sentences[0]}</strong> {sentences.slice(1).join(' ')}
        </p>
      )}
      <p className={validity === 'reliable' ? 'quiet-text' : 'warning-text'}>
        {headline}: {why}
      </p>
    </div>
  );
}
