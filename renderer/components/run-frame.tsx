/** What the pages about a run have in common: which run and measurement, and what to say while there is none. */

import type { ReactNode } from 'react';
import type { MeasurementDetail, MeasurementSummary, RunReport } from '../../core/protocol/run.ts';
import { useMeasurement } from '../api/queries.ts';
import { chooseMeasurement, useChosenRun } from '../chosen-run.ts';
import { ceilingTexts } from '../texts/ceilings.ts';
import { runTexts } from '../texts/runs.ts';
import { tableTexts } from '../texts/tables.ts';
import { terms } from '../texts/terms.ts';
import { useViewState } from '../view-state.ts';
import { Loading } from './loading.tsx';
import { NoRunsNotice } from './no-runs-notice.tsx';
import { ErrorNotice, Notice } from './notice.tsx';
import { PageHead } from './page-head.tsx';
import { RunChooser } from './run-chooser.tsx';

interface RunFrameProps {
  readonly title: string;
  /** How to read the page. */
  readonly help: string;
  /** Beside the choice of the run. */
  readonly controls?: (report: RunReport) => ReactNode;
  readonly children: (report: RunReport) => ReactNode;
}

export function RunFrame({ title, help, controls, children }: RunFrameProps) {
  const [view, changeView] = useViewState();
  const { runs, runId, run } = useChosenRun();
  return (
    <>
      <PageHead title={title} help={help}>
        {runs.data !== undefined && runId !== undefined && (
          <RunChooser
            runs={runs.data}
            runId={runId}
            onChoose={(next) => changeView({ run: next, measurement: undefined, sets: undefined })}
          />
        )}
        {run.data !== undefined && controls?.(run.data)}
      </PageHead>
      {runs.isError && <ErrorNotice error={runs.error} />}
      {runs.data?.length === 0 && <NoRunsNotice />}
      {run.isError && (
        <>
          <ErrorNotice error={run.error} />
          {view.run !== undefined && (
            <button
              type="button"
              onClick={() => changeView({ run: undefined, measurement: undefined, sets: undefined })}
            >
              {runTexts.notFound}
            </button>
          )}
        </>
      )}
      {(runs.isPending || run.isLoading) && <Loading />}
      {run.data !== undefined &&
        (run.data.measurements.length === 0 ? (
          <Notice title={runTexts.nothingMeasured.title}>
            <p>{runTexts.nothingMeasured.text}</p>
          </Notice>
        ) : (
          children(run.data)
        ))}
    </>
  );
}

interface MeasurementFrameProps extends Omit<RunFrameProps, 'children' | 'controls'> {
  readonly controls?: ReactNode;
  readonly children: (report: RunReport, measurement: MeasurementSummary) => ReactNode;
}

/** The same with a choice of the measurement. */
export function MeasurementFrame({ controls, children, ...frame }: MeasurementFrameProps) {
  const [view, changeView] = useViewState();
  const chosenOf = ({ measurements }: RunReport) => chooseMeasurement(measurements, view.measurement);
  return (
    <RunFrame
      {...frame}
      controls={(report) => (
        <>
          <label>
            <span>{tableTexts.measurement}</span>
            <select
              value={chosenOf(report)?.id}
              onChange={({ target }) => changeView({ measurement: target.value })}
            >
              {report.measurements.map((measurement) => (
                <option key={measurement.id} value={measurement.id}>
                  {measurementName(measurement, report.measurements)}
                </option>
              ))}
            </select>
          </label>
          {controls}
        </>
      )}
    >
      {(report) => {
        const chosen = chosenOf(report);
        return chosen === undefined ? null : children(report, chosen);
      }}
    </RunFrame>
  );
}

/** The kernels of one measurement, once they are read. */
export function WithDetail({
  id,
  children,
}: {
  id: string;
  children: (detail: MeasurementDetail) => ReactNode;
}) {
  const detail = useMeasurement(id);
  if (detail.isError) return <ErrorNotice error={detail.error} />;
  return detail.data === undefined ? <Loading /> : children(detail.data);
}

/** With whatever is not the same in the whole run. */
export function measurementName(measurement: MeasurementSummary, all: readonly MeasurementSummary[]): string {
  const varies = (key: keyof MeasurementSummary) => all.some((other) => other[key] !== measurement[key]);
  const { model, plan, provider, dtype, batch, threads } = measurement;
  return [
    model,
    plan,
    ...(varies('provider') ? [provider] : []),
    ...(varies('dtype') ? [dtype] : []),
    ...(varies('batch') ? [`${terms.batch.name.toLowerCase()} ${batch}`] : []),
    ...(varies('threads') ? [ceilingTexts.threads(threads)] : []),
  ].join(' · ');
}
