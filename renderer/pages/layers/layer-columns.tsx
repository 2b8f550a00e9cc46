import type { ReactNode } from 'react';
import { totalNs } from '../../../core/analysis/can-win.ts';
import type { Layer } from '../../../core/analysis/diagnosis.ts';
import { formatNs, formatPercent, formatRatio } from '../../../core/format/units.ts';
import { limitStyle } from '../../charts/limit-style.ts';
import type { TableData } from '../../charts/table-data.ts';
import type { Column } from '../../components/sortable-table.tsx';
import { limitTexts } from '../../texts/charts.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { terms } from '../../texts/terms.ts';
import { detailTexts } from '../run/detail-texts.ts';
import { layersTexts } from './texts.ts';

interface Term {
  readonly name: string;
  readonly meaning: string;
}

/** Below this a memory gap is not worth a column. */
const notableMemoryGap = 1.05;

export function layerColumns(by: 'kernel' | 'block', layers: readonly Layer[]): Column<Layer>[] {
  const words = layersTexts;
  const number = (
    key: string,
    { name, meaning }: Term,
    value: (layer: Layer) => number | null,
    format: (value: number) => string,
  ): Column<Layer> => ({
    key,
    title: name,
    meaning,
    align: 'right',
    // What is not known comes last when the largest are first.
    value: (layer) => value(layer) ?? -1,
    cell: (layer) => {
      const known = value(layer);
      return known === null ? <span className="unknown">{sharedTexts.none}</span> : format(known);
    },
  });
  const text = (
    key: string,
    { name, meaning }: Term,
    value: (layer: Layer) => string,
    cell: (layer: Layer) => ReactNode = value,
  ): Column<Layer> => ({ key, title: name, meaning, value, cell });
  return [
    number('order', { name: detailTexts.order, meaning: words.orderMeaning }, ({ order }) => order, String),
    text('name', by === 'block' ? words.block : terms.kernel, ({ name }) => name),
    ...(by === 'block' ? [number('kernels', words.kernels, ({ kernels }) => kernels, String)] : []),
    number('latency', words.time, ({ latencyNs }) => latencyNs, formatNs),
    number('share', terms.share, ({ share }) => share, formatPercent),
    number('canWin', words.canWin, ({ canWin }) => canWin && totalNs(canWin), formatNs),
    number('kernelGap', terms.kernelGap, ({ kernelGap }) => kernelGap, formatRatio),
    ...(layers.some(({ gaps }) => gaps !== null && gaps.memoryGap >= notableMemoryGap)
      ? [number('memoryGap', terms.memoryGap, ({ gaps }) => gaps?.memoryGap ?? null, formatRatio)]
      : []),
    text(
      'limit',
      words.limit,
      ({ limit }) => (limit === null ? sharedTexts.unknown : limitTexts.names[limit]),
      ({ limit }) =>
        limit === null ? (
          <span className="unknown">{sharedTexts.unknown}</span>
        ) : (
          <span className="limit">
            <svg width="10" height="10" aria-hidden="true">
              <rect width="10" height="10" rx="2" fill={limitStyle(limit).colour} />
            </svg>
            {limitTexts.names[limit]}
          </span>
        ),
    ),
    text(
      'advice',
      words.advice,
      ({ advice }) => words.advices[advice].short,
      ({ advice }) => <abbr title={words.advices[advice].long}>{words.advices[advice].short}</abbr>,
    ),
  ];
}

/** For the clipboard and files: the same columns, with all digits. */
export function layerTable(layers: readonly Layer[]): TableData {
  const words = layersTexts.columns;
  return {
    columns: Object.values(words),
    rows: layers.map((layer) => [
      layer.order,
      layer.name,
      layer.block,
      layer.blockKind,
      layer.kernels,
      layer.operations,
      layer.bytes,
      layer.latencyNs === null ? null : layer.latencyNs / 1e3,
      layer.share === null ? null : 100 * layer.share,
      layer.idealNs / 1e3,
      layer.waterlineNs / 1e3,
      layer.efficiency === null ? null : 100 * layer.efficiency,
      layer.gaps?.memoryGap ?? null,
      layer.kernelGap,
      layer.canWin === null ? null : layer.canWin.kernelNs / 1e3,
      layer.canWin === null ? null : layer.canWin.fusionNs / 1e3,
      layer.limit === null ? null : limitTexts.names[layer.limit],
      layersTexts.advices[layer.advice].long,
    ]),
  };
}
