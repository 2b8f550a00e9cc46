/** What to measure, what that will take, and the run while it is going on. */
import { useState } from 'react';
import { useActiveRun, useRun, useRuns, useSettings } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { runTexts } from '../../texts/runs.ts';
import { goToPage, useViewState } from '../../view-state.ts';
import { LostList } from '../run/lost-list.tsx';
import { MeasurementTable } from '../run/measurement-table.tsx';
import { RunSummaryLine } from '../run/run-summary-line.tsx';
import { ActiveRun } from './active-run.tsx';
import { ConditionsCard } from './conditions-card.tsx';
import { RunForm } from './run-form.tsx';
import { firstChoice, type RunChoice } from './run-request.ts';
import { useBeginRun } from './start-run.ts';
import { profileTexts } from './texts.ts';

export function ProfilePage() {
  const words = profileTexts;
  const active = useActiveRun();
  const settings = useSettings();
  const start = useBeginRun();
  // Kept while a run is going on: the next one is often much the same.
  const [choice, setChoice] = useState<RunChoice>();
  const [followed, setFollowed] = useState<string>();
  const progress = active.data ?? null;
  if (progress !== null && progress.runId !== followed) setFollowed(progress.runId);
  // While the machine is looked at, the run is announced but not stored yet.
  const stored = progress?.phase === 'detecting' ? undefined : followed;
  return (
    <>
      <PageHead title={pageNames.profile} sentence={words.sentence} />
      {active.isError && <ErrorNotice error={active.error} />}
      {settings.isError && <ErrorNotice error={settings.error} />}
      {(active.isPending || settings.isPending) && <Loading />}
      {progress !== null && (
        <>
          <ActiveRun key={progress.runId} progress={progress} />
          <ConditionsCard key={`conditions ${progress.runId}`} runId={progress.runId} />
        </>
      )}
      {progress === null && followed !== undefined && <Ended runId={followed} />}
      {stored !== undefined && <Figures runId={stored} isGoingOn={progress !== null} />}
      {active.data === null && settings.data !== undefined && (
        <RunForm
          settings={settings.data.settings}
          choice={choice ?? firstChoice(settings.data.settings)}
          onChange={setChoice}
          start={start}
        />
      )}
    </>
  );
}

/** How it ended: its answer, and the way to its results. */
function Ended({ runId }: { runId: string }) {
  const words = profileTexts.ended;
  const [, changeView] = useViewState();
  const run = useRuns().data?.find(({ id }) => id === runId);
  const report = useRun(runId);
  // It may have ended before anything was stored.
  if (run === undefined || run.status === 'running') return null;
  return (
    <Notice title={words.title(run.measured)} tone={run.status === 'finished' ? 'plain' : 'warning'}>
      {run.status !== 'finished' && <p>{runTexts.status[run.status]}</p>}
      {run.reason !== null && <p>{run.reason}</p>}
      {run.measured > 0 && (
        <>
          {report.data !== undefined && <RunSummaryLine report={report.data} />}
          <p className="buttons">
            <button
              type="button"
              className="primary"
              onClick={() => {
                changeView({ run: runId, measurement: undefined, sets: undefined });
                goToPage('gap');
              }}
            >
              {words.view}
            </button>
          </p>
        </>
      )}
    </Notice>
  );
}

/** As they come; those of a run that is over are on its own pages, and once more here. */
function Figures({ runId, isGoingOn }: { runId: string; isGoingOn: boolean }) {
  const [view, changeView] = useViewState();
  const run = useRun(runId);
  if (run.isError) return <ErrorNotice error={run.error} />;
  if (run.data === undefined) return null;
  const { measurements, lost } = run.data;
  return (
    <>
      {isGoingOn && measurements.length === 0 && <p className="quiet-text">{profileTexts.noFigures}</p>}
      <MeasurementTable
        measurements={measurements}
        selected={undefined}
        onSelect={(measurement) => {
          changeView({ run: runId, measurement, sets: undefined });
          goToPage('gap');
        }}
        sort={view.sort}
        onSort={(sort) => changeView({ sort })}
      />
      {lost.length > 0 && <LostList lost={lost} />}
    </>
  );
}
