import type { ReactNode } from 'react';

interface ChartTooltipProps {
  readonly title: ReactNode;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** What a chart says of the mark that is pointed at. */
export function ChartTooltip({ title, rows }: ChartTooltipProps) {
  return (
    <div className="chart-tooltip">
      <strong>{title}</strong>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
