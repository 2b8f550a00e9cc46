import type { BlockStack, Work, WorkKind } from '../../core/analysis/network-structure.ts';
import { modelsTexts } from '../pages/models/texts.ts';
import type { TableData } from './table-data.ts';

/** The width of a stack's box: the logarithm of its channels, from `least` for 2 to `most` for the most of the network. */
export function boxWidths(stacks: readonly BlockStack[], least: number, most: number): readonly number[] {
  const logs = stacks.map(({ output }) => Math.log2(Math.max(2, output.channels)));
  const largest = Math.max(...logs, 2);
  return logs.map((log) => least + ((most - least) * (log - 1)) / (largest - 1));
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
