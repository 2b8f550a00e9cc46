/** How deep each kernel lies in the memory's water, in every plan that was measured. */
import { waterlineAnswer } from '../../../core/analysis/answers/waterline.ts';
import { ceilingDoubts } from '../../../core/analysis/ceiling-history.ts';
import { ceilingsOf, plansOf } from '../../../core/analysis/find-ceilings.ts';
import { type WaterlineView, waterlineView } from '../../../core/analysis/waterline-view.ts';
import type { MeasurementDetail, MeasurementSummary, RunReport } from '../../../core/protocol/run.ts';
import { useCeilingHistory, useMeasurements } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { WaterlineChart } from '../../charts/waterline-chart.tsx';
import { waterlineScale, waterlineTable } from '../../charts/waterline-chart-data.ts';
import { AnswerLine } from '../../components/answer-line.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { MeasurementFrame } from '../../components/run-frame.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { useViewState } from '../../view-state.ts';
import { waterlineTexts } from './texts.ts';
import { VerdictTable } from './verdict-table.tsx';

export function WaterlinePage() {
  const words = waterlineTexts;
  const [view, changeView] = useViewState();
  return (
    <MeasurementFrame
      title={pageNames.waterline}
      help={words.help}
      controls={
        <>
          <label>
            <span>{words.water}</span>
            <select
              value={view.water ?? 'levels'}
              onChange={({ target }) => changeView({ water: target.value === 'dram' ? 'dram' : undefined })}
            >
              <option value="levels">{words.waters.levels}</option>
              <option value="dram">{words.waters.dram}</option>
            </select>
          </label>
          <label className="switch">
            <input
              type="checkbox"
              checked={view.form === 'layers'}
              onChange={({ target }) => changeView({ form: target.checked ? 'layers' : undefined })}
            />
            {words.simple}
          </label>
          <label className="switch">
            <input
              type="checkbox"
              checked={view.scale === 'linear'}
              onChange={({ target }) => changeView({ scale: target.checked ? 'linear' : undefined })}
            />
            {words.linear}
          </label>
        </>
      }
    >
      {(report, chosen) => <Plans report={report} chosen={chosen} measurements={plansOf(report, chosen)} />}
    </MeasurementFrame>
  );
}

interface Drawn {
  readonly detail: MeasurementDetail;
  readonly view: WaterlineView;
}

interface PlansProps {
  readonly report: RunReport;
  readonly chosen: MeasurementSummary;
  /** Of all plans of the network. */
  readonly measurements: readonly MeasurementSummary[];
}

function Plans({ report, chosen, measurements }: PlansProps) {
  const words = waterlineTexts;
  const [{ water = 'levels', form, scale: kind = 'log' }] = useViewState();
  const details = useMeasurements(measurements.map(({ id }) => id));
  const ceilingHistory = useCeilingHistory(report.run.machineId);
  const failed = details.find(({ isError }) => isError);
  if (failed !== undefined) return <ErrorNotice error={failed.error} />;
  const doubts = ceilingDoubts(ceilingHistory.data ?? [], report.run.id)
    .filter(({ level }) => level !== null)
    .map(({ sentence }) => sentence);
  if (details.some(({ data }) => data === undefined)) return <Loading />;
  const drawn = details.flatMap(({ data: detail }): Drawn[] => {
    const ceilings = detail && ceilingsOf(report, detail.summary);
    const view = detail && ceilings && waterlineView(detail, ceilings, water);
    return view === undefined || detail === undefined ? [] : [{ detail, view }];
  });
  if (drawn.length === 0) return <Notice title={words.noCeilings} />;
  const scale = waterlineScale(
    drawn.map(({ view }) => view),
    form === 'layers' ? 'layers' : 'area',
    kind,
  );
  const answered = drawn.find(({ detail }) => detail.summary.id === chosen.id) ?? drawn[0];
  return (
    <>
      {answered !== undefined && <AnswerLine answer={waterlineAnswer(answered.view, doubts)} />}
      <div className="columns">
        {drawn.map(({ detail: { summary }, view }) => (
          <div key={summary.id} className="card">
            <ChartFrame
              title={words.chart(summary.model, summary.plan)}
              sentence={waterlineAnswer(view).sentence}
              table={waterlineTable(view)}
              fileName={`waterline-${summary.model}-${summary.plan}`}
            >
              <WaterlineChart
                view={view}
                scale={scale}
                label={`${words.chart(summary.model, summary.plan)}. ${waterlineAnswer(view).sentence}`}
              />
            </ChartFrame>
          </div>
        ))}
      </div>
      <ul className="legend" aria-label={words.legend}>
        {(['arithmetic', 'memory', 'water'] as const).map((mark) => (
          <li key={mark}>
            <span className={`swatch ${mark}`} />
            {words.marks[mark]}
          </li>
        ))}
        {kind === 'linear' && <li>{words.marks.cut}</li>}
      </ul>
      {drawn.length === 1 && <p className="quiet-text">{words.onePlan}</p>}
      <VerdictTable plans={drawn.map(({ detail: { summary }, view }) => ({ summary, view }))} water={water} />
    </>
  );
}
