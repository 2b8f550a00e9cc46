/** Every sample of a measurement in order, by rounds: whether the machine was quiet shows at a glance. */
import { CartesianGrid, ReferenceLine, Scatter, ScatterChart, XAxis, YAxis } from 'recharts';
import { tickFormat, ticksBetween } from '../../core/charts/axis.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { axisLook, verticalTitle } from './recharts-look.ts';
import { type SampleMark, sampleMarks } from './sample-marks.ts';
import { useWidth } from './use-width.ts';

interface SampleChartProps {
  readonly rounds: Parameters<typeof sampleMarks>[0];
  readonly medianNs: number;
}

export function SampleChart({ rounds, medianNs }: SampleChartProps) {
  const words = detailTexts;
  const [frame, width] = useWidth();
  const marks = sampleMarks(rounds);
  const count = rounds.reduce((sum, { samplesNs }) => sum + samplesNs.length, 0);
  const all = marks.map(({ ms }) => ms);
  const ticks = ticksBetween(Math.min(...all), Math.max(...all), 4);
  let last = 0.5;
  const borders = rounds.map(({ samplesNs }) => {
    last += samplesNs.length;
    return last;
  });
  return (
    <figure ref={frame} className="sample-chart">
      <ScatterChart
        width={width}
        height={150}
        margin={{ top: 8, right: 8, bottom: 0, left: 8 }}
        title={words.samples}
      >
        <CartesianGrid stroke="var(--chart-grid)" vertical={false} />
        <XAxis {...axisLook} type="number" dataKey="index" domain={[1, count]} allowDecimals={false} />
        <YAxis
          {...axisLook}
          type="number"
          dataKey="ms"
          width={64}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          ticks={ticks}
          tickFormatter={tickFormat(ticks)}
          label={verticalTitle(words.sampleAxis)}
        />
        {borders.slice(0, -1).map((border) => (
          <ReferenceLine key={border} x={border} stroke="var(--chart-axis)" strokeDasharray="2 3" />
        ))}
        <ReferenceLine y={medianNs / 1e6} stroke="var(--accent)" />
        <Scatter
          data={marks}
          isAnimationActive={false}
          shape={(mark: unknown) => <Mark {...(mark as Drawn)} />}
        />
      </ScatterChart>
    </figure>
  );
}

interface Drawn extends SampleMark {
  readonly cx?: number;
  readonly cy?: number;
}

/** Of another shape where it is another kind: colour alone would not do. */
function Mark({ cx = 0, cy = 0, kind }: Drawn) {
  switch (kind) {
    case 'inside':
      return <circle cx={cx} cy={cy} r={2} fill="var(--text-muted)" />;
    case 'mild':
      return <circle cx={cx} cy={cy} r={3} fill="none" stroke="var(--warning)" strokeWidth={1.5} />;
    case 'severe':
      return <path d={`M${cx} ${cy - 4}l4 7h-8z`} fill="var(--warning)" />;
    case 'setAside':
      return (
        <path
          d={`M${cx - 2.5} ${cy - 2.5}l5 5m0 -5l-5 5`}
          stroke="var(--text-muted)"
          strokeOpacity={0.7}
          fill="none"
        />
      );
  }
}
