import { runAnswer } from '../../../core/analysis/answers/run.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { runTexts } from '../../texts/runs.ts';
import { summaryTexts } from './texts.ts';

/** The answer of a run: validity, what its networks reach, and the next step; and how it ended if it did not end well. */
export function RunSummaryLine({ report }: { report: RunReport }) {
  const { status, reason } = report.run;
  const { validity, headline, why, sentences, next, warnings } = runAnswer(report);
  return (
    <div className="summary-line">
      {status !== 'finished' && status !== 'running' && (
        <p className="warning-text">
          {runTexts.status[status]}
          {reason !== null && ` (${reason})`}
        </p>
      )}
      {status === 'finished' && reason !== null && <p className="warning-text">{reason}</p>}
      <p className={validity === 'reliable' ? undefined : 'warning-text'}>
        <strong>{headline}:</strong> {why}
        {next.kind === 'repeat' && ` ${next.sentence}`}
      </p>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {warnings.length > 0 && (
        <details className="reason">
          <summary>{summaryTexts.warnings(warnings.length)}</summary>
          <ul className="bullets">
            {warnings.map(({ kind, count, happened, effect, action }) => (
              <li key={kind}>{summaryTexts.warning(count, happened, effect, action)}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
