/** After an update: the offer to measure again what was measured before, and to compare. */
import { formatUpdates } from '../../../core/analysis/watching.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import { useActiveRun, useStartRun, useUpdates } from '../../api/queries.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { goToPage, useViewState } from '../../view-state.ts';
import { overviewTexts } from './texts.ts';

export function CheckRun() {
  const words = overviewTexts.check;
  const [, changeView] = useViewState();
  const found = useUpdates().data;
  const active = useActiveRun().data;
  const start = useStartRun();
  if (found === undefined || found.since === null || found.request === null || found.updates.length === 0)
    return null;
  const { since, request } = found;
  const check = () =>
    start.mutate(request, {
      onSuccess: ({ runId }) => {
        changeView({ before: since.runId, after: runId });
        goToPage('compare');
      },
    });
  return (
    <Notice title={words.title}>
      <p>{words.text(formatUpdates(found.updates))}</p>
      <button type="button" className="primary" disabled={active != null || start.isPending} onClick={check}>
        {words.start(found.cases)}
      </button>
      {start.error instanceof ApiError && <ErrorNotice error={start.error} onDismiss={start.reset} />}
    </Notice>
  );
}
