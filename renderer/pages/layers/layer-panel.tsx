/** Everything that is known of one layer. */
import type { Layer } from '../../../core/analysis/diagnosis.ts';
import { formatBlockKind } from '../../../core/format/block-kind.ts';
import type { Fact } from '../../../core/format/machine.ts';
import {
  formatBytes,
  formatCount,
  formatNs,
  formatPercent,
  formatRatio,
} from '../../../core/format/units.ts';
import type { KernelSummary } from '../../../core/protocol/run.ts';
import { Facts } from '../../components/facts.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { limitTexts } from '../../texts/charts.ts';
import { terms } from '../../texts/terms.ts';
import { detailTexts } from '../run/detail-texts.ts';
import { canWinText } from './can-win-text.ts';
import { layersTexts } from './texts.ts';

interface LayerPanelProps {
  readonly layer: Layer;
  readonly kernels: readonly KernelSummary[];
  readonly onClose: () => void;
}

export function LayerPanel({ layer, kernels, onClose }: LayerPanelProps) {
  const words = layersTexts;
  const { advice, canWin } = layer;
  return (
    <SidePanel title={layer.name} onClose={onClose}>
      <p>
        <strong>{words.advices[advice].short}.</strong> {words.advices[advice].long}
      </p>
      {canWin !== null && <p>{canWinText(canWin)}</p>}
      <Facts facts={layerFacts(layer)} />
      {kernels.map((kernel) => (
        <div key={kernel.name}>
          {kernels.length > 1 && <h3>{kernel.name}</h3>}
          <Facts facts={kernelFacts(kernel, kernels.length > 1)} />
        </div>
      ))}
    </SidePanel>
  );
}

function layerFacts(layer: Layer): Fact[] {
  const words = layersTexts;
  const { latencyNs, share, efficiency, gaps, kernelGap, limit } = layer;
  return [
    [words.block.name, `${layer.block} (${formatBlockKind(layer.blockKind)})`],
    ...(latencyNs === null ? [] : [[words.time.name, formatNs(latencyNs)] as const]),
    ...(share === null ? [] : [[terms.share.name, formatPercent(share)] as const]),
    [terms.ideal.name, formatNs(layer.idealNs)],
    [terms.waterline.name, formatNs(layer.waterlineNs)],
    ...(efficiency === null ? [] : [[terms.efficiency.name, formatPercent(efficiency)] as const]),
    ...(gaps === null ? [] : [[terms.memoryGap.name, formatRatio(gaps.memoryGap)] as const]),
    ...(kernelGap === null ? [] : [[terms.kernelGap.name, formatRatio(kernelGap)] as const]),
    ...(limit === null ? [] : [[terms.limit.name, limitTexts.names[limit]] as const]),
    [terms.operations.name, formatCount(layer.operations)],
    [words.columns.bytes, formatBytes(layer.bytes)],
  ];
}

/** `withTime`: of one of several, whose times the layer does not tell. */
function kernelFacts(
  { implementation, schedule, operators, latencyNs, prediction, traffic }: KernelSummary,
  withTime: boolean,
): Fact[] {
  const words = layersTexts;
  return [
    ...(withTime
      ? [[words.time.name, latencyNs === null ? detailTexts.notTimed : formatNs(latencyNs)] as const]
      : []),
    [terms.implementation.name, implementation],
    ...(schedule === undefined ? [] : [[words.schedule, schedule] as const]),
    ...(prediction === undefined ? [] : [[terms.predicted.name, formatNs(prediction.timeNs)] as const]),
    [words.operators, operators.join(', ')],
    [words.traffic, traffic.map(({ kind, bytes }) => `${kind} ${formatBytes(bytes)}`).join(', ')],
  ];
}
