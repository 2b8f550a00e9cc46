/** Shares of operations and of bytes by the kind of operator, each as one bar. */
import { Bar, BarChart, XAxis, YAxis } from 'recharts';
import { type Work, type WorkKind, workKinds } from '../../core/analysis/network-structure.ts';
import { modelsTexts } from '../pages/models/texts.ts';
import { axisLook } from './recharts-look.ts';
import { useWidth } from './use-width.ts';

const colours: Readonly<Record<WorkKind, string>> = {
  dense: 'var(--part-ideal)',
  pointwise: 'var(--limit-l2)',
  grouped: 'var(--limit-l3)',
  depthwise: 'var(--limit-dram)',
  linear: 'var(--limit-l1)',
  squeezeExcite: 'var(--part-memory)',
  other: 'var(--limit-unexplained)',
};

interface WorkChartProps {
  readonly kinds: readonly (Work & { readonly kind: WorkKind })[];
  readonly label: string;
}

export function WorkChart({ kinds, label }: WorkChartProps) {
  const [frame, width] = useWidth<HTMLElement>();
  const row = (measure: 'operations' | 'bytes') => {
    const all = kinds.reduce((sum, work) => sum + work[measure], 0) || 1;
    return {
      name: modelsTexts.columns[measure],
      ...Object.fromEntries(kinds.map((work) => [work.kind, (100 * work[measure]) / all])),
    };
  };
  return (
    <figure ref={frame} className="drawing">
      <BarChart
        width={width}
        height={140}
        data={[row('operations'), row('bytes')]}
        layout="vertical"
        margin={{ top: 4, right: 24, bottom: 4, left: 8 }}
        title={label}
      >
        <XAxis {...axisLook} type="number" domain={[0, 100]} ticks={[0, 25, 50, 75, 100]} unit="%" />
        <YAxis {...axisLook} type="category" dataKey="name" width={90} />
        {kinds.map(({ kind }) => (
          <Bar
            key={kind}
            dataKey={kind}
            stackId="share"
            fill={colours[kind]}
            stroke="var(--surface)"
            isAnimationActive={false}
          />
        ))}
      </BarChart>
      <ul className="legend" aria-label={modelsTexts.legend}>
        {workKinds
          .filter((kind) => kinds.some((work) => work.kind === kind))
          .map((kind) => (
            <li key={kind}>
              <svg width="13" height="13" aria-hidden="true">
                <rect width="13" height="13" rx="3" fill={colours[kind]} />
              </svg>
              {modelsTexts.kinds[kind]}
            </li>
          ))}
      </ul>
    </figure>
  );
}
