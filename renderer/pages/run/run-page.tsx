/** How far the networks of a run are from what the machine could do. */
import type { RunReport } from '../../../core/protocol/run.ts';
import { useChosenRun } from '../../chosen-run.ts';
import { NoRunsNotice } from '../../components/no-runs-notice.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { runTexts } from '../../texts/runs.ts';
import { useViewState } from '../../view-state.ts';
import { CeilingsCard } from './ceilings-card.tsx';
import { GapSection } from './gap-section.tsx';
import { KernelDetail } from './kernel-detail.tsx';
import { LostList } from './lost-list.tsx';
import { MachineCard } from './machine-card.tsx';
import { MeasurementTable } from './measurement-table.tsx';
import { ProfileControl } from './profile-control.tsx';
import { RunBar } from './run-bar.tsx';
import { RunSummaryLine } from './run-summary-line.tsx';
import { runPageTexts } from './texts.ts';

export function RunPage() {
  const [view, changeView] = useViewState();
  const { runs, active, runId, run } = useChosenRun();
  // What is chosen in the plot is of the run that was shown.
  const choose = (next: string | undefined) =>
    changeView({ run: next, measurement: undefined, row: undefined, sets: undefined });

  return (
    <>
      <PageHead title={pageNames.gap} help={runPageTexts.help}>
        {runs.data !== undefined && runs.data.length > 0 && runId !== undefined && (
          <RunBar runs={runs.data} runId={runId} onChoose={choose} />
        )}
        {(active.data != null || runs.data?.length !== 0) && (
          <ProfileControl active={active.data ?? null} isFirst={false} />
        )}
      </PageHead>
      {runs.isError && <ErrorNotice error={runs.error} />}
      {runs.data?.length === 0 && active.data == null && <NoRunsNotice />}
      {run.isError && (
        <>
          <ErrorNotice error={run.error} />
          {view.run !== undefined && (
            <button type="button" onClick={() => choose(undefined)}>
              {runTexts.notFound}
            </button>
          )}
        </>
      )}
      {run.data !== undefined && <RunView report={run.data} />}
    </>
  );
}

function RunView({ report }: { report: RunReport }) {
  const [view, changeView] = useViewState();
  const open = (measurement: string) => changeView({ measurement, row: measurement });
  const opened = report.measurements.find(({ id }) => id === view.row);
  return (
    <>
      <RunSummaryLine report={report} />
      <GapSection
        report={report}
        selected={view.measurement}
        onSelect={(measurement) => changeView({ measurement })}
        onOpen={open}
      />
      <MeasurementTable
        measurements={report.measurements}
        selected={view.measurement}
        onSelect={open}
        sort={view.sort}
        onSort={(sort) => changeView({ sort })}
      />
      {report.lost.length > 0 && <LostList lost={report.lost} />}
      <details className="card">
        <summary>{runPageTexts.machineAndCeilings}</summary>
        <div className="columns">
          <MachineCard environment={report.machine} />
          <CeilingsCard providers={report.providers} />
        </div>
      </details>
      {opened !== undefined && (
        <KernelDetail key={opened.id} measurement={opened} onClose={() => changeView({ row: undefined })} />
      )}
    </>
  );
}
