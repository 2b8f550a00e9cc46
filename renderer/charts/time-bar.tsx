/**
 * All of the time of a plan from left to right: blocks above, their kernels below, each filled as high as its bound is of its time. By
 * hand: recharts has no flame chart.
 */
import { useState } from 'react';
import type { Layer } from '../../core/analysis/diagnosis.ts';
import { formatNs, formatPercent, formatRatio } from '../../core/format/units.ts';
import { layersTexts } from '../pages/layers/texts.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { limitTexts } from '../texts/charts.ts';
import { limitStyle } from './limit-style.ts';
import {
  hull,
  isWithin,
  type KernelRange,
  lostShare,
  type PlacedLayer,
  placeInTime,
  rangeOf,
} from './time-bar-data.ts';
import { useWidth } from './use-width.ts';

interface TimeBarProps {
  readonly blocks: readonly Layer[];
  readonly kernels: readonly Layer[];
  readonly label: string;
  readonly selection: KernelRange | undefined;
  /** What fills the width; all of it when undefined. */
  readonly zoom: KernelRange | undefined;
  readonly onSelect: (range: KernelRange | undefined) => void;
}

const heights = [24, 56] as const;
const gap = 3;
const characterWidth = 7;
const nameHeight = 22;

export function TimeBar({ blocks, kernels, label, selection, zoom, onSelect }: TimeBarProps) {
  const words = layersTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const [pointed, setPointed] = useState<Layer>();
  const [dragged, setDragged] = useState<{ from: KernelRange; to: KernelRange }>();
  const inSight = (layer: Layer) => zoom === undefined || isWithin(layer, zoom);
  const shownKernels = kernels.filter(inSight);
  const rows = [placeBlocks(blocks, kernels, zoom, width), placeInTime(shownKernels, width)];
  const marked = dragged === undefined ? selection : hull(dragged.from, dragged.to);

  const onKey = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') onSelect(undefined);
    if (event.key === 'Enter' && pointed !== undefined) onSelect(rangeOf(pointed));
    if (by === undefined) return;
    event.preventDefault();
    const index = shownKernels.findIndex(({ order }) => order === pointed?.order);
    const count = shownKernels.length;
    const next = shownKernels[(index === -1 && by < 0 ? count - 1 : index + by + count) % count];
    if (next === undefined) return;
    setPointed(next);
    if (event.shiftKey) onSelect(hull(selection ?? rangeOf(pointed ?? next), rangeOf(next)));
  };
  const endDrag = () => {
    if (dragged !== undefined) onSelect(hull(dragged.from, dragged.to));
    setDragged(undefined);
  };
  return (
    <figure ref={frame} className="time-bar drawing">
      <svg
        width={width}
        height={heights[0] + gap + heights[1]}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read out one kernel after the other
        tabIndex={0}
        onKeyDown={onKey}
        onBlur={() => setPointed(undefined)}
        onPointerUp={endDrag}
        onPointerLeave={() => {
          endDrag();
          setPointed(undefined);
        }}
      >
        {rows.map((row, rowIndex) => {
          const height = heights[rowIndex === 0 ? 0 : 1];
          return (
            <g
              key={rowIndex === 0 ? 'blocks' : 'kernels'}
              transform={`translate(0 ${rowIndex * (heights[0] + gap)})`}
            >
              {row.map((placed) => (
                <g
                  key={placed.layer.order}
                  className="pointable"
                  onPointerDown={() => setDragged({ from: rangeOf(placed.layer), to: rangeOf(placed.layer) })}
                  onPointerMove={() => {
                    setPointed(placed.layer);
                    if (dragged !== undefined) setDragged({ ...dragged, to: rangeOf(placed.layer) });
                  }}
                >
                  <Part
                    placed={placed}
                    height={height}
                    withLost={rowIndex === 1}
                    isPointed={placed.layer === pointed}
                  />
                </g>
              ))}
            </g>
          );
        })}
        {marked !== undefined && (
          <Selection placed={rows[1]?.filter(({ layer }) => isWithin(layer, marked)) ?? []} />
        )}
      </svg>
      <p className="readout" aria-live="polite">
        {pointed === undefined ? words.pointAtPart : readout(pointed)}
      </p>
    </figure>
  );
}

/** A block is as wide as those of its kernels that are in sight. */
function placeBlocks(
  blocks: readonly Layer[],
  kernels: readonly Layer[],
  zoom: KernelRange | undefined,
  width: number,
): readonly PlacedLayer[] {
  if (zoom === undefined) return placeInTime(blocks, width);
  const placed = placeInTime(
    kernels.filter((kernel) => isWithin(kernel, zoom)),
    width,
  );
  return blocks.flatMap((layer) => {
    const own = placed.filter(({ layer: kernel }) => isWithin(kernel, rangeOf(layer)));
    const [first, last] = [own[0], own.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [{ layer, x: first.x, width: last.x + last.width - first.x }];
  });
}

/** A frame around what is selected. */
function Selection({ placed }: { placed: readonly PlacedLayer[] }) {
  const [first, last] = [placed[0], placed.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <rect
      className="selection-frame"
      x={first.x + 1}
      y={1}
      width={Math.max(2, last.x + last.width - first.x - 2)}
      height={heights[0] + gap + heights[1] - 2}
    />
  );
}

interface PartProps {
  readonly placed: PlacedLayer;
  readonly height: number;
  /** Whether the time above the bound is drawn. */
  readonly withLost: boolean;
  readonly isPointed: boolean;
}

function Part({ placed: { layer, x, width }, height, withLost, isPointed }: PartProps) {
  const drawn = Math.max(0.5, width - (width > 3 ? 1 : 0));
  const lost = withLost ? height * lostShare(layer) : 0;
  const { colour } = limitStyle(layer.bound);
  return (
    <g>
      <rect className="part-lost" x={x} width={drawn} height={lost} />
      <rect x={x} y={lost} width={drawn} height={height - lost} fill={colour} />
      {isPointed && <rect className="outline" x={x} width={drawn} height={height} />}
      {width > characterWidth * layer.name.length + 8 && lost < height - nameHeight && (
        <text
          className="part-name"
          x={x + width / 2}
          y={height - 12}
          textAnchor="middle"
          dominantBaseline="central"
        >
          {layer.name}
        </text>
      )}
    </g>
  );
}

function readout({ name, latencyNs, share, kernelGap, canWin, limit }: Layer): string {
  if (latencyNs === null || share === null || limit === null || canWin === null)
    return `${name}: ${detailTexts.notTimed}.`;
  return layersTexts.readout(
    name,
    formatNs(latencyNs),
    formatPercent(share),
    kernelGap === null ? null : formatRatio(kernelGap),
    formatNs(canWin.kernelNs + canWin.fusionNs),
    limitTexts.names[limit],
  );
}
