/**
 * Operational intensity of the four kinds of convolution over their channels, stride 1, padded to keep the image's size.
 * Operations and bytes as in Lavin, arXiv 2404.03617, whose figure "Conv2d operational intensity vs. channels" this draws: a
 * multiply-accumulate is two operations, each tensor is moved once. The figure neglects the weights, as a large batch allows:
 * its curves are then R·S·C/2 for dense convolutions of as many output as input channels, R·S·w/2 for grouped ones,
 * R·S/2 for depthwise ones and α·C/(1 + α) for pointwise ones that widen α-fold, all at two bytes an element.
 */
import type { ConvolutionForm } from '../graph/graph.ts';
import { bytesPerElement, type DataType } from '../graph/plan.ts';

export interface ConvolutionSetting {
  /** Pixels along each side. */
  readonly imageSize: number;
  readonly batch: number;
  readonly dtype: DataType;
  /** Channels a group of the grouped convolution. */
  readonly groupWidth: number;
  /** Else activations only, as in the paper's figure. */
  readonly countWeights: boolean;
}

/** Height and width of the kernels that are not pointwise. */
export const kernelSize = 3;
/** The pointwise convolution of the figure has four times as many output channels as input channels. */
export const pointwiseExpansion = 4;

/** Operations and bytes of one pass; undefined where so few channels make no whole group. */
export function convolutionWork(
  form: ConvolutionForm,
  channels: number,
  { imageSize, batch, dtype, groupWidth, countWeights }: ConvolutionSetting,
): { readonly operations: number; readonly bytes: number } | undefined {
  if (form === 'grouped' && channels < groupWidth) return undefined;
  const pixels = batch * imageSize * imageSize;
  const outputs = form === 'pointwise' ? pointwiseExpansion * channels : channels;
  const taps = form === 'pointwise' ? 1 : kernelSize * kernelSize;
  const inputsAnOutput = { dense: channels, pointwise: channels, grouped: groupWidth, depthwise: 1 }[form];
  const weights = outputs * inputsAnOutput * taps;
  return {
    operations: 2 * pixels * weights,
    bytes: bytesPerElement[dtype] * (pixels * (channels + outputs) + (countWeights ? weights : 0)),
  };
}

/** Operations a byte. */
export function convolutionIntensity(
  form: ConvolutionForm,
  channels: number,
  setting: ConvolutionSetting,
): number | undefined {
  const work = convolutionWork(form, channels, setting);
  return work && work.operations / work.bytes;
}
