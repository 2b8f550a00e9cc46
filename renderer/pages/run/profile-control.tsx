import { useState } from 'react';
import { formatSeconds } from '../../../core/format/units.ts';
import { ApiError, type RunProgress } from '../../../core/protocol/api.ts';
import { useCancelRun, useStartRun, useSuites } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { texts } from '../../texts.ts';
import { MeasureInBrowser } from './measure-in-browser.tsx';

interface ProfileControlProps {
  readonly active: RunProgress | null;
  readonly isFirst: boolean;
}

/** The button that begins a run, or how far the one is that is going on. */
export function ProfileControl({ active, isFirst }: ProfileControlProps) {
  return active === null ? (
    <StartRun isFirst={isFirst} />
  ) : (
    <ActiveRun key={active.runId} progress={active} />
  );
}

function StartRun({ isFirst }: { isFirst: boolean }) {
  const words = texts.profile;
  const suites = useSuites();
  const start = useStartRun();
  const [suite, setSuite] = useState('quick');
  return (
    <div className="profile-control">
      <label>
        <span>{words.suite}</span>
        <select
          value={suite}
          title={suites.data?.find(({ name }) => name === suite)?.description}
          onChange={({ target }) => setSuite(target.value)}
        >
          {(suites.data ?? [{ name: 'quick', description: '' }]).map(({ name, description }) => (
            <option key={name} value={name} title={description}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="primary"
        disabled={start.isPending}
        onClick={() => start.mutate({ suite })}
      >
        {isFirst ? words.start : words.again}
      </button>
      <MeasureInBrowser
        disabled={start.isPending}
        onStart={() => start.mutate({ suite, providers: ['webgpu-page'] })}
      />
      {start.error instanceof ApiError && <ErrorNotice error={start.error} onDismiss={start.reset} />}
    </div>
  );
}

function ActiveRun({ progress }: { progress: RunProgress }) {
  const words = texts.profile;
  const cancel = useCancelRun();
  const { runId, fraction, casesDone, casesTotal, remainingSeconds, current } = progress;
  const percent = Math.round(100 * fraction);
  return (
    <div className="active-run">
      <div className="active-run-head">
        <strong>{current}</strong>
        <span>
          {casesTotal > 0 && words.cases(casesDone, casesTotal)}
          {remainingSeconds !== null && ` · ${words.left(formatSeconds(remainingSeconds))}`}
        </span>
        <button
          type="button"
          disabled={cancel.isPending || cancel.isSuccess}
          onClick={() => cancel.mutate(runId)}
        >
          {cancel.isSuccess ? words.stopping : words.stop}
        </button>
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
      {cancel.error instanceof ApiError && <ErrorNotice error={cancel.error} onDismiss={cancel.reset} />}
    </div>
  );
}
