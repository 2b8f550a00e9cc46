import { useState } from 'react';
import { ApiError } from '../../../core/protocol/api.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useApi } from '../../api/context.ts';
import { useDeleteRun } from '../../api/queries.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { RunChooser } from '../../components/run-chooser.tsx';
import { download } from '../../download.ts';
import { runTexts } from '../../texts/runs.ts';
import { goToPage, useViewState } from '../../view-state.ts';
import { reportTexts } from '../reports/texts.ts';

interface RunBarProps {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  readonly runId: string;
  readonly onChoose: (runId: string | undefined) => void;
}

export function RunBar({ runs, runId, onChoose }: RunBarProps) {
  const words = runTexts;
  const api = useApi();
  const [, changeView] = useViewState();
  const remove = useDeleteRun();
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
  const toReport = () => {
    changeView({ run: runId });
    goToPage('reports');
  };
  const removeRun = () => {
    remove.mutate(runId, { onSuccess: () => onChoose(undefined) });
  };

  return (
    <div className="run-bar">
      <RunChooser runs={runs} runId={runId} onChoose={onChoose} />
      {run !== undefined && run.status !== 'running' && (
        <>
          <button type="button" onClick={exportRun}>
            {words.export}
          </button>
          <button type="button" onClick={toReport}>
            {reportTexts.open}
          </button>
          <ConfirmButton
            label={words.remove}
            question={words.removeQuestion}
            yes={words.removeReally}
            no={words.keep}
            onConfirm={removeRun}
          />
        </>
      )}
      {failure !== undefined && <ErrorNotice error={failure} onDismiss={() => setFailure(undefined)} />}
      {remove.error instanceof ApiError && <ErrorNotice error={remove.error} onDismiss={remove.reset} />}
    </div>
  );
}
