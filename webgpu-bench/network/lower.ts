/** From a plan to launches: which generated kernel each operator runs as, and which buffers it reads and writes. */
import {
  type Conv2dOperator,
  type Graph,
  type LinearOperator,
  type Operator,
  type OperatorId,
  operatorAt,
} from '../../core/graph/graph.ts';
import type { Kernel } from '../../core/graph/plan.ts';
import { convDepthwise } from '../kernels/conv-depthwise.ts';
import { convDirect } from '../kernels/conv-direct.ts';
import { convGeneral } from '../kernels/conv-general.ts';
import { convMatrix, matrixTiles } from '../kernels/conv-matrix.ts';
import { type ConvShape, convShape, hasVectorGroups, isDepthwise } from '../kernels/conv-shape.ts';
import { convTiled } from '../kernels/conv-tiled.ts';
import {
  activationKernel,
  addKernel,
  blurPoolKernel,
  concatKernel,
  globalAveragePoolKernel,
  layerNormKernel,
  poolKernel,
} from '../kernels/elementwise.ts';
import type { Epilogue, EpilogueStep } from '../kernels/epilogue.ts';
import { gateKernel, scaleKernel } from '../kernels/squeeze-excite.ts';
import { bytesOfStorage, type KernelSource, type Storage, vectorsOf } from '../wgsl/module.ts';
import type { ParameterName } from './parameters.ts';
import { depthwiseTiles, directTiles, gemmTiles } from './tiles.ts';
import type { WorkgroupLimits } from './workgroup-limits.ts';

export type Operand =
  | { readonly kind: 'tensor'; readonly id: OperatorId }
  /** Of one or several layers, one behind the other. */
  | { readonly kind: 'parameters'; readonly parts: readonly ParameterPart[] }
  /** Scratch of this kernel alone; shared by its launches, by number. */
  | { readonly kind: 'workspace'; readonly index: number; readonly bytes: number };

export interface ParameterPart {
  readonly operator: OperatorId;
  readonly name: ParameterName;
}

export interface Launch {
  /** Codes that compute the same from the same buffers; the fastest is chosen by trying. Never empty. */
  readonly candidates: readonly KernelSource[];
  /** One for each binding of every candidate; some may do without the last. */
  readonly operands: readonly Operand[];
}

export interface LowerOptions {
  readonly batch: number;
  readonly storage: Storage;
  /** What the adapter offers a workgroup. */
  readonly limits: WorkgroupLimits;
}

/** An operator, or a kernel, that this provider cannot execute; the message says which and why. */
export class Unsupported extends Error {}

export const tensor = (id: OperatorId): Operand => ({ kind: 'tensor', id });
export const parameters = (operator: OperatorId, name: ParameterName): Operand => ({
  kind: 'parameters',
  parts: [{ operator, name }],
});

/** The launches of one layer-by-layer kernel: an operator with what is folded behind it. Throws Unsupported. */
export function lowerLayer(graph: Graph, kernel: Kernel, options: LowerOptions): Launch[] {
  const [headId, ...rest] = kernel.operators;
  if (headId === undefined) throw new Unsupported(`The kernel ${kernel.name} covers no operator.`);
  const head = operatorAt(graph, headId);
  const last = rest.at(-1) ?? headId;
  const folded = foldEpilogue(graph, kernel);
  return lowerOperator(graph, head, { ...folded, output: last }, options);
}

export interface Folded {
  readonly epilogue: Epilogue;
  readonly residual: OperatorId | undefined;
}

/** What follows the first operator, as an epilogue. Throws Unsupported where that is no chain. */
export function foldEpilogue(graph: Graph, kernel: Pick<Kernel, 'name' | 'operators'>): Folded {
  const steps: EpilogueStep[] = [];
  let residual: OperatorId | undefined;
  let previous = kernel.operators[0] ?? 0;
  for (const id of kernel.operators.slice(1)) {
    const operator = operatorAt(graph, id);
    if (!operator.inputs.includes(previous)) {
      throw new Unsupported(`The kernel ${kernel.name} is no chain: ${operator.name} does not follow on.`);
    }
    if (operator.kind === 'activation') {
      steps.push({ kind: 'activation', function: operator.function });
    } else if (operator.kind === 'add' && residual === undefined) {
      const before = previous;
      residual = operator.inputs.find((input) => input !== before) ?? before;
      steps.push({ kind: 'add' });
    } else {
      throw new Unsupported(
        `${operator.name} (${operator.kind}) cannot be folded into the kernel ${kernel.name}.`,
      );
    }
    previous = id;
  }
  return { epilogue: steps, residual };
}

interface Ends extends Folded {
  readonly output: OperatorId;
}

function lowerOperator(graph: Graph, head: Operator, ends: Ends, options: LowerOptions): Launch[] {
  const { batch, storage } = options;
  const output = tensor(ends.output);
  const inputIds = head.inputs;
  const input = tensor(inputIds[0] ?? 0);
  const inputShape = operatorAt(graph, inputIds[0] ?? 0).output;
  if (ends.epilogue.length > 0 && head.kind !== 'conv2d' && head.kind !== 'linear' && head.kind !== 'add') {
    throw new Unsupported(`Nothing can be folded behind ${head.name} (${head.kind}).`);
  }
  const single = (source: KernelSource, operands: readonly Operand[]): Launch[] => [
    { candidates: [source], operands },
  ];
  switch (head.kind) {
    case 'conv2d':
    case 'linear':
      return [lowerConvolution(graph, head, ends, options)];
    case 'maxPool':
    case 'averagePool':
      return single(poolKernel(head, inputShape, batch, storage), [input, output]);
    case 'globalAveragePool':
      return single(globalAveragePoolKernel(inputShape, batch, storage), [input, output]);
    case 'blurPool':
      return single(blurPoolKernel(inputShape, head.output, batch, storage), [input, output]);
    case 'activation':
      return single(activationKernel(head.output, batch, head.function, storage), [input, output]);
    case 'add': {
      if (ends.residual !== undefined) throw new Unsupported(`${head.name} can take no second sum.`);
      return single(addKernel(head.output, batch, ends.epilogue, storage), [
        input,
        tensor(inputIds[1] ?? 0),
        output,
      ]);
    }
    case 'concat': {
      const right = operatorAt(graph, inputIds[1] ?? 0).output;
      return single(concatKernel(inputShape, right, batch, storage), [
        input,
        tensor(inputIds[1] ?? 0),
        output,
      ]);
    }
    case 'layerNorm':
      return single(layerNormKernel(head.output, batch, head.epsilon, storage), [
        input,
        parameters(head.id, 'weights'),
        parameters(head.id, 'biases'),
        output,
      ]);
    case 'squeezeExcite': {
      const bytes = 4 * bytesOfStorage[storage] * batch * vectorsOf(head.output.channels);
      const pooled: Operand = { kind: 'workspace', index: 0, bytes };
      const gate: Operand = { kind: 'workspace', index: 1, bytes };
      return [
        ...single(globalAveragePoolKernel(inputShape, batch, storage), [input, pooled]),
        ...single(gateKernel(head, batch, storage), [
          pooled,
          parameters(head.id, 'weights'),
          parameters(head.id, 'biases'),
          parameters(head.id, 'secondWeights'),
          parameters(head.id, 'secondBiases'),
          gate,
        ]),
        ...single(scaleKernel(head.output, batch, storage), [input, gate, output]),
      ];
    }
    case 'input':
      throw new Unsupported('The image is no kernel.');
    default:
      head satisfies never;
      throw new Unsupported('An operator of a kind that this provider does not know.');
  }
}

function lowerConvolution(
  graph: Graph,
  head: Conv2dOperator | LinearOperator,
  { epilogue, residual, output }: Ends,
  { batch, storage, limits }: LowerOptions,
): Launch {
  const inputId = head.inputs[0] ?? 0;
  const inputShape = operatorAt(graph, inputId).output;
  if (head.kind === 'linear' && inputShape.height * inputShape.width > 1 && inputShape.channels % 4 !== 0) {
    throw new Unsupported(`${head.name} flattens a tensor whose channels are no multiple of four.`);
  }
  const shape = convShape(head, inputShape, batch);
  return {
    candidates: convCandidates(shape, epilogue, storage, limits),
    operands: [
      tensor(inputId),
      parameters(head.id, 'weights'),
      parameters(head.id, 'biases'),
      ...(residual === undefined ? [] : [tensor(residual)]),
      tensor(output),
    ],
  };
}

/** Adapters list up to a dozen kinds of matrices: some of what is tried should be other code. */
const mostMatrixTiles = 4;

function convCandidates(
  shape: ConvShape,
  epilogue: Epilogue,
  storage: Storage,
  limits: WorkgroupLimits,
): KernelSource[] {
  if (isDepthwise(shape)) {
    return depthwiseTiles(shape).map((tile) => convDepthwise(shape, tile, epilogue, storage));
  }
  if (!hasVectorGroups(shape)) return [convGeneral(shape, epilogue, storage)];
  const { matrices, workgroupBytes, shortTexts } = limits;
  const onMatrices =
    matrices === undefined || shape.groups > 1
      ? []
      : matrixTiles(shape, storage, matrices, workgroupBytes)
          .slice(0, shortTexts ? 1 : mostMatrixTiles)
          .map((tile) => convMatrix(shape, tile, matrices, epilogue, storage));
  return [
    ...onMatrices,
    ...directTiles(shape, limits).map((tile) => convDirect(shape, tile, epilogue, storage)),
    ...gemmTiles(shape, limits).map((tile) => convTiled(shape, tile, epilogue, storage)),
  ];
}
