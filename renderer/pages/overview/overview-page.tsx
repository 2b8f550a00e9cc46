/** Is this machine as it should be? The verdict, then health and last run; what the machine is stays folded. */
import { isProfile } from '../../../core/analysis/noise-test.ts';
import {
  useActiveRun,
  useDetectedMachine,
  useMachineAnswer,
  useMachines,
  useRun,
  useRuns,
} from '../../api/queries.ts';
import { askForFiles } from '../../components/import-desk.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { importTexts } from '../../texts/imports.ts';
import { pageNames } from '../../texts/page-names.ts';
import { runTexts } from '../../texts/runs.ts';
import { CeilingsCard } from '../run/ceilings-card.tsx';
import { MachineCard } from '../run/machine-card.tsx';
import { ProfileControl } from '../run/profile-control.tsx';
import { CheckRun } from './check-run.tsx';
import { HealthCard } from './health-card.tsx';
import { LastRunCard } from './last-run-card.tsx';
import { overviewTexts } from './texts.ts';
import { VerdictStrip } from './verdict-strip.tsx';

export function OverviewPage() {
  const words = overviewTexts;
  const machine = useDetectedMachine(true);
  const runs = useRuns();
  const active = useActiveRun();
  const answer = useMachineAnswer();
  const machines = useMachines();
  // Runs of other machines come with bundles; here only this one counts, as whatever it is shown. While that is still looked up, the
  // newest run stands in.
  const own = runs.data?.filter(
    ({ machineId }) =>
      machines.data === undefined ||
      machines.data.some(({ id, thisMachine }) => thisMachine && id === machineId),
  );
  const last = useRun(own?.find(({ suite }) => isProfile(suite))?.id);
  const shown = machine.data ?? last.data?.machine;
  return (
    <>
      <PageHead title={pageNames.overview} />
      {own !== undefined && own.length > 0 && (
        <div className="toolbar">
          <ProfileControl active={active.data ?? null} isFirst={false} />
        </div>
      )}
      {machine.isError && <ErrorNotice error={machine.error} />}
      {machines.isError && <ErrorNotice error={machines.error} />}
      {runs.isError && <ErrorNotice error={runs.error} />}
      {last.isError && <ErrorNotice error={last.error} />}
      {own?.length === 0 && machines.data !== undefined && (
        <Notice title={runTexts.empty.title}>
          <p>{runTexts.empty.text}</p>
          <ProfileControl active={active.data ?? null} isFirst />
          <p className="quiet-text">
            {importTexts.instead}{' '}
            <button type="button" className="link" onClick={askForFiles}>
              {importTexts.choose}
            </button>
          </p>
        </Notice>
      )}
      {answer.isError && <ErrorNotice error={answer.error} />}
      {(shown === undefined || last.isLoading) && <Loading />}
      {last.data !== undefined && (
        <>
          {answer.data !== undefined && <VerdictStrip answer={answer.data} />}
          <div className="columns">
            <LastRunCard report={last.data} />
            <HealthCard report={last.data} now={machine.data} />
          </div>
          <CheckRun />
        </>
      )}
      {shown !== undefined && (
        // Before the first run it is all that there is to see.
        <details className="machine-fold" open={own?.length === 0}>
          <summary>{words.machine}</summary>
          <div className="columns">
            <MachineCard environment={shown} />
            {last.data !== undefined && <CeilingsCard providers={last.data.providers} />}
          </div>
        </details>
      )}
    </>
  );
}
