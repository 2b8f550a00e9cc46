/** A network from its image to its classes as a stack of boxes, each as wide as its channels. By hand, as the paper's diagrams. */
import type { BlockStack } from '../../core/analysis/network-structure.ts';
import { formatCount, formatPercent } from '../../core/format/units.ts';
import { modelsTexts } from '../pages/models/texts.ts';
import { boxWidths } from './structure-data.ts';
import { useWidth } from './use-width.ts';

const rowHeight = 34;
const boxHeight = 26;
const labelWidth = 200;

export function StructureChart({ stacks, label }: { stacks: readonly BlockStack[]; label: string }) {
  const words = modelsTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const most = Math.max(120, width - 2 * labelWidth);
  const centre = labelWidth + most / 2;
  const widths = boxWidths(stacks, 34, most);
  const allOperations = stacks.reduce((sum, { operations }) => sum + operations, 0);
  return (
    <figure ref={frame} className="drawing structure">
      <svg width={width} height={stacks.length * rowHeight + 2} role="img" aria-label={label}>
        {stacks.map((stack, index) => {
          const { kind, name, blocks, output, operations } = stack;
          const boxWidth = widths[index] ?? 0;
          const share = allOperations === 0 ? 0 : operations / allOperations;
          return (
            <g key={name} transform={`translate(0 ${index * rowHeight + 1})`}>
              {index > 0 && (
                <line className="axis" x1={centre} x2={centre} y1={boxHeight - rowHeight} y2={0} />
              )}
              <text x={labelWidth - 12} y={boxHeight / 2} textAnchor="end" dominantBaseline="central">
                {kind}
                {blocks > 1 ? ` ×${blocks}` : ''}
              </text>
              <rect
                className="box"
                x={centre - boxWidth / 2}
                width={boxWidth}
                height={boxHeight}
                rx={4}
                // The more operations, the darker.
                fillOpacity={0.12 + 0.88 * share}
              />
              <text className="tick" x={labelWidth + most + 12} y={boxHeight / 2} dominantBaseline="central">
                {words.box(
                  `${output.height}×${output.width}×${output.channels}`,
                  formatCount(operations),
                  formatPercent(share),
                )}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
