import type { Graph } from '../graph/graph.ts';

/** An entry of the zoo: a network that can be built at any image size that its strides allow. */
export interface Model {
  /** As timm and torchvision call it, for example `resnet50`. */
  readonly name: string;
  readonly family: string;
  /** Pixels along each side of the image that its published accuracy belongs to. */
  readonly defaultSize: number;
  /** What of it is not from a published description; shown wherever the model is. */
  readonly reconstruction?: string;
  /** Throws where the image is too small for it. */
  build(imageSize?: number): Graph;
}
