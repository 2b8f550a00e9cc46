/** How the latency and efficiency of one network went over the stored runs, where its level changed, and what else changed then. */

import { formatTime } from '../../../core/format/units.ts';
import type { EnvironmentDifference, History, HistorySeries } from '../../../core/protocol/compare.ts';
import { useCeilingHistory, useHistories, useHistory, useMachineHistory } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { HistoryChart } from '../../charts/history-chart.tsx';
import {
  changeOfLevel,
  chooseSeries,
  historyTable,
  ofOneMachine,
  placeMarks,
  seriesKey,
  seriesName,
} from '../../charts/history-data.ts';
import { Loading } from '../../components/loading.tsx';
import { NoRunsNotice } from '../../components/no-runs-notice.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { WaysOn } from '../../components/ways-on.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { terms } from '../../texts/terms.ts';
import { formatViewState, useViewState } from '../../view-state.ts';
import { HistoryOverview } from './multiples.tsx';
import { historyTexts } from './texts.ts';

export function HistoryPage() {
  const words = historyTexts;
  const [view, changeView] = useViewState();
  const heads = useHistories();
  const everyMachine = heads.data ?? [];
  const all = ofOneMachine(everyMachine, view.machine);
  const chosen = chooseSeries(all, view);
  const history = useHistory(chosen);
  const everything = useMachineHistory(chosen?.machineId);
  const ceilings = useCeilingHistory(chosen?.machineId);
  const series = history.data?.series[0];
  const failed = heads.error ?? history.error ?? everything.error ?? ceilings.error;
  const machines = new Map(everyMachine.map(({ machineId, machineName }) => [machineId, machineName]));
  const ofModel = all.filter(({ model }) => model === chosen?.model);
  return (
    <>
      <PageHead title={pageNames.history} help={words.help}>
        {chosen !== undefined && (
          <>
            {machines.size > 1 && (
              <label>
                <span>{sharedTexts.machine.title}</span>
                <select
                  value={chosen.machineId}
                  onChange={({ target }) => changeView({ machine: target.value, series: undefined })}
                >
                  {[...machines].map(([id, name]) => (
                    <option key={id} value={id}>
                      {[...machines.values()].filter((other) => other === name).length > 1
                        ? `${name} (${id})`
                        : name}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <label>
              <span>{terms.model.name}</span>
              <select value={chosen.model} onChange={({ target }) => changeView({ model: target.value })}>
                {[...new Set(all.map(({ model }) => model))].sort().map((model) => (
                  <option key={model} value={model}>
                    {model}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{words.series}</span>
              <select
                value={seriesKey(chosen)}
                onChange={({ target }) => changeView({ model: chosen.model, series: target.value })}
              >
                {ofModel.map((one) => (
                  <option key={seriesKey(one)} value={seriesKey(one)}>
                    {seriesName(one, ofModel)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{words.metric}</span>
              <select
                value={view.metric ?? 'latency'}
                onChange={({ target }) =>
                  changeView({ metric: target.value === 'efficiency' ? 'efficiency' : undefined })
                }
              >
                <option value="latency">{terms.latency.name}</option>
                <option value="efficiency">{terms.efficiency.name}</option>
              </select>
            </label>
          </>
        )}
      </PageHead>
      {failed !== null && <ErrorNotice error={failed} />}
      {(heads.isPending || history.isLoading) && <Loading />}
      {heads.data !== undefined && chosen === undefined && <NoRunsNotice />}
      {everything.data !== undefined && (
        <HistoryOverview history={everything.data} ceilings={ceilings.data ?? []} />
      )}
      {history.data !== undefined && series !== undefined && chosen !== undefined && (
        <Series series={series} marks={history.data.marks} name={seriesName(chosen, ofModel)} />
      )}
    </>
  );
}

interface SeriesProps {
  readonly series: HistorySeries;
  readonly marks: History['marks'];
  readonly name: string;
}

function Series({ series, marks, name }: SeriesProps) {
  const words = historyTexts;
  const [view, changeView] = useViewState();
  const metric = view.metric ?? 'latency';
  const selected = series.points.findIndex(({ measurementId }) => measurementId === view.measurement);
  const { model, plan, provider, points, changePoints, threshold } = series;
  const placed = placeMarks(series, marks);
  const title = words.chart(model, name, terms[metric].name.toLowerCase());
  const sentence = words.chartSentence(points.length, changePoints.length, placed.length);
  return (
    <>
      <div className="card">
        <ChartFrame
          title={title}
          sentence={sentence}
          table={historyTable(series, marks)}
          fileName={`history-${model}-${plan}-${provider}`}
        >
          <HistoryChart
            series={series}
            marks={marks}
            metric={metric}
            selected={series.points[selected]?.runId}
            onSelect={({ measurementId }) => changeView({ measurement: measurementId })}
            label={`${title}. ${sentence}`}
          />
        </ChartFrame>
        <SelectedRun series={series} index={selected} />
        <p className="quiet-text">{words.legend}</p>
      </div>
      <section className="card" aria-label={words.levels}>
        <h2>{words.levels}</h2>
        {changePoints.length === 0 ? (
          <p>{words.noLevels}</p>
        ) : (
          <ul className="bullets">
            {changePoints.map(({ index, runId, startedAt, ratio, candidates }) => (
              <li key={index}>
                {words.level(changeOfLevel(ratio), runId, formatTime(startedAt))}{' '}
                {candidates.length === 0
                  ? words.noCandidates
                  : words.candidates(candidates.map(named).join(', '))}
              </li>
            ))}
          </ul>
        )}
        <p className="quiet-text">{words.leastChange((100 * threshold).toFixed(1))}</p>
      </section>
      <section className="card" aria-label={words.surroundings}>
        <h2>{words.surroundings}</h2>
        {placed.length === 0 ? (
          <p>{words.noSurroundings}</p>
        ) : (
          <ul className="bullets">
            {placed.map(({ mark: { runId, startedAt, changes } }) => (
              <li key={runId}>
                {words.mark(runId, formatTime(startedAt))} {changes.map(named).join(', ')}
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function SelectedRun({ series: { points }, index }: { series: HistorySeries; index: number }) {
  const words = historyTexts;
  const [point, previous] = [points[index], points[index - 1]];
  if (point === undefined) return null;
  return (
    <p>
      {words.selected(point.runId, formatTime(point.startedAt))}{' '}
      <WaysOn runId={point.runId} measurementId={point.measurementId}>
        {previous !== undefined && (
          <a href={formatViewState({ page: 'compare', before: previous.runId, after: point.runId })}>
            {words.compareWith(previous.runId)}
          </a>
        )}
      </WaysOn>
    </p>
  );
}

function named({ what, before, after }: EnvironmentDifference): string {
  return `${what} ${before ?? sharedTexts.unknown} → ${after ?? sharedTexts.unknown}`;
}
