import type { CanWin } from '../../../core/analysis/can-win.ts';
import { formatNs } from '../../../core/format/units.ts';
import { layersTexts } from './texts.ts';

export function canWinText({ kernelNs, fusionNs }: CanWin): string {
  return layersTexts.sums.canWin(formatNs(kernelNs), fusionNs === 0 ? null : formatNs(fusionNs));
}
