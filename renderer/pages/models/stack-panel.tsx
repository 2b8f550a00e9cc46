/** The properties of a node of the drawing, and what the newest run says of its blocks. */
import type { BlockStack } from '../../../core/analysis/network-structure.ts';
import { formatBlockKind } from '../../../core/format/block-kind.ts';
import type { Fact } from '../../../core/format/machine.ts';
import { formatBytes, formatCount, formatNs } from '../../../core/format/units.ts';
import type { Shape } from '../../../core/graph/graph.ts';
import type { MeasurementDetail } from '../../../core/protocol/run.ts';
import { timeOfBlocks } from '../../charts/structure-data.ts';
import { Facts } from '../../components/facts.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { terms } from '../../texts/terms.ts';
import { formatViewState } from '../../view-state.ts';
import { layersTexts } from '../layers/texts.ts';
import { modelsTexts } from './texts.ts';

interface StackPanelProps {
  readonly stack: BlockStack;
  /** Of what comes before it. */
  readonly input: Shape;
  /** Undefined where the newest run did not measure the network. */
  readonly measured: { readonly runId: string; readonly detail: MeasurementDetail } | undefined;
  readonly onClose: () => void;
}

export function StackPanel({ stack, input, measured, onClose }: StackPanelProps) {
  const words = modelsTexts;
  const shape = ({ height, width, channels }: Shape) => `${height}×${width}×${channels}`;
  const facts: Fact[] = [
    [words.columns.block, stack.blockNames.join(', ')],
    [words.columns.input, shape(input)],
    [words.columns.output, shape(stack.output)],
    [terms.operations.name, formatCount(stack.operations)],
    [words.columns.bytes, formatBytes(stack.bytes)],
    [words.columns.intensity, (stack.operations / stack.bytes).toPrecision(3)],
    [words.columns.parameters, formatCount(stack.parameters)],
    [words.columns.kernels, String(stack.kernels)],
  ];
  return (
    <SidePanel
      title={`${formatBlockKind(stack.kind)}${stack.blocks > 1 ? ` ×${stack.blocks}` : ''}`}
      onClose={onClose}
    >
      <Facts facts={facts} />
      {measured === undefined ? (
        <p className="quiet-text">{words.notMeasured}</p>
      ) : (
        <>
          <h3>{words.measuredAs(measured.detail.summary.plan)}</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.columns.block}</th>
                <th scope="col" className="right">
                  {layersTexts.time.name}
                </th>
                <th scope="col" className="right">
                  {layersTexts.canWin.name}
                </th>
              </tr>
            </thead>
            <tbody>
              {stack.blockNames.map((name) => {
                const { latencyNs, winNs } = timeOfBlocks([name], measured.detail.kernels);
                return (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td className="right">{formatNs(latencyNs)}</td>
                    <td className="right">{formatNs(winNs)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          <p>
            <a
              href={formatViewState({
                page: 'layers',
                run: measured.runId,
                measurement: measured.detail.summary.id,
              })}
            >
              {words.toLayers}
            </a>
          </p>
        </>
      )}
    </SidePanel>
  );
}
