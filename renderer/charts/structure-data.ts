import { canWin, totalNs } from '../../core/analysis/can-win.ts';
import type { BlockStack, Work, WorkKind } from '../../core/analysis/network-structure.ts';
import type { Shape } from '../../core/graph/graph.ts';
import type { KernelSummary } from '../../core/protocol/run.ts';
import { modelsTexts } from '../pages/models/texts.ts';
import type { TableData } from './table-data.ts';

/** The width of a box: the logarithm of its channels, from `least` for 2 to `most` for the most of the network. */
export function boxWidths(shapes: readonly Shape[], least: number, most: number): readonly number[] {
  const logs = shapes.map(({ channels }) => Math.log2(Math.max(2, channels)));
  const largest = Math.max(...logs, 2);
  return logs.map((log) => least + ((most - least) * (log - 1)) / (largest - 1));
}

/** What the kernels of a stack took together, and how much of it could be won. */
export interface StackTime {
  readonly latencyNs: number;
  readonly winNs: number;
}

/** Of those of its kernels that were timed. */
export function timeOfBlocks(names: readonly string[], kernels: readonly KernelSummary[]): StackTime {
  const own = kernels.filter(({ block }) => names.includes(block));
  return {
    latencyNs: own.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0),
    winNs: own.reduce((sum, kernel) => {
      const win = canWin(kernel);
      return sum + (win === undefined ? 0 : totalNs(win));
    }, 0),
  };
}

export function stackTable(stacks: readonly BlockStack[]): TableData {
  const words = modelsTexts.columns;
  return {
    columns: [words.block, words.blocks, words.output, words.operations, words.bytes, words.parameters],
    rows: stacks.map(({ kind, blocks, output, operations, bytes, parameters }) => [
      kind,
      blocks,
      `${output.height}×${output.width}×${output.channels}`,
      operations,
      bytes,
      parameters,
    ]),
  };
}

export function kindTable(kinds: readonly (Work & { readonly kind: WorkKind })[]): TableData {
  const words = modelsTexts.columns;
  return {
    columns: [words.kind, words.kernels, words.operations, words.bytes, words.intensity, words.parameters],
    rows: kinds.map(({ kind, kernels, operations, bytes, parameters }) => [
      modelsTexts.kinds[kind],
      kernels,
      operations,
      bytes,
      bytes === 0 ? null : operations / bytes,
      parameters,
    ]),
  };
}
