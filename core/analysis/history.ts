/** What a machine's figures were over time, where their level changed, and what else changed then. */
import type { History, HistoryMark, HistorySeries } from '../protocol/compare.ts';
import { changePoints } from '../statistics/change-points.ts';
import { environmentDifferences } from './environment-differences.ts';
import { caseKey, caseOf, type Figure, type RunFigures } from './figures.ts';
import { type KnownNoise, latenciesOf, learnNoise, noiseThreshold } from './noise-floor.ts';

/** `runs` oldest first. One series for each case on each machine; marks wherever the surroundings of a machine changed. */
export function historyOf(runs: readonly RunFigures[]): History {
  const marks = marksOf(runs);
  const noiseOf = learnNoise(runs.map(latenciesOf));
  const collected = new Map<string, { figure: Figure; run: RunFigures }[]>();
  for (const run of runs) {
    for (const figure of run.figures) {
      const key = `${run.machine.id} ${caseKey(figure)}`;
      const points = collected.get(key);
      if (points === undefined) collected.set(key, [{ figure, run }]);
      else points.push({ figure, run });
    }
  }
  return {
    series: [...collected.values()].flatMap((points) => seriesOf(points, noiseOf, marks) ?? []),
    marks,
  };
}

function marksOf(runs: readonly RunFigures[]): HistoryMark[] {
  const last = new Map<string, RunFigures>();
  return runs.flatMap((run) => {
    const machineId = run.machine.id;
    const before = last.get(machineId);
    last.set(machineId, run);
    const changes = before === undefined ? [] : environmentDifferences(before.surroundings, run.surroundings);
    return changes.length === 0 ? [] : [{ machineId, runId: run.id, startedAt: run.startedAt, changes }];
  });
}

/**
 * The threshold is that of two single runs; a level is known from five and more on each side, whose medians scatter as two runs do times
 * 1.25 sqrt(1 / 5). With it a step as large as the threshold is found 95 times in 100.
 */
const ofLevels = 0.6;

function seriesOf(
  measured: readonly { figure: Figure; run: RunFigures }[],
  noiseOf: KnownNoise,
  marks: readonly HistoryMark[],
): HistorySeries | undefined {
  const newest = measured.at(-1);
  if (newest === undefined) return undefined;
  const { machine } = newest.run;
  const noise = noiseOf(machine.id, newest.figure);
  const threshold = noiseThreshold(noise);
  const points = measured.map(({ figure, run }) => pointOf(figure, run));
  const latencies = points.map(({ undisturbedNs }) => undisturbedNs.estimate);
  return {
    machineId: machine.id,
    machineName: machine.name,
    ...caseOf(newest.figure),
    points,
    threshold,
    changePoints: changePoints(latencies, { minimumChange: ofLevels * threshold }).flatMap(
      ({ index, ratio, p }) => {
        const point = points[index];
        if (point === undefined) return [];
        const near = new Set(measured.slice(index - 1, index + 2).map(({ run }) => run.id));
        const candidates = marks
          .filter(({ machineId, runId }) => machineId === machine.id && near.has(runId))
          .flatMap(({ changes }) => changes);
        return [{ index, runId: point.runId, startedAt: point.startedAt, ratio, p, candidates }];
      },
    ),
  };
}

function pointOf(
  { id, latencyNs, undisturbedNs, efficiency }: Figure,
  { id: runId, startedAt }: RunFigures,
): HistorySeries['points'][number] {
  return { runId, measurementId: id, startedAt, latencyNs, undisturbedNs, efficiency };
}
