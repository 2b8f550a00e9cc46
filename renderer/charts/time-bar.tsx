/** All of the time of a plan from left to right: blocks above, their kernels below. By hand: recharts has no flame chart. */
import { useState } from 'react';
import type { Layer } from '../../core/analysis/diagnosis.ts';
import { formatNs, formatPercent, formatRatio } from '../../core/format/units.ts';
import { layersTexts } from '../pages/layers/texts.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { limitTexts } from '../texts/charts.ts';
import { limitStyle } from './limit-style.ts';
import { placeInTime } from './time-bar-data.ts';
import { useWidth } from './use-width.ts';

interface TimeBarProps {
  readonly blocks: readonly Layer[];
  readonly kernels: readonly Layer[];
  readonly label: string;
  readonly onChoose: (block: string) => void;
}

const rowHeight = 30;
const gap = 3;
const characterWidth = 6.6;

export function TimeBar({ blocks, kernels, label, onChoose }: TimeBarProps) {
  const words = layersTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const rows = [placeInTime(blocks, width), placeInTime(kernels, width)];
  const [pointed, setPointed] = useState<Layer>();
  const step = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Enter' && pointed !== undefined) onChoose(pointed.block);
    if (by === undefined) return;
    event.preventDefault();
    const index = kernels.findIndex(({ order }) => order === pointed?.order);
    setPointed(
      kernels[(index === -1 && by < 0 ? kernels.length - 1 : index + by + kernels.length) % kernels.length],
    );
  };
  return (
    <figure ref={frame} className="time-bar drawing">
      <svg
        width={width}
        height={2 * rowHeight + gap}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read out one kernel after the other
        tabIndex={0}
        onKeyDown={step}
        onBlur={() => setPointed(undefined)}
        onPointerLeave={() => setPointed(undefined)}
      >
        {rows.map((row, rowIndex) => (
          <g
            key={rowIndex === 0 ? 'blocks' : 'kernels'}
            transform={`translate(0 ${rowIndex * (rowHeight + gap)})`}
          >
            {row.map(({ layer, x, width: wide }) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: Enter does it for the one that the arrows chose
              <g
                key={layer.order}
                className="pointable"
                onPointerMove={() => setPointed(layer)}
                onClick={() => onChoose(layer.block)}
              >
                <rect
                  className={layer === pointed ? 'chosen' : undefined}
                  x={x}
                  width={Math.max(0.5, wide - (wide > 3 ? 1 : 0))}
                  height={rowHeight}
                  fill={layer.limit === null ? 'var(--line)' : limitStyle(layer.limit).colour}
                />
                {wide > characterWidth * layer.name.length + 8 && (
                  <text
                    className="part-name"
                    x={x + wide / 2}
                    y={rowHeight / 2}
                    textAnchor="middle"
                    dominantBaseline="central"
                  >
                    {layer.name}
                  </text>
                )}
              </g>
            ))}
          </g>
        ))}
      </svg>
      <p className="readout" aria-live="polite">
        {pointed === undefined ? words.pointAtPart : readout(pointed)}
      </p>
    </figure>
  );
}

function readout({ name, latencyNs, share, kernelGap, limit }: Layer): string {
  if (latencyNs === null || share === null || limit === null) return `${name}: ${detailTexts.notTimed}.`;
  return layersTexts.readout(
    name,
    formatNs(latencyNs),
    formatPercent(share),
    kernelGap === null ? null : formatRatio(kernelGap),
    limitTexts.names[limit],
  );
}
