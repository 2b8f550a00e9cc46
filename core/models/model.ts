import type { Graph } from '../graph/graph.ts';

/** The family of whatever is not in the zoo. */
export const importedFamily = 'imported';

/** An entry of the zoo, which can be built at any image size that its strides allow; or an imported network, which has one. */
export interface Model {
  /** As timm and torchvision call it, for example `resnet50`. */
  readonly name: string;
  readonly family: string;
  /** Pixels along each side of the image that its published accuracy belongs to. */
  readonly defaultSize: number;
  /** What of it is not from a published description; shown wherever the model is. */
  readonly reconstruction?: string;
  /** The file that an imported one was read from. */
  readonly source?: string;
  /** Throws where the image is too small for it, or an imported network has another size. */
  build(imageSize?: number): Graph;
}
