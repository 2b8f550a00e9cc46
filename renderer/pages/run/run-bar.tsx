import { useState } from 'react';
import { formatTime } from '../../../core/format/units.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useApi } from '../../api/context.ts';
import { useDeleteRun } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { download } from '../../download.ts';
import { texts } from '../../texts.ts';
import { ReportControl } from './report-control.tsx';

interface RunBarProps {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly runId: string;
  readonly onChoose: (runId: string | undefined) => void;
}

export function RunBar({ runs, runId, onChoose }: RunBarProps) {
  const words = texts.runs;
  const api = useApi();
  const remove = useDeleteRun();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const run = runs.find(({ id }) => id === runId);

  const exportRun = async () => {
    try {
      const bundle = await api.call('runs.export', { runId });
      download(`plimsoll-${runId}.json`, 'application/json', JSON.stringify(bundle, null, 2));
    } catch (error) {
      setFailure(error);
    }
  };
  const removeRun = () => {
    setAsking(false);
    remove.mutate(runId, { onSuccess: () => onChoose(undefined) });
  };

  return (
    <div className="run-bar">
      <label>
        <span>{words.label}</span>
        <select value={runId} onChange={({ target }) => onChoose(target.value)}>
          {run === undefined && <option value={runId}>{runId}</option>}
          {runs.map(({ id, startedAt, suite, machineName, status }) => (
            <option key={id} value={id}>
              {words.option(formatTime(startedAt), suite, machineName, status)}
            </option>
          ))}
        </select>
      </label>
      {run !== undefined && run.status !== 'running' && (
        <>
          <button type="button" onClick={exportRun}>
            {words.export}
          </button>
          <ReportControl key={runId} runs={runs} runId={runId} />
          {asking ? (
            <>
              <button type="button" className="danger" onClick={removeRun}>
                {words.removeReally}
              </button>
              <button type="button" onClick={() => setAsking(false)}>
                {words.keep}
              </button>
            </>
          ) : (
            <button type="button" onClick={() => setAsking(true)}>
              {words.remove}
            </button>
          )}
        </>
      )}
      {failure !== undefined && <ErrorNotice error={failure} onDismiss={() => setFailure(undefined)} />}
      {remove.error instanceof ApiError && <ErrorNotice error={remove.error} onDismiss={remove.reset} />}
    </div>
  );
}
