/** Each kernel under the roofs of the machine. */
import { layersAnswer } from '../../../core/analysis/answers/layers.ts';
import { ceilingsOf } from '../../../core/analysis/find-ceilings.ts';
import { formatPercent } from '../../../core/format/units.ts';
import type { MeasurementDetail, RunReport } from '../../../core/protocol/run.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { LimitLegend } from '../../charts/limit-legend.tsx';
import { RooflineChart } from '../../charts/roofline-chart.tsx';
import { rooflineData, rooflineTable } from '../../charts/roofline-data.ts';
import { AnswerLine } from '../../components/answer-line.tsx';
import { Notice } from '../../components/notice.tsx';
import { MeasurementFrame, WithDetail } from '../../components/run-frame.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { rooflineTexts } from './texts.ts';

export function RooflinePage() {
  return (
    <MeasurementFrame title={pageNames.roofline} help={rooflineTexts.help}>
      {(report, { id }) => (
        <WithDetail id={id}>{(detail) => <Roofline report={report} detail={detail} />}</WithDetail>
      )}
    </MeasurementFrame>
  );
}

function Roofline({ report, detail }: { report: RunReport; detail: MeasurementDetail }) {
  const words = rooflineTexts;
  const { summary, kernels } = detail;
  const ceilings = ceilingsOf(report, summary);
  const data = ceilings && rooflineData(kernels, ceilings);
  if (data === undefined || data.dots.length === 0) return <Notice title={words.nothing} />;
  const title = words.chart(summary.model, summary.plan, summary.dtype, summary.threads);
  const above = data.dots.filter(
    ({ intensity, operationsPerSecond }) =>
      operationsPerSecond > intensity * (ceilings?.levels.at(-1)?.bytesPerSecond ?? Number.POSITIVE_INFINITY),
  ).length;
  const sentence = words.chartSentence(data.dots.length, above);
  const answer = layersAnswer(kernels);
  return (
    <>
      {answer !== undefined && <AnswerLine answer={answer} />}
      <div className="card">
        <ChartFrame
          title={title}
          sentence={sentence}
          table={rooflineTable(data)}
          fileName={`roofline-${summary.model}-${summary.plan}`}
        >
          <RooflineChart data={data} label={`${title}. ${sentence}`} />
        </ChartFrame>
        <LimitLegend shown={new Set(data.dots.map(({ limit }) => limit))} />
        {data.withoutOperations.kernels > 0 && (
          <p className="quiet-text">
            {words.withoutOperations(
              data.withoutOperations.kernels,
              formatPercent(data.withoutOperations.share),
            )}
          </p>
        )}
        {data.notTimed > 0 && <p className="quiet-text">{words.notTimed(data.notTimed)}</p>}
        <p className="quiet-text">{words.origin}</p>
      </div>
    </>
  );
}
