import type { Layer } from '../../../core/analysis/diagnosis.ts';
import { formatNs, formatPercent } from '../../../core/format/units.ts';
import { sumLayers } from '../../charts/time-bar-data.ts';
import { canWinText } from './can-win-text.ts';
import { layersTexts } from './texts.ts';

interface SumsProps {
  readonly layers: readonly Layer[];
  /** Kernels of the plan. */
  readonly all: number;
  readonly onZoom: (() => void) | undefined;
  readonly onShowAll: (() => void) | undefined;
}

/** What the selected kernels take together, and what they could win. */
export function Sums({ layers, all, onZoom, onShowAll }: SumsProps) {
  const words = layersTexts.sums;
  const sums = sumLayers(layers);
  return (
    <div className="selection" aria-live="polite">
      <span>
        {words.sentence(sums.layers, all, formatNs(sums.latencyNs), formatPercent(sums.share))}{' '}
        <strong>{canWinText(sums)}</strong>
      </span>
      {onZoom !== undefined && (
        <button type="button" className="small" onClick={onZoom}>
          {words.zoom}
        </button>
      )}
      {onShowAll !== undefined && (
        <button type="button" className="small" onClick={onShowAll}>
          {words.all}
        </button>
      )}
    </div>
  );
}
