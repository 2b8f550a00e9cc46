/** How far the run is that is going on, and the way to end it. */
import { formatSeconds } from '../../../core/format/units.ts';
import type { RunProgress } from '../../../core/protocol/api.ts';
import { useCancelRun, useRuns } from '../../api/queries.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { profileTexts } from './texts.ts';

export function ActiveRun({ progress }: { progress: RunProgress }) {
  const words = profileTexts;
  const cancel = useCancelRun();
  const { runId, suite, fraction, casesDone, casesTotal, elapsedSeconds, remainingSeconds, current } =
    progress;
  const measured = useRuns().data?.find(({ id }) => id === runId)?.measured ?? 0;
  const percent = Math.round(100 * fraction);
  const isStopping = cancel.isPending || cancel.isSuccess;
  return (
    <section className="active-run" aria-label={words.goingOn}>
      <div className="active-run-head">
        <strong>{current}</strong>
        <span>
          {words.passed(suite, formatSeconds(elapsedSeconds))}
          {casesTotal > 0 && ` · ${words.cases(casesDone, casesTotal)}`}
          {remainingSeconds !== null && ` · ${words.left(formatSeconds(remainingSeconds))}`}
        </span>
        {isStopping ? (
          <button type="button" disabled>
            {words.stopping}
          </button>
        ) : (
          <ConfirmButton
            label={words.stop}
            question={words.stopReally(measured)}
            yes={words.stopAndKeep}
            no={words.goOn}
            onConfirm={() => cancel.mutate(runId)}
          />
        )}
      </div>
      <div
        role="progressbar"
        aria-label={words.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="progress"
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <p className="quiet-text">{words.quiet}</p>
      {cancel.error !== null && <ErrorNotice error={cancel.error} onDismiss={cancel.reset} />}
    </section>
  );
}
