/** Which fused kernel a block of a plan runs as: recognises the operators, lays out its parameters, picks tiles that fit. */
import {
  type ActivationFunction,
  type ActivationOperator,
  type AddOperator,
  type BlockKind,
  type Conv2dOperator,
  type Graph,
  type LayerNormOperator,
  type Operator,
  operatorAt,
  type SqueezeExciteOperator,
} from '../../core/graph/graph.ts';
import { type Kernel, kernelOutput } from '../../core/graph/plan.ts';
import { type FfnBlock, ffnBytes, ffnKernel, type SpatialStage } from '../kernels/block-ffn.ts';
import { ffnMatrixKernel } from '../kernels/block-ffn-matrix.ts';
import { ffnOwnedKernel, type OwnedTile, ownedChunk } from '../kernels/block-ffn-owned.ts';
import {
  expandConvolveKernel,
  type Gate,
  gatedBytes,
  gatedProjectKernel,
  type HiddenStage,
  hiddenBytes,
  mbconvKernel,
  type Projection,
  tilesOf,
} from '../kernels/block-mbconv.ts';
import { type BlockTile, fitsRegisters, type LayerOffsets } from '../kernels/block-text.ts';
import { convShape, hasVectorGroups, isPointwise } from '../kernels/conv-shape.ts';
import type { EpilogueStep } from '../kernels/epilogue.ts';
import { bytesOfStorage, type KernelSource, vectorsOf } from '../wgsl/module.ts';
import {
  type Launch,
  type LowerOptions,
  type Operand,
  type ParameterPart,
  tensor,
  Unsupported,
} from './lower.ts';
import { packedVectors } from './parameters.ts';
import { blockTiles, matrixBlockTiles } from './tiles.ts';

/** Kinds of block that the fused plan has a kernel for. */
export const fusableBlocks: readonly BlockKind[] = [
  'convfirst',
  'convfirstDownsample',
  'convnext',
  'mbconv',
  'depthwiseSeparable',
  'fusedMbconv',
  'bottleneck',
  'ffn',
];

/** At most so many tiles are tried for a block: the large texts of fused kernels take long to compile. */
const triedTiles = 3;

/** Throws Unsupported, with the reason, where the block has no fused kernel that fits this device. */
export function lowerBlock(graph: Graph, kernel: Kernel, options: LowerOptions): Launch[] {
  const parts = partsOf(graph, kernel);
  const kind = graph.blocks[kernel.block]?.kind;
  switch (kind) {
    case 'convfirst':
    case 'convnext':
    case 'convfirstDownsample':
    case 'ffn':
      return [lowerFfn(graph, kernel, parts, options)];
    case 'mbconv':
    case 'depthwiseSeparable':
    case 'fusedMbconv':
    case 'bottleneck':
      return lowerMbconv(graph, kernel, parts, options);
    default:
      throw new Unsupported(`there is no fused kernel for a block of the kind ${kind ?? 'unknown'}`);
  }
}

/** A convolution with the activation behind it. */
interface Layer {
  readonly conv: Conv2dOperator;
  readonly activation: ActivationFunction | undefined;
}

/** What a block of these kinds is made of, in order. */
interface Parts {
  readonly layers: readonly Layer[];
  readonly norm: LayerNormOperator | undefined;
  readonly excite: SqueezeExciteOperator | undefined;
  readonly add: AddOperator | undefined;
  /** Behind the sum. */
  readonly lastActivation: ActivationFunction | undefined;
  /** The concatenation and BlurPool of a step down. */
  readonly isBlurred: boolean;
  readonly input: number;
}

function partsOf(graph: Graph, kernel: Kernel): Parts {
  const layers: { conv: Conv2dOperator; activation: ActivationFunction | undefined }[] = [];
  const operators = kernel.operators.map((id) => operatorAt(graph, id));
  const only = <K extends Operator['kind']>(kind: K) => {
    const found = operators.filter((operator) => operator.kind === kind) as Extract<Operator, { kind: K }>[];
    if (found.length > 1)
      throw new Unsupported(`the block has ${found.length} operators of the kind ${kind}`);
    return found[0];
  };
  const add = only('add');
  let lastActivation: ActivationOperator | undefined;
  for (const operator of operators) {
    const last = layers.at(-1);
    if (operator.kind === 'conv2d') layers.push({ conv: operator, activation: undefined });
    else if (operator.kind === 'activation') {
      if (add !== undefined && operator.inputs[0] === add.id) lastActivation = operator;
      else if (last === undefined || last.conv.id !== operator.inputs[0]) {
        throw new Unsupported(`${operator.name} does not follow a convolution`);
      } else last.activation = operator.function;
    } else if (!['layerNorm', 'squeezeExcite', 'add', 'concat', 'blurPool'].includes(operator.kind)) {
      throw new Unsupported(`the block has an operator of the kind ${operator.kind}`);
    }
  }
  const [first] = operators;
  if (first?.kind !== 'conv2d') throw new Unsupported('the block does not begin with a convolution');
  const end = lastActivation ?? add;
  if (end !== undefined && end.id !== operators.at(-1)?.id) throw new Unsupported('its sum is not its end');
  return {
    layers,
    norm: only('layerNorm'),
    excite: only('squeezeExcite'),
    add,
    lastActivation: lastActivation?.function,
    isBlurred: only('blurPool') !== undefined && only('concat') !== undefined,
    input: first.inputs[0] ?? 0,
  };
}

/** Where each layer's parameters begin in the block's one buffer, in vectors. */
class ParameterLayout {
  readonly parts: ParameterPart[] = [];
  private vectors = 0;

  layer(operator: Operator): LayerOffsets {
    return { weights: this.place(operator, 'weights'), biases: this.place(operator, 'biases') };
  }

  second(operator: Operator): LayerOffsets {
    return { weights: this.place(operator, 'secondWeights'), biases: this.place(operator, 'secondBiases') };
  }

  get operand(): Operand {
    return { kind: 'parameters', parts: this.parts };
  }

  private place(operator: Operator, name: ParameterPart['name']): number {
    const offset = this.vectors;
    this.parts.push({ operator: operator.id, name });
    this.vectors += packedVectors(operator, name);
    return offset;
  }
}

/** The convolution's own activation, then the block's sum, then its activation. */
function epilogueOf(
  { activation }: Layer,
  { add, lastActivation, input }: Parts,
): { steps: EpilogueStep[]; residual: number | undefined } {
  const steps: EpilogueStep[] =
    activation === undefined ? [] : [{ kind: 'activation', function: activation }];
  if (add === undefined) return { steps, residual: undefined };
  if (!add.inputs.includes(input)) throw new Unsupported('its sum is not with its input');
  steps.push({ kind: 'add' });
  if (lastActivation !== undefined) steps.push({ kind: 'activation', function: lastActivation });
  return { steps, residual: input };
}

function lowerFfn(
  graph: Graph,
  kernel: Kernel,
  parts: Parts,
  { batch, storage, limits }: LowerOptions,
): Launch {
  const [project, expand, spatial] = parts.layers.toReversed();
  if (parts.layers.length > 3 || expand === undefined || project === undefined) {
    throw new Unsupported(`it has ${parts.layers.length} convolutions where two or three are expected`);
  }
  const input = operatorAt(graph, parts.input).output;
  requirePointwise(graph, expand.conv, batch);
  requirePointwise(graph, project.conv, batch);
  const layout = new ParameterLayout();
  const stage = spatialStage(graph, spatial, parts, layout, batch);
  const { steps, residual } = epilogueOf(project, parts);
  const block: FfnBlock = {
    batch,
    input,
    output: project.conv.output,
    spatial: stage,
    middleChannels: expand.conv.inChannels,
    hiddenChannels: expand.conv.outChannels,
    expand: layout.layer(expand.conv),
    activation: expand.activation,
    projection: layout.layer(project.conv),
    epilogue: steps,
  };
  const name = `block.${graph.blocks[kernel.block]?.kind ?? ''}`;
  // One of its kind is enough: the compilers of software adapters take half a minute for some of the others.
  const owned = limits.shortTexts ? ownedTile(block, limits) : undefined;
  const { matrices } = limits;
  const onMatrices =
    matrices === undefined
      ? []
      : matrixBlockTiles(block, storage, matrices, limits).map((tile) =>
          ffnMatrixKernel(block, tile, matrices, name, storage),
        );
  const onVectors = () =>
    fitting(block.hiddenChannels, 1, block.output, limits, (tile) => ffnBytes(block, tile)).map((tile) =>
      ffnKernel(block, tile, name, storage),
    );
  return {
    candidates: [
      ...onMatrices,
      ...(owned === undefined
        ? unlessUnsupported(onVectors, onMatrices.length > 0)
        : [ffnOwnedKernel(block, owned, name, storage)]),
    ],
    operands: [
      tensor(parts.input),
      ...(residual === undefined ? [] : [tensor(residual)]),
      layout.operand,
      tensor(kernelOutput(kernel)),
      // As single values, for the kernels on matrices.
      ...(onMatrices.length > 0 ? [layout.operand] : []),
    ],
  };
}

/** None where they are unsupported and there are others. */
function unlessUnsupported(sources: () => KernelSource[], hasOthers: boolean): KernelSource[] {
  try {
    return sources();
  } catch (error) {
    if (hasOthers && error instanceof Unsupported) return [];
    throw error;
  }
}

function spatialStage(
  graph: Graph,
  spatial: Layer | undefined,
  { norm, isBlurred }: Parts,
  layout: ParameterLayout,
  batch: number,
): SpatialStage {
  if (spatial === undefined) {
    if (norm !== undefined || isBlurred) throw new Unsupported('it has no convolution before its two layers');
    return { kind: 'none' };
  }
  const shape = requireVectors(graph, spatial.conv, batch);
  if (spatial.activation !== undefined) throw new Unsupported('its first convolution has an activation');
  if (isBlurred && (vectorsOf(shape.output.channels) % 2 !== 0 || shape.stride !== 1)) {
    throw new Unsupported('its step down has an odd number of vectors');
  }
  const layer = layout.layer(spatial.conv);
  if (isBlurred) return { kind: 'blurredBesideInput', shape, layer };
  const normed = norm === undefined ? undefined : { ...layout.layer(norm), epsilon: norm.epsilon };
  return { kind: 'convolution', shape, layer, norm: normed };
}

function lowerMbconv(
  graph: Graph,
  kernel: Kernel,
  parts: Parts,
  { batch, storage, limits }: LowerOptions,
): Launch[] {
  const { layers, excite } = parts;
  const project = layers.at(-1);
  const spatial = layers.at(-2);
  const expand = layers.length === 3 ? layers[0] : undefined;
  if (project === undefined || spatial === undefined || layers.length > 3) {
    throw new Unsupported(`it has ${layers.length} convolutions where two or three are expected`);
  }
  const input = operatorAt(graph, parts.input).output;
  const shape = requireVectors(graph, spatial.conv, batch);
  requirePointwise(graph, project.conv, batch);
  if (expand !== undefined) {
    requirePointwise(graph, expand.conv, batch);
  }
  const name = `block.${graph.blocks[kernel.block]?.kind ?? ''}`;
  const hiddenLayout = new ParameterLayout();
  const stage: HiddenStage = {
    batch,
    input,
    expansion:
      expand === undefined
        ? undefined
        : {
            layer: hiddenLayout.layer(expand.conv),
            inChannels: expand.conv.inChannels,
            activation: expand.activation,
          },
    shape,
    layer: hiddenLayout.layer(spatial.conv),
    activation: spatial.activation,
  };
  // A chunk must hold whole groups, for a group's outputs read all of its inputs; of a dense layer that is all.
  const groupVectors = expand === undefined ? 1 : Math.max(1, vectorsOf(shape.input.channels / shape.groups));
  const { steps, residual } = epilogueOf(project, parts);
  const residualOperand = residual === undefined ? [] : [tensor(residual)];
  const output = tensor(kernelOutput(kernel));
  const hiddenChannels = shape.output.channels;
  if (excite === undefined) {
    const projection: Projection = {
      layer: hiddenLayout.layer(project.conv),
      epilogue: steps,
      output: project.conv.output,
    };
    const candidates = fitting(hiddenChannels, groupVectors, projection.output, limits, (tile) =>
      hiddenBytes(stage, tile),
    ).map((tile) => mbconvKernel(stage, projection, tile, name, storage));
    return [
      { candidates, operands: [tensor(parts.input), ...residualOperand, hiddenLayout.operand, output] },
    ];
  }
  if (excite.inputs[0] !== (spatial.activation === undefined ? spatial.conv.id : spatial.conv.id + 1)) {
    throw new Unsupported('squeeze-and-excite does not follow its spatial convolution');
  }
  const gateLayout = new ParameterLayout();
  const first = gateLayout.layer(excite);
  const second = gateLayout.second(excite);
  const projection: Projection = {
    layer: gateLayout.layer(project.conv),
    epilogue: steps,
    output: project.conv.output,
  };
  // The first launch's tile decides how many partial sums there are, so it is not left to trying.
  const hiddenTile = fitting(hiddenChannels, groupVectors, { ...shape.output, channels: 4 }, limits, (tile) =>
    hiddenBytes(stage, tile),
  )[0] as BlockTile;
  const gate: Gate = { operator: excite, first, second, tiles: tilesOf(shape, hiddenTile) };
  const projectTiles = fitting(hiddenChannels, 1, projection.output, limits, (tile) =>
    gatedBytes(gate, tile),
  );
  const elementBytes = 4 * bytesOfStorage[storage];
  const vectors = vectorsOf(hiddenChannels);
  const hidden: Operand = {
    kind: 'workspace',
    index: 0,
    bytes: batch * shape.output.height * shape.output.width * vectors * elementBytes,
  };
  const partial: Operand = {
    kind: 'workspace',
    index: 1,
    bytes: batch * gate.tiles * vectors * elementBytes,
  };
  const gatedName = `${name}.gatedProjection`;
  return [
    {
      candidates: [expandConvolveKernel(stage, hiddenTile, `${name}.hidden`, storage)],
      operands: [tensor(parts.input), hiddenLayout.operand, partial, hidden],
    },
    {
      candidates: projectTiles.map((tile) =>
        gatedProjectKernel(batch, gate, projection, tile, gatedName, storage),
      ),
      operands: [hidden, partial, ...residualOperand, gateLayout.operand, output],
    },
  ];
}

/** Of the hidden channels, while a tile of more pixels fits. */
const mostChunks = 4;

/** The most pixels a thread of a software adapter has room for; undefined where it has for none. */
function ownedTile(block: FfnBlock, { quads }: LowerOptions['limits']): OwnedTile | undefined {
  const tiles = [4, 2].map((rows) => ({ rows, threads: 16, quads }));
  const chunks = tiles.map((tile) => ownedChunk(block, tile));
  // In many chunks the sums are fetched and put back so often that fewer pixels at a time are faster.
  const ample = chunks.findIndex((chunk = 0) => mostChunks * chunk >= vectorsOf(block.hiddenChannels));
  return tiles[ample >= 0 ? ample : chunks.findLastIndex((chunk) => chunk !== undefined)];
}

/** Tiles that fit the device, the likeliest first. Throws Unsupported where none does. */
function fitting(
  hiddenChannels: number,
  groupVectors: number,
  output: { readonly height: number; readonly width: number; readonly channels: number },
  limits: LowerOptions['limits'],
  bytes: (tile: BlockTile) => number,
): BlockTile[] {
  const tiles = blockTiles(vectorsOf(hiddenChannels), groupVectors, output, limits);
  if (tiles.length === 0) {
    throw new Unsupported(`its ${output.height} x ${output.width} pixels fill no tile by half`);
  }
  const inRegisters = tiles.filter((tile) => fitsRegisters(tile, output.channels));
  if (inRegisters.length === 0) {
    throw new Unsupported(`${output.channels} output channels need more registers than a thread has`);
  }
  const fit = inRegisters.filter((tile) => bytes(tile) <= limits.workgroupBytes);
  if (fit.length > 0) return fit.slice(0, triedTiles);
  const least = Math.min(...inRegisters.map(bytes));
  throw new Unsupported(
    `it needs ${least} bytes of workgroup memory at least, and this device has ${limits.workgroupBytes}`,
  );
}

function requireVectors(graph: Graph, conv: Conv2dOperator, batch: number) {
  const shape = convShape(conv, operatorAt(graph, conv.inputs[0] ?? 0).output, batch);
  const isDepthwise = conv.groups === conv.inChannels && conv.groups === conv.outChannels;
  const isCut = shape.input.channels % 4 === 0 && shape.output.channels % 4 === 0;
  if (!isCut || !(isDepthwise || hasVectorGroups(shape))) {
    throw new Unsupported(`the channels of ${conv.name} are no multiples of four`);
  }
  return shape;
}

function requirePointwise(graph: Graph, conv: Conv2dOperator, batch: number): void {
  const shape = requireVectors(graph, conv, batch);
  if (!isPointwise(shape) || shape.groups !== 1) throw new Unsupported(`${conv.name} is no pointwise layer`);
}
