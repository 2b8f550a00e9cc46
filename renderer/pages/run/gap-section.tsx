import {
  type Condition,
  conditionKey,
  conditionsOf,
  gapPlotData,
  paperPlotData,
} from '../../../core/charts/gap-plot-data.ts';
import { formatProvider } from '../../../core/format/provider.ts';
import { formatOperationsPerSecond } from '../../../core/format/units.ts';
import { paperMachine, paperResults, paperSource } from '../../../core/models/paper-results.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { GapPlot } from '../../charts/gap-plot.tsx';
import { gapTable } from '../../charts/gap-table.ts';
import { texts } from '../../texts.ts';
import { useViewState } from '../../view-state.ts';

interface GapSectionProps {
  readonly report: RunReport;
  readonly selected: string | undefined;
  readonly onSelect: (measurementId: string) => void;
}

export function GapSection({ report, selected, onSelect }: GapSectionProps) {
  const words = texts.plot;
  const [view, changeView] = useViewState();
  const conditions = conditionsOf(report);
  const condition =
    conditions.find((candidate) => conditionKey(candidate) === view.condition) ?? conditions[0];
  const data = condition && gapPlotData(report, condition);
  const reconstructions = new Set(report.measurements.flatMap(({ reconstruction }) => reconstruction ?? []));
  return (
    <section className="card" aria-label={words.title}>
      <div className="card-head">
        <h2>{words.title}</h2>
        {condition !== undefined && conditions.length > 1 && (
          <label>
            <span>{words.condition}</span>
            <select
              value={conditionKey(condition)}
              onChange={({ target }) => changeView({ condition: target.value })}
            >
              {conditions.map((candidate) => (
                <option key={conditionKey(candidate)} value={conditionKey(candidate)}>
                  {conditionName(candidate)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label className="switch">
          <input
            type="checkbox"
            checked={view.reference === 'shown'}
            onChange={({ target }) => changeView({ reference: target.checked ? 'shown' : undefined })}
          />
          {texts.reference.show}
        </label>
      </div>
      {condition === undefined || data === undefined || data.byOperations.length === 0 ? (
        <p className="quiet-text">{words.nothing}</p>
      ) : (
        <ChartFrame
          title={words.drawing}
          sentence={words.reading}
          table={gapTable(data)}
          fileName="efficiency-gap"
        >
          <GapPlot
            data={data}
            peak={`${formatOperationsPerSecond(peakOf(report, condition))} ${condition.dtype}`}
            batch={condition.batch}
            selected={selected}
            onSelect={({ id }) => onSelect(id)}
          />
        </ChartFrame>
      )}
      {data !== undefined && data.notPlotted.length > 0 && (
        <p className="quiet-text">{words.notPlotted(data.notPlotted.join(', '))}</p>
      )}
      {[...reconstructions].map((reconstruction) => (
        <p key={reconstruction} className="quiet-text">
          {words.reconstruction} {reconstruction}
        </p>
      ))}
      {view.reference === 'shown' && <PaperReference />}
    </section>
  );
}

function PaperReference() {
  const words = texts.reference;
  const { name, dataType, batch, peakOperationsPerSecond } = paperMachine;
  const data = paperPlotData(paperResults, paperMachine);
  return (
    <div className="reference">
      <h3>{words.title(name)}</h3>
      <p className="quiet-text">{words.condition(dataType, batch)}</p>
      <ChartFrame
        title={words.drawing}
        sentence={words.reading}
        table={gapTable(data)}
        fileName="efficiency-gap-paper"
      >
        <GapPlot
          data={data}
          peak={`${formatOperationsPerSecond(peakOperationsPerSecond)} ${dataType}`}
          batch={batch}
        />
      </ChartFrame>
      <p className="quiet-text">
        {words.source} {paperSource}
      </p>
    </div>
  );
}

function peakOf({ ceilings }: RunReport, { provider, device, dtype, threads }: Condition): number {
  const found = ceilings.find(
    (candidate) =>
      candidate.provider === provider &&
      candidate.device === device &&
      candidate.dtype === dtype &&
      candidate.threads === threads,
  );
  return found?.peakOperationsPerSecond ?? 0;
}

function conditionName({ provider, dtype, batch, threads }: Condition): string {
  return `${formatProvider(provider)}, ${dtype}, ${texts.terms.batch.name.toLowerCase()} ${batch}, ${texts.ceilings.threads(threads)}`;
}
