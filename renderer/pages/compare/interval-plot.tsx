/** Every result on one axis: its change with the 95% interval, over the noise between equal runs of this machine. */
import { bothOf } from '../../../core/format/compared.ts';
import type { ComparedRow } from '../../../core/protocol/compare.ts';
import { SidePanel } from '../../components/side-panel.tsx';
import { useViewState } from '../../view-state.ts';
import { ComparedReason } from './compared-reason.tsx';
import { type IntervalRow, intervalAxis } from './interval-data.ts';
import { compareTexts } from './texts.ts';
import { VerdictMark } from './verdict-mark.tsx';

const width = 400;
const rowHeight = 26;
const inset = 26;

export function IntervalPlot({ rows }: { rows: readonly ComparedRow[] }) {
  const words = compareTexts.plot;
  const [view, changeView] = useViewState();
  const { ticks, rows: shown } = intervalAxis(rows);
  const opened = rows.find(({ after }) => after.measurementId === view.why);
  return (
    <>
      <table className="interval-plot" aria-label={words.title}>
        <thead>
          <tr>
            <th scope="col">{words.result}</th>
            <th scope="col">
              <svg width={width} height={34} aria-hidden="true">
                <text className="tick" x={inset} y={11}>
                  {words.faster}
                </text>
                <text className="tick" x={width - inset} y={11} textAnchor="end">
                  {words.slower}
                </text>
                {ticks.map(({ at, label }) => (
                  <text key={label} className="tick" x={along(at)} y={29} textAnchor="middle">
                    {label}
                  </text>
                ))}
              </svg>
            </th>
            <th scope="col" className="right">
              {words.change}
            </th>
            <th scope="col" className="right">
              {words.upTo}
            </th>
            <th scope="col">{compareTexts.verdict.name}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => {
            const { effect, verdict, model, after } = one.row;
            const name = `${model}, ${bothOf(one.row, 'plan')}`;
            return (
              <tr key={after.measurementId}>
                <th scope="row">{name}</th>
                <td>
                  <Interval one={one} ticks={ticks.map(({ at }) => at)} />
                </td>
                <td className="right">{signed(effect.ratio)}</td>
                <td className="right">{signed(effect.high)}</td>
                <td>
                  <VerdictMark verdict={verdict} />
                </td>
                <td>
                  <button
                    type="button"
                    className="small"
                    aria-label={words.whyOf(name)}
                    onClick={() => changeView({ why: after.measurementId })}
                  >
                    {words.why}
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="quiet-text">{words.legend}</p>
      {opened !== undefined && (
        <SidePanel
          title={`${opened.model}, ${bothOf(opened, 'plan')}`}
          onClose={() => changeView({ why: undefined })}
        >
          <ComparedReason row={opened} />
        </SidePanel>
      )}
    </>
  );
}

function Interval({ one, ticks }: { one: IntervalRow; ticks: readonly number[] }) {
  const { low, estimate, high, isCutLow, isCutHigh, noise, row } = one;
  const middle = rowHeight / 2;
  const arrow = (at: number, by: number) => `M${along(at)} ${middle - 4}l${by} 4l${-by} 4z`;
  return (
    <svg width={width} height={rowHeight} aria-hidden="true" className={row.verdict.toLowerCase()}>
      {ticks.map((at) => (
        <line
          key={at}
          className={at === 0.5 ? 'axis' : 'grid'}
          x1={along(at)}
          x2={along(at)}
          y2={rowHeight}
        />
      ))}
      <rect
        className="noise-band"
        x={along(noise.low)}
        width={along(noise.high) - along(noise.low)}
        y={3}
        height={rowHeight - 6}
      />
      <line className="interval" x1={along(low)} x2={along(high)} y1={middle} y2={middle} />
      {isCutLow ? (
        <path className="end" d={arrow(low, -7)} />
      ) : (
        <line className="interval" x1={along(low)} x2={along(low)} y1={middle - 5} y2={middle + 5} />
      )}
      {isCutHigh ? (
        <path className="end" d={arrow(high, 7)} />
      ) : (
        <line className="interval" x1={along(high)} x2={along(high)} y1={middle - 5} y2={middle + 5} />
      )}
      <circle className="end" cx={along(estimate)} cy={middle} r={4} />
    </svg>
  );
}

function along(at: number): number {
  return inset + at * (width - 2 * inset);
}

function signed(ratio: number): string {
  const percent = 100 * (ratio - 1);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent).toFixed(1)}%`;
}
