/** A network from its image to its classes as a stack of boxes, each as wide as its channels. By hand, as the paper's diagrams. */
import type { BlockStack } from '../../core/analysis/network-structure.ts';
import { formatBlockKind } from '../../core/format/block-kind.ts';
import { formatCount, formatNs, formatPercent } from '../../core/format/units.ts';
import type { Shape } from '../../core/graph/graph.ts';
import { modelsTexts } from '../pages/models/texts.ts';
import { boxWidths, type StackTime } from './structure-data.ts';
import { useWidth } from './use-width.ts';

interface StructureChartProps {
  readonly image: Shape;
  readonly stacks: readonly BlockStack[];
  /** Of each stack; undefined where none was measured. */
  readonly times: readonly StackTime[] | undefined;
  readonly label: string;
  readonly selected: string | undefined;
  readonly onSelect: (stack: BlockStack) => void;
}

const rowHeight = 29;
const boxHeight = 22;
const nameWidth = 150;
const wordsWidth = 215;
/** Of the bars of time, at the right. */
const timeWidth = 205;
const timeWordsWidth = 132;

export function StructureChart(props: StructureChartProps) {
  const { image, stacks, times, label, selected, onSelect } = props;
  const [frame, width] = useWidth<HTMLElement>();
  const right = wordsWidth + (times === undefined ? 0 : timeWidth);
  const most = Math.max(100, width - nameWidth - right);
  const centre = nameWidth + most / 2;
  const [imageWidth = 0, ...widths] = boxWidths([image, ...stacks.map(({ output }) => output)], 30, most);
  const allOperations = stacks.reduce((sum, { operations }) => sum + operations, 0);
  const longestNs = Math.max(1, ...(times ?? []).map(({ latencyNs }) => latencyNs));
  const box = (boxWidth: number) => ({
    x: centre - boxWidth / 2,
    width: boxWidth,
    height: boxHeight,
    rx: 4,
  });
  return (
    <figure ref={frame} className="drawing structure">
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no set of fields */}
      <svg width={width} height={(stacks.length + 1) * rowHeight + 2} role="group" aria-label={label}>
        <g transform="translate(0 1)">
          <text x={nameWidth - 12} y={boxHeight / 2} textAnchor="end" dominantBaseline="central">
            {modelsTexts.image}
          </text>
          <rect className="image-box" {...box(imageWidth)} />
          <text className="tick" x={nameWidth + most + 12} y={boxHeight / 2} dominantBaseline="central">
            {shapeText(image)}
          </text>
        </g>
        {stacks.map((stack, index) => {
          const { kind, name, blocks, output, operations } = stack;
          const share = allOperations === 0 ? 0 : operations / allOperations;
          const time = times?.[index];
          const title = `${formatBlockKind(kind)}${blocks > 1 ? ` ×${blocks}` : ''}`;
          return (
            // biome-ignore lint/a11y/useSemanticElements: a button cannot be drawn into a drawing
            <g
              key={name}
              className="pointable node"
              transform={`translate(0 ${(index + 1) * rowHeight + 1})`}
              role="button"
              tabIndex={0}
              aria-label={modelsTexts.open(title, name)}
              aria-pressed={name === selected}
              onClick={() => onSelect(stack)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' && event.key !== ' ') return;
                event.preventDefault();
                onSelect(stack);
              }}
            >
              <rect className="hit" x={0} y={-3} width={width} height={rowHeight} />
              <line className="axis" x1={centre} x2={centre} y1={boxHeight - rowHeight} y2={0} />
              <text x={nameWidth - 12} y={boxHeight / 2} textAnchor="end" dominantBaseline="central">
                {title}
              </text>
              <rect
                className={name === selected ? 'box chosen' : 'box'}
                {...box(widths[index] ?? 0)}
                // The more operations, the darker.
                fillOpacity={0.12 + 0.88 * share}
              />
              <text className="tick" x={nameWidth + most + 12} y={boxHeight / 2} dominantBaseline="central">
                {modelsTexts.box(shapeText(output), formatCount(operations), formatPercent(share))}
              </text>
              {time !== undefined && (
                <g transform={`translate(${nameWidth + most + wordsWidth} 0)`}>
                  <TimeParts time={time} scale={(timeWidth - timeWordsWidth) / longestNs} />
                </g>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** What is bound, and what can be won. */
function TimeParts({ time: { latencyNs, winNs }, scale }: { time: StackTime; scale: number }) {
  const bound = (latencyNs - winNs) * scale;
  return (
    <>
      <rect className="bar-arithmetic" x={0} y={5} width={bound} height={12} />
      <rect className="part-lost" x={bound} y={5} width={winNs * scale} height={12} />
      <text x={latencyNs * scale + 6} y={boxHeight / 2} dominantBaseline="central">
        {modelsTexts.stackTime(formatNs(latencyNs), formatNs(winNs))}
      </text>
    </>
  );
}

function shapeText({ height, width, channels }: Shape): string {
  return `${height}×${width}×${channels}`;
}
