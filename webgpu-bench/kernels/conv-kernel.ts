/** What all convolution kernels have in common: input, weights, biases and output, and the residual where there is one. */
import { activationFunctionTexts, type KernelSource, type KernelText, kernelSource } from '../wgsl/module.ts';
import { activationsOf, type Epilogue, hasResidual } from './epilogue.ts';

export function convKernel(
  text: Omit<KernelText, 'bindings' | 'functions'> & { readonly epilogue: Epilogue },
): KernelSource {
  const { epilogue, ...rest } = text;
  return kernelSource({
    ...rest,
    bindings: [
      { name: 'input', access: 'read' },
      { name: 'weights', access: 'read' },
      { name: 'biases', access: 'read' },
      ...(hasResidual(epilogue) ? ([{ name: 'residual', access: 'read' }] as const) : []),
      { name: 'output', access: 'read_write' },
    ],
    functions: activationFunctionTexts(activationsOf(epilogue)),
  });
}
