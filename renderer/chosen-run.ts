import { isProfile } from '../core/analysis/noise-test.ts';
import type { MeasurementSummary } from '../core/protocol/run.ts';
import { useActiveRun, useRun, useRuns } from './api/queries.ts';
import { useViewState } from './view-state.ts';

/** The run that the address names, else the one that is going on, else the newest that is more than one figure measured again. */
export function useChosenRun() {
  const [view] = useViewState();
  const runs = useRuns();
  const active = useActiveRun();
  // While the machine is looked at, the run is announced but not stored yet.
  const going = active.data != null && isProfile(active.data.suite) ? active.data : undefined;
  const stored = going?.phase === 'detecting' ? undefined : going?.runId;
  const newest = runs.data?.find(({ suite }) => isProfile(suite));
  const runId = view.run ?? stored ?? newest?.id;
  const run = useRun(runId);
  return { runs, active, runId, run };
}

/** The measurement that the address names; else the one with the widest gap, where there is most to see. */
export function chooseMeasurement(
  measurements: readonly MeasurementSummary[],
  id: string | undefined,
): MeasurementSummary | undefined {
  return (
    measurements.find((measurement) => measurement.id === id) ??
    measurements.reduce<MeasurementSummary | undefined>(
      (widest, measurement) => (widest === undefined || measurement.gap > widest.gap ? measurement : widest),
      undefined,
    )
  );
}
