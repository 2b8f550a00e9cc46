import type { BlockKind } from '../graph/graph.ts';

/** As the literature spells them. */
const names: Readonly<Record<BlockKind, string>> = {
  stem: 'stem',
  conv: 'convolution',
  basic: 'basic block',
  bottleneck: 'bottleneck',
  depthwiseSeparable: 'depthwise separable',
  mbconv: 'MBConv',
  fusedMbconv: 'fused MBConv',
  convnext: 'ConvNeXt',
  convfirst: 'ConvFirst',
  convfirstDownsample: 'ConvFirst, downsampling',
  ffn: 'feed-forward',
  downsample: 'downsampling',
  head: 'head',
};

export function formatBlockKind(kind: BlockKind): string {
  return names[kind];
}
