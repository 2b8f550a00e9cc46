/** Clock, temperature and load while it is measured, each as a small trace. */
import type { ConditionsSample } from '../../../core/protocol/api.ts';
import { useConditions } from '../../api/queries.ts';
import { profileTexts } from './texts.ts';
import { tracePath } from './trace.ts';

const width = 240;
const height = 36;

interface Quantity {
  readonly key: 'clock' | 'temperature' | 'load';
  readonly value: (sample: ConditionsSample) => number | null;
  readonly format: (value: number) => string;
}

const quantities: readonly Quantity[] = [
  { key: 'clock', value: ({ clockHz }) => clockHz, format: (hz) => `${(hz / 1e9).toFixed(2)} GHz` },
  {
    key: 'temperature',
    value: ({ temperatureCelsius }) => temperatureCelsius,
    format: (celsius) => `${celsius.toFixed(0)} °C`,
  },
  {
    key: 'load',
    value: ({ busyFraction }) => busyFraction,
    format: (share) => `${(100 * share).toFixed(0)}%`,
  },
];

export function ConditionsCard({ runId }: { runId: string }) {
  const words = profileTexts.conditions;
  const samples = useConditions(runId).data ?? [];
  const told = quantities.filter(({ value }) => samples.some((sample) => value(sample) !== null));
  const untold = quantities.filter((quantity) => !told.includes(quantity));
  return (
    <section className="card" aria-label={words.title}>
      <h2>{words.title}</h2>
      <div className="traces">
        {told.map((quantity) => (
          <Trace key={quantity.key} quantity={quantity} samples={samples} />
        ))}
      </div>
      {/* The load takes two looks. */}
      {samples.length > 1 && untold.length > 0 && (
        <p className="quiet-text">{words.untold(untold.map(({ key }) => words.names[key]))}</p>
      )}
    </section>
  );
}

function Trace({
  quantity: { key, value, format },
  samples,
}: {
  quantity: Quantity;
  samples: readonly ConditionsSample[];
}) {
  const words = profileTexts.conditions;
  const points = samples.flatMap((sample) => {
    const y = value(sample);
    return y === null ? [] : [{ x: sample.atSeconds, y }];
  });
  const values = points.map(({ y }) => y);
  const [low, high, last] = [Math.min(...values), Math.max(...values), values.at(-1) ?? Number.NaN];
  const sentence = words.sentence(words.names[key], format(last), format(low), format(high));
  return (
    <div className="trace">
      <span>{words.names[key]}</span>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={sentence} preserveAspectRatio="none">
        <path d={tracePath(points, key === 'load' ? { low: 0, high: 1 } : undefined, { width, height })} />
      </svg>
      <strong>{format(last)}</strong>
      <small>{words.range(format(low), format(high))}</small>
    </div>
  );
}
