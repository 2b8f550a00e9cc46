/** Every sample of a measurement in order: whether the machine was quiet shows at a glance. */
import { CartesianGrid, ReferenceLine, Scatter, ScatterChart, XAxis, YAxis } from 'recharts';
import { tickFormat, ticksBetween } from '../../core/charts/axis.ts';
import { texts } from '../texts.ts';
import { useWidth } from './use-width.ts';

interface SampleChartProps {
  readonly samplesNs: readonly number[];
  readonly medianNs: number;
}

/** More marks than that are slow to draw, and no clearer. */
const mostMarks = 600;

export function SampleChart({ samplesNs, medianNs }: SampleChartProps) {
  const words = texts.detail;
  const [frame, width] = useWidth();
  const step = Math.ceil(samplesNs.length / mostMarks);
  const samples = samplesNs.flatMap((ns, index) =>
    index % step === 0 ? [{ index: index + 1, ms: ns / 1e6 }] : [],
  );
  const all = samples.map(({ ms }) => ms);
  const ticks = ticksBetween(Math.min(...all), Math.max(...all), 4);
  const axis = { stroke: 'var(--chart-axis)', tick: { fill: 'var(--text-muted)', fontSize: 12 } } as const;
  return (
    <figure ref={frame} className="sample-chart">
      <ScatterChart
        width={width}
        height={150}
        margin={{ top: 8, right: 8, bottom: 0, left: 8 }}
        title={words.samples}
      >
        <CartesianGrid stroke="var(--chart-grid)" vertical={false} />
        <XAxis {...axis} type="number" dataKey="index" domain={[1, samplesNs.length]} allowDecimals={false} />
        <YAxis
          {...axis}
          type="number"
          dataKey="ms"
          width={64}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          ticks={ticks}
          tickFormatter={tickFormat(ticks)}
          label={{
            value: words.sampleAxis,
            angle: -90,
            position: 'insideLeft',
            fill: 'var(--text)',
            fontSize: 12.5,
            style: { textAnchor: 'middle' },
          }}
        />
        <ReferenceLine y={medianNs / 1e6} stroke="var(--accent)" />
        <Scatter
          data={samples}
          isAnimationActive={false}
          shape={({ cx = 0, cy = 0 }: { cx?: number | undefined; cy?: number | undefined }) => (
            <circle cx={cx} cy={cy} r={2} fill="var(--text-muted)" />
          )}
        />
      </ScatterChart>
    </figure>
  );
}
