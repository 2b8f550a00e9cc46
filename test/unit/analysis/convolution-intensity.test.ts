import { describe, expect, it } from 'vitest';
import { convolutionIntensity, convolutionWork } from '../../../core/analysis/convolution-intensity.ts';
import { countOperator } from '../../../core/graph/count.ts';
import type { Conv2dOperator, ConvolutionForm } from '../../../core/graph/graph.ts';

const paper = { imageSize: 56, batch: 128, dtype: 'fp16', groupWidth: 32, countWeights: false } as const;

describe('operational intensity of convolutions', () => {
  it.each([
    ['dense', 16, 72],
    ['dense', 256, 1152],
    ['grouped', 32, 144],
    ['grouped', 512, 144],
    ['depthwise', 64, 4.5],
    ['pointwise', 16, 12.8],
    ['pointwise', 256, 204.8],
  ] as const)('of a %s one of %d channels is the paper’s %d', (form, channels, intensity) => {
    expect(convolutionIntensity(form, channels, paper)).toBeCloseTo(intensity, 9);
  });

  it('is half for elements of twice the size, and does not depend on the batch while weights are not counted', () => {
    expect(convolutionIntensity('dense', 64, { ...paper, dtype: 'fp32' })).toBeCloseTo(144, 9);
    expect(convolutionIntensity('dense', 64, { ...paper, batch: 1 })).toBeCloseTo(288, 9);
  });

  it('is lower with weights, the more so for a small image', () => {
    const withWeights = (imageSize: number) =>
      convolutionIntensity('dense', 512, { ...paper, batch: 1, imageSize, countWeights: true }) ?? 0;
    expect(withWeights(56)).toBeLessThan(2304);
    expect(withWeights(7)).toBeLessThan(withWeights(56) / 5);
  });

  it('has no value for channels that make no group', () => {
    expect(convolutionIntensity('grouped', 16, paper)).toBeUndefined();
  });

  it.each(['dense', 'grouped', 'depthwise', 'pointwise'] as const)(
    'counts the work of a %s one as the graph does',
    (form: ConvolutionForm) => {
      const size = form === 'pointwise' ? 1 : 3;
      const out = form === 'pointwise' ? 256 : 64;
      const operator: Conv2dOperator = {
        id: 1,
        name: 'conv',
        block: 0,
        inputs: [0],
        kind: 'conv2d',
        output: { height: 14, width: 14, channels: out },
        inChannels: 64,
        outChannels: out,
        kernelHeight: size,
        kernelWidth: size,
        stride: 1,
        padding: { top: 1, left: 1, bottom: 1, right: 1 },
        groups: { dense: 1, pointwise: 1, grouped: 2, depthwise: 64 }[form],
        bias: false,
        batchNorm: false,
        layerScale: false,
      };
      const { macs, weightElements } = countOperator({ name: 'g', operators: [], blocks: [] }, operator);
      const setting = { ...paper, imageSize: 14, batch: 2, countWeights: true };
      expect(convolutionWork(form, 64, setting)).toEqual({
        operations: 2 * 2 * macs,
        bytes: 2 * (2 * 14 * 14 * (64 + out) + weightElements),
      });
    },
  );
});
