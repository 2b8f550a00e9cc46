/** The paper's plot, of this run and of whatever is laid over it. */
import {
  chooseSets,
  type GapSet,
  publishedSets,
  setNames,
  setsOfRun,
} from '../../../core/charts/gap-sets.ts';
import { type DrawnPoint, type GapView, gapView } from '../../../core/charts/gap-view.ts';
import { formatRatio, formatTime } from '../../../core/format/units.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { useRuns, useSeveralRuns } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { GapPlot } from '../../charts/gap-plot.tsx';
import { gapTable } from '../../charts/gap-table.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useViewState, type ViewState } from '../../view-state.ts';
import { PinnedPoints, SelectedPoint } from './pinned-points.tsx';
import { plotTexts } from './plot-texts.ts';
import { SeriesChooser } from './series-chooser.tsx';

interface GapSectionProps {
  /** Of the page's own run. */
  readonly report: RunReport;
  readonly selected: string | undefined;
  /** One of the page's own run. */
  readonly onSelect: (measurementId: string) => void;
  /** Likewise. */
  readonly onOpen: (measurementId: string) => void;
}

export function GapSection({ report, selected, onSelect, onOpen }: GapSectionProps) {
  const words = plotTexts;
  const [view, changeView] = useViewState();
  const runs = useRuns();
  const addedIds = list(view.with).filter((id) => id !== report.run.id);
  const added = useSeveralRuns(addedIds);
  const reports = [report, ...added.flatMap(({ data }) => data ?? [])];
  const setsOfRuns = reports.map(setsOfRun);
  const sets = chooseSets(setsOfRuns, view.sets);
  const plot = gapView(sets, new Set(list(view.without)));
  const pins = list(view.pins);
  const names = setNames(sets, formatTime);
  const choice = {
    selected,
    pinned: new Set(pins),
    onSelect: ({ id, set }: DrawnPoint) => {
      if (set.origin === 'measured' && set.runId === report.run.id) onSelect(id);
      else
        changeView({
          measurement: id,
          ...(set.origin === 'measured' && otherRun(view, report.run.id, set.runId, sets)),
        });
    },
    onPin: ({ id }: DrawnPoint) => {
      const next = pins.includes(id) ? pins.filter((one) => one !== id) : [...pins, id];
      changeView({ pins: next.join('|') || undefined });
    },
  };
  const reconstructions = new Set(
    reports.flatMap(({ run, measurements }) =>
      sets.some((set) => set.origin === 'measured' && set.runId === run.id)
        ? measurements.flatMap(({ reconstruction }) => reconstruction ?? [])
        : [],
    ),
  );
  const controls = (
    <>
      <SeriesChooser {...{ reports, setsOfRuns, runs: runs.data ?? [] }} chosen={sets} />
      <Switches />
    </>
  );
  return (
    <section className="card" aria-label={words.title}>
      {added.map(
        ({ error }, index) =>
          error !== null && (
            <ErrorNotice
              key={addedIds[index]}
              error={error}
              onDismiss={() => changeView({ with: addedIds.toSpliced(index, 1).join('|') || undefined })}
            />
          ),
      )}
      {plot.points.length === 0 ? (
        <>
          <div className="chart-head">{controls}</div>
          <p className="quiet-text">{words.nothing}</p>
        </>
      ) : (
        <>
          <ChartFrame
            title={words.drawing}
            sentence={sentenceOf(plot)}
            table={gapTable(plot)}
            fileName="efficiency-gap"
            controls={controls}
          >
            <GapPlot
              view={plot}
              scale={view.scale ?? 'log'}
              withGaps={view.gaps === undefined}
              withFront={view.front === 'shown'}
              choice={choice}
            />
          </ChartFrame>
          <SelectedPoint
            {...choice}
            points={plot.points}
            nameOf={({ index }) => names[index] ?? ''}
            onOpen={({ id }) => onOpen(id)}
          />
        </>
      )}
      <PinnedPoints
        sets={[...setsOfRuns.flat(), ...publishedSets]}
        pinned={choice.pinned}
        onPin={choice.onPin}
      />
      {plot.notPlotted.length > 0 && (
        <p className="quiet-text">{words.notPlotted(plot.notPlotted.join(', '))}</p>
      )}
      {[...reconstructions].map((reconstruction) => (
        <p key={reconstruction} className="quiet-text">
          {words.reconstruction} {reconstruction}
        </p>
      ))}
      <Origins sets={sets} />
    </section>
  );
}

/** What is seen. */
function sentenceOf({ points }: GapView): string {
  const byGap = points
    .map(({ model, latencyMs, idealMs }) => ({ model, gap: latencyMs / idealMs }))
    .toSorted((a, b) => a.gap - b.gap);
  const [narrowest, widest] = [byGap[0], byGap.at(-1)];
  if (narrowest === undefined || widest === undefined) return '';
  return plotTexts.seen(
    points.length,
    narrowest.model,
    formatRatio(narrowest.gap),
    widest.model,
    formatRatio(widest.gap),
  );
}

function Switches() {
  const words = plotTexts;
  const [view, changeView] = useViewState();
  const shown = [
    [
      words.showGaps,
      view.gaps === undefined,
      (on: boolean) => ({ gaps: on ? undefined : 'hidden' }) as const,
    ],
    [
      words.showFront,
      view.front === 'shown',
      (on: boolean) => ({ front: on ? 'shown' : undefined }) as const,
    ],
    [words.linear, view.scale === 'linear', (on: boolean) => ({ scale: on ? 'linear' : undefined }) as const],
  ] as const;
  return (
    <div className="switches">
      {shown.map(([title, isOn, change]) => (
        <label
          key={title}
          className="switch"
          title={title === words.showFront ? words.frontMeaning : undefined}
        >
          <input
            type="checkbox"
            checked={isOn}
            onChange={({ target }) => changeView(change(target.checked))}
          />
          {title}
        </label>
      ))}
    </div>
  );
}

/** What is not what it may seem: figures of others, and devices that are programs. */
function Origins({ sets }: { sets: readonly GapSet[] }) {
  const words = plotTexts;
  return (
    <>
      {sets.map(
        (set) =>
          set.origin === 'published' && (
            <p key={set.key} className="quiet-text">
              {words.source(set.name)} {set.source}
            </p>
          ),
      )}
      {sets.some((set) => set.origin === 'measured' && set.software) && (
        <p className="quiet-text">{words.software}</p>
      )}
    </>
  );
}

/** Another run becomes the page's own, and the one that was stays in the plot. */
function otherRun(view: ViewState, own: string, next: string, sets: readonly GapSet[]) {
  return {
    run: next,
    with: [...new Set([own, ...list(view.with)])].filter((id) => id !== next).join('|'),
    sets: sets.map(({ key }) => key).join('|'),
  };
}

function list(text: string | undefined): string[] {
  return text?.split('|') ?? [];
}
