/** What the axes of all charts by recharts have in common. */
export const axisLook = {
  stroke: 'var(--chart-axis)',
  tick: { fill: 'var(--text-muted)', fontSize: 12 },
} as const;

export const axisTitleLook = { fill: 'var(--text)', fontSize: 12.5 } as const;

/** Of a vertical axis at the left. */
export function verticalTitle(value: string) {
  return {
    ...axisTitleLook,
    value,
    angle: -90,
    position: 'insideLeft',
    style: { textAnchor: 'middle' },
  } as const;
}
