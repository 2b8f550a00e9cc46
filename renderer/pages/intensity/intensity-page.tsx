/** How many operations a byte the kinds of convolution have, against what a machine needs: the paper's figure, to play with. */

import { ridge } from '../../../core/analysis/waterline.ts';
import { formatBytesPerSecond, formatOperationsPerSecond } from '../../../core/format/units.ts';
import { type DataType, dataTypes } from '../../../core/graph/plan.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { formStyles, IntensityChart } from '../../charts/intensity-chart.tsx';
import {
  channelsAboveWater,
  convolutionForms,
  intensityRows,
  intensityTable,
} from '../../charts/intensity-data.ts';
import { useChosenRun } from '../../chosen-run.ts';
import { NumberField } from '../../components/number-field.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { RunChooser } from '../../components/run-chooser.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { terms } from '../../texts/terms.ts';
import { useViewState } from '../../view-state.ts';
import { ModelTabs } from '../models/model-tabs.tsx';
import { intensityTexts } from './texts.ts';

export function IntensityPage() {
  const words = intensityTexts;
  const [view, changeView] = useViewState();
  const { runs, runId, run } = useChosenRun();
  const water = run.data && waterOf(run.data, view.dtype);
  const dtype = view.dtype ?? water?.dtype ?? 'fp32';
  const setting = {
    imageSize: Number(view.size ?? 56),
    batch: Number(view.batch ?? 1),
    groupWidth: Number(view.group ?? 32),
    countWeights: view.weights === 'counted',
    dtype,
  };
  const rows = intensityRows(setting);
  const sentence =
    water === undefined
      ? words.noWater
      : words.chartSentence(
          convolutionForms.map(
            (form) => [words.forms[form], channelsAboveWater(rows, form, water.ridge)] as const,
          ),
        );
  return (
    <>
      <ModelTabs current="intensity" />
      <PageHead title={pageNames.intensity} help={words.help}>
        {runs.data !== undefined && runId !== undefined && (
          <RunChooser
            runs={runs.data}
            runId={runId}
            onChoose={(next) => changeView({ run: next, measurement: undefined, sets: undefined })}
          />
        )}
        <label>
          <span>{terms.dtype.name}</span>
          <select
            value={dtype}
            onChange={({ target }) =>
              changeView({ dtype: dataTypes.find((known) => known === target.value) })
            }
          >
            {dataTypes.map((known) => (
              <option key={known} value={known}>
                {known}
              </option>
            ))}
          </select>
        </label>
        <NumberField
          label={words.groupWidth}
          value={setting.groupWidth}
          most={1024}
          onChange={(value) => changeView({ group: value })}
        />
        <label className="switch">
          <input
            type="checkbox"
            checked={setting.countWeights}
            onChange={({ target }) => changeView({ weights: target.checked ? 'counted' : undefined })}
          />
          {words.countWeights}
        </label>
        <label className="switch">
          <input
            type="checkbox"
            checked={view.scale === 'linear'}
            onChange={({ target }) => changeView({ scale: target.checked ? 'linear' : undefined })}
          />
          {words.linear}
        </label>
        {setting.countWeights && (
          <>
            <NumberField
              label={words.imageSize}
              value={setting.imageSize}
              most={2048}
              onChange={(value) => changeView({ size: value })}
            />
            <NumberField
              label={terms.batch.name}
              value={setting.batch}
              most={1024}
              onChange={(value) => changeView({ batch: value })}
            />
          </>
        )}
      </PageHead>
      <div className="card">
        <ChartFrame
          title={words.chart(dtype)}
          sentence={sentence}
          table={intensityTable(rows)}
          fileName={`operational-intensity-${dtype}`}
        >
          <IntensityChart
            rows={rows}
            isLinear={view.scale === 'linear'}
            ridge={water?.ridge}
            groupWidth={setting.groupWidth}
            label={`${words.chart(dtype)}. ${sentence}`}
          />
        </ChartFrame>
        <ul className="legend" aria-label={words.legend}>
          {convolutionForms.map((form) => (
            <li key={form}>
              <svg width="34" height="10" aria-hidden="true">
                <line
                  x1="0"
                  x2="34"
                  y1="5"
                  y2="5"
                  stroke={formStyles[form].colour}
                  strokeDasharray={formStyles[form].dash}
                  strokeWidth="2.5"
                />
              </svg>
              {form === 'grouped' ? words.groupsOf(setting.groupWidth) : words.forms[form]}
            </li>
          ))}
        </ul>
        {water !== undefined && (
          <p className="quiet-text">
            {words.ridgeOrigin(
              water.machine,
              formatOperationsPerSecond(water.peakOperationsPerSecond),
              water.dtype,
              formatBytesPerSecond(water.bytesPerSecond),
            )}
          </p>
        )}
        <p className="quiet-text">{words.source}</p>
      </div>
    </>
  );
}

/** The ridge of the run's machine, for the data type where it was measured; with no data type, for the first measured. */
function waterOf({ ceilings, machine }: RunReport, dtype: DataType | undefined) {
  const found = ceilings.find((candidate) => dtype === undefined || candidate.dtype === dtype);
  const dram = found?.levels.find(({ level }) => level === 'DRAM');
  if (found === undefined || dram === undefined) return undefined;
  const { peakOperationsPerSecond } = found;
  const { bytesPerSecond } = dram;
  return {
    machine: machine.machine.name,
    dtype: found.dtype,
    peakOperationsPerSecond,
    bytesPerSecond,
    ridge: ridge({ peakOperationsPerSecond, bytesPerSecond }),
  };
}
