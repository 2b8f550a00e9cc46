import type { Padding, Shape } from './graph.ts';

/** How a convolution or pool pads its input. `same` is TensorFlow's rule: the odd pixel goes to the right and bottom. */
export type PaddingRule = 'symmetric' | 'same' | 'valid';

/** Pixels along one axis after a window of `size` moves by `stride` over `length` pixels with `before` + `after` zeros. */
export function windowCount(
  length: number,
  size: number,
  stride: number,
  before: number,
  after: number,
): number {
  return Math.floor((length + before + after - size) / stride) + 1;
}

/** The zeros to add around an input of this shape so that the rule holds. */
export function paddingFor(rule: PaddingRule, input: Shape, kernelSize: number, stride: number): Padding {
  switch (rule) {
    case 'valid':
      return { top: 0, left: 0, bottom: 0, right: 0 };
    case 'symmetric': {
      const all = Math.floor((stride - 1 + (kernelSize - 1)) / 2);
      return { top: all, left: all, bottom: all, right: all };
    }
    case 'same': {
      const total = (length: number) =>
        Math.max((Math.ceil(length / stride) - 1) * stride + kernelSize - length, 0);
      const vertical = total(input.height);
      const horizontal = total(input.width);
      const top = Math.floor(vertical / 2);
      const left = Math.floor(horizontal / 2);
      return { top, left, bottom: vertical - top, right: horizontal - left };
    }
  }
}

/** Height and width that a window operator produces from this input. */
export function windowOutput(input: Shape, kernelSize: number, stride: number, padding: Padding) {
  return {
    height: windowCount(input.height, kernelSize, stride, padding.top, padding.bottom),
    width: windowCount(input.width, kernelSize, stride, padding.left, padding.right),
  };
}
