/** The axes of charts that are drawn by hand. Their drawing begins at the left end of the horizontal one, and at the top of the vertical one. */

export interface Tick {
  /** In pixels. */
  readonly at: number;
  readonly label: string;
}

interface AxisProps {
  readonly size: { readonly width: number; readonly height: number };
  readonly ticks: readonly Tick[];
  readonly title: string;
  readonly withGrid?: boolean;
}

export function HorizontalAxis({ size: { width, height }, ticks, title, withGrid = false }: AxisProps) {
  return (
    <g>
      {ticks.map(({ at, label }) => (
        <g key={label}>
          {withGrid ? (
            <line className="grid" x1={at} x2={at} y1={0} y2={height} />
          ) : (
            <line className="axis" x1={at} x2={at} y1={height} y2={height + 5} />
          )}
          <text className="tick" x={at} y={height + 17} textAnchor="middle">
            {label}
          </text>
        </g>
      ))}
      <line className="axis" x1={0} x2={width} y1={height} y2={height} />
      <text className="title" x={width / 2} y={height + 37} textAnchor="middle">
        {title}
      </text>
    </g>
  );
}

export function VerticalAxis({ size: { width, height }, ticks, title, withGrid = true }: AxisProps) {
  return (
    <g>
      {ticks.map(({ at, label }) => (
        <g key={label}>
          {withGrid && <line className="grid" x1={0} x2={width} y1={at} y2={at} />}
          <text className="tick" x={-8} y={at} textAnchor="end" dominantBaseline="central">
            {label}
          </text>
        </g>
      ))}
      <line className="axis" x1={0} x2={0} y1={0} y2={height} />
      <text className="title" transform={`translate(-44 ${height / 2}) rotate(-90)`} textAnchor="middle">
        {title}
      </text>
    </g>
  );
}
