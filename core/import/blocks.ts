/**
 * Finds the blocks of a network by their structure, so that an imported network has the same plans as one of the zoo. A block is
 * a chain of operators that nobody else reads from in between; what is in none of them lies in blocks that no plan fuses.
 */
import type { BlockKind } from '../graph/graph.ts';
import type { DraftOperator, WholeDraft } from './draft.ts';

type Convolution = Extract<DraftOperator, { kind: 'conv2d' }>;

export interface FoundBlock {
  readonly kind: BlockKind;
  /** In the order in which they are executed. */
  readonly operators: readonly WholeDraft[];
}

/** `operators` in topological order, the image first. Every one of them but the image is in one block. */
export function findBlocks(operators: readonly WholeDraft[]): FoundBlock[] {
  const found = new BlockFinder(operators).find();
  const taken = new Map(
    found.flatMap((block) => block.operators.map((operator) => [operator, block] as const)),
  );
  const blocks: FoundBlock[] = [];
  let plain: WholeDraft[] = [];
  const end = () => {
    if (plain.length > 0) blocks.push({ kind: plainKind(plain), operators: plain });
    plain = [];
  };
  // A block stands where its first operator does: it reads one tensor, which is there by then.
  for (const operator of operators.slice(1)) {
    const block = taken.get(operator);
    if (block === undefined) {
      if (beginsAnew(plain, operator)) end();
      plain.push(operator);
    } else if (!blocks.includes(block)) {
      end();
      blocks.push(block);
    }
  }
  end();
  return withStem(withHead(blocks));
}

// ------------------------------------------------------------------------------------------------------------ structure

/** A convolution of the chain with what follows it. */
interface Layer {
  readonly conv: Convolution;
  isActive: boolean;
  isNormed: boolean;
  isGated: boolean;
}

const chained: ReadonlySet<string> = new Set(['conv2d', 'activation', 'squeezeExcite', 'layerNorm']);

class BlockFinder {
  private readonly operators: readonly WholeDraft[];
  private readonly readers = new Map<WholeDraft, WholeDraft[]>();
  private readonly taken = new Set<WholeDraft>();
  private readonly blocks: FoundBlock[] = [];

  constructor(operators: readonly WholeDraft[]) {
    this.operators = operators;
    for (const operator of operators) {
      for (const input of operator.inputs) {
        const readers = this.readers.get(input) ?? [];
        readers.push(operator);
        this.readers.set(input, readers);
      }
    }
  }

  /** First those with a sum, for it says where they begin. */
  find(): readonly FoundBlock[] {
    for (const operator of this.operators) if (operator.operator.kind === 'add') this.residual(operator);
    for (const operator of this.operators) if (operator.operator.kind === 'blurPool') this.stepDown(operator);
    for (const operator of this.operators) if (operator.operator.kind === 'conv2d') this.projection(operator);
    return this.blocks;
  }

  private take(kind: BlockKind, operators: readonly WholeDraft[]): void {
    this.blocks.push({ kind, operators });
    for (const operator of operators) this.taken.add(operator);
  }

  /** Its one reader. */
  private next(operator: WholeDraft): WholeDraft | undefined {
    const readers = this.readers.get(operator) ?? [];
    return readers.length === 1 ? readers[0] : undefined;
  }

  /** The activation behind it, if that is all that reads it. */
  private activationBehind(operator: WholeDraft): WholeDraft | undefined {
    const next = this.next(operator);
    return next?.operator.kind === 'activation' ? next : undefined;
  }

  /** From behind `entry` to `last`, each read by the next one only; undefined where that is no chain. */
  private chain(entry: WholeDraft | undefined, last: WholeDraft): WholeDraft[] | undefined {
    const chain: WholeDraft[] = [];
    for (let at: WholeDraft | undefined = last; at !== entry; at = at.inputs[0]) {
      if (at === undefined || !chained.has(at.operator.kind)) return undefined;
      if (this.taken.has(at) || (this.readers.get(at)?.length ?? 0) > 1) return undefined;
      chain.unshift(at);
    }
    return chain;
  }

  private residual(sum: WholeDraft): void {
    const [left, right] = sum.inputs;
    if (left === undefined || right === undefined) return;
    for (const [branch, shortcut] of [
      [left, right],
      [right, left],
    ] as const) {
      const isProjected =
        isPointwise(shortcut, true) && this.next(shortcut) === sum && !this.taken.has(shortcut);
      const path =
        this.chain(shortcut, branch) ?? (isProjected ? this.chain(shortcut.inputs[0], branch) : undefined);
      if (path === undefined || path.length === 0) continue;
      const projections = path[0]?.inputs[0] === shortcut ? [] : [shortcut];
      const activation = this.activationBehind(sum);
      const kind = residualKind(layersOf(path), activation !== undefined, projections.length > 0);
      if (kind === undefined) continue;
      // The sum is of the branch first, and the shortcut is ready by then: so it can be folded into the branch's last layer.
      sum.inputs = [branch, shortcut];
      this.take(kind, [...projections, ...path, sum, ...(activation === undefined ? [] : [activation])]);
      return;
    }
  }

  /** ConvFirst's block of stride 2: a convolution beside its input, halved, and two 1x1 layers. */
  private stepDown(blur: WholeDraft): void {
    const [joined] = blur.inputs;
    const [spatial, entry] = joined?.inputs ?? [];
    const expand = this.next(blur);
    if (expand === undefined) return;
    const active = this.activationBehind(expand);
    const project = active && this.next(active);
    if (active === undefined || project === undefined || !isPointwise(expand) || !isPointwise(project))
      return;
    if (joined?.operator.kind !== 'concat' || spatial?.operator.kind !== 'conv2d') return;
    if (spatial.inputs[0] !== entry || this.next(spatial) !== joined || this.next(joined) !== blur) return;
    if (spatial.operator.stride !== 1 || !isSpatial(spatial.operator)) return;
    this.take('convfirstDownsample', [spatial, joined, blur, expand, active, project]);
  }

  /** The 1x1 layer that ends a block without a sum: an inverted residual that changes the shape. */
  private projection(last: WholeDraft): void {
    if (this.taken.has(last) || !isPointwise(last)) return;
    let first = last;
    const path: WholeDraft[] = [last];
    // Gate, activation, spatial convolution, activation, expansion.
    for (let at = last.inputs[0]; at !== undefined && path.length < 6; at = at.inputs[0]) {
      if (this.taken.has(at) || this.next(at) !== first) break;
      if (!chained.has(at.operator.kind)) break;
      path.unshift(at);
      first = at;
    }
    const activation = this.activationBehind(last);
    for (let from = 0; from < path.length; from++) {
      const candidate = path.slice(from);
      const kind = projectedKind(layersOf(candidate), activation !== undefined);
      if (kind === undefined) continue;
      this.take(kind, activation === undefined ? candidate : [...candidate, activation]);
      return;
    }
  }
}

/** Undefined where it is no chain of one to three convolutions. */
function layersOf(path: readonly WholeDraft[]): readonly Layer[] | undefined {
  const layers: Layer[] = [];
  for (const { operator } of path) {
    const last = layers.at(-1);
    if (operator.kind === 'conv2d') {
      layers.push({ conv: operator, isActive: false, isNormed: false, isGated: false });
    } else if (last === undefined) return undefined;
    else if (operator.kind === 'activation' && !last.isActive && !last.isNormed && !last.isGated) {
      last.isActive = true;
    } else if (operator.kind === 'layerNorm' && !last.isNormed && !last.isActive) last.isNormed = true;
    else if (operator.kind === 'squeezeExcite' && !last.isGated && !last.isNormed) last.isGated = true;
    else return undefined;
  }
  return layers.length <= 3 ? layers : undefined;
}

function residualKind(
  layers: readonly Layer[] | undefined,
  isActiveBehindSum: boolean,
  hasProjection: boolean,
): BlockKind | undefined {
  const [first, second, third] = layers ?? [];
  const last = layers?.at(-1);
  if (first === undefined || second === undefined || last === undefined) return undefined;
  if (last.isActive || last.isNormed || last.isGated || second.isNormed) return undefined;
  if (third === undefined) {
    if (first.isNormed || !first.isActive) return undefined;
    const isPlain = !hasProjection && !isActiveBehindSum;
    if (isPoint(first.conv)) return isPoint(second.conv) && isPlain && !first.isGated ? 'ffn' : undefined;
    if (!isSpatial(first.conv)) return undefined;
    if (isPoint(second.conv)) return isPlain ? spatialFirstKind(first.conv) : undefined;
    return !first.isGated && isSpatial(second.conv) && isActiveBehindSum ? 'basic' : undefined;
  }
  if (isPoint(first.conv) && isSpatial(second.conv) && isPoint(third.conv)) {
    if (first.isNormed || first.isGated || !first.isActive || !second.isActive) return undefined;
    if (isActiveBehindSum) return 'bottleneck';
    return hasProjection ? undefined : 'mbconv';
  }
  const isFfn = isPoint(second.conv) && isPoint(third.conv) && second.isActive && !second.isGated;
  if (!isFfn || !isSpatial(first.conv) || first.isActive || first.isGated) return undefined;
  if (hasProjection || isActiveBehindSum) return undefined;
  if (!first.isNormed) return 'convfirst';
  return isDepthwise(first.conv) ? 'convnext' : undefined;
}

function projectedKind(layers: readonly Layer[] | undefined, isActiveAtEnd: boolean): BlockKind | undefined {
  const [first, second, third] = layers ?? [];
  if (first === undefined || second === undefined) return undefined;
  if (third === undefined) {
    if (!isSpatial(first.conv) || !first.isActive || !isPoint(second.conv)) return undefined;
    const kind = spatialFirstKind(first.conv);
    // A dense convolution and an active 1x1 layer are two plain layers.
    return isActiveAtEnd && kind !== 'depthwiseSeparable' ? undefined : kind;
  }
  const isInverted = isPoint(first.conv) && isSpatial(second.conv) && isPoint(third.conv);
  if (!isInverted || !first.isActive || first.isGated || !second.isActive || isActiveAtEnd) return undefined;
  return 'mbconv';
}

function spatialFirstKind(conv: Convolution): BlockKind | undefined {
  if (isDepthwise(conv)) return 'depthwiseSeparable';
  return conv.groups === 1 ? 'fusedMbconv' : undefined;
}

const isDepthwise = ({ groups, inChannels, outChannels }: Convolution) =>
  groups === inChannels && groups === outChannels;

/** A square window of more than one pixel, with as many channels for each group at both ends. */
const isSpatial = ({ kernelHeight, kernelWidth, groups, inChannels, outChannels }: Convolution) =>
  kernelHeight === kernelWidth && kernelHeight > 1 && (groups === 1 || inChannels === outChannels);

function isPoint({ kernelHeight, kernelWidth, groups, stride, padding }: Convolution, anyStride = false) {
  const isPadded = padding.top + padding.left + padding.bottom + padding.right > 0;
  return kernelHeight === 1 && kernelWidth === 1 && groups === 1 && !isPadded && (anyStride || stride === 1);
}

function isPointwise({ operator }: WholeDraft, anyStride = false): boolean {
  return operator.kind === 'conv2d' && isPoint(operator, anyStride);
}

// ------------------------------------------------------------------------------------------------------------- the rest

/** Layers that change the size, and what follows a pool or a sum, begin a block of their own. */
function beginsAnew(plain: readonly WholeDraft[], { operator, inputs }: WholeDraft): boolean {
  const last = plain.at(-1);
  if (last === undefined) return false;
  switch (operator.kind) {
    case 'layerNorm':
    case 'globalAveragePool':
      return true;
    case 'linear':
      return last.output.height > 1 || last.output.width > 1;
    case 'conv2d':
      if (last.operator.kind === 'layerNorm' && inputs[0] === last) return false;
      return operator.stride > 1 || isPool(last) || endsSum(last);
    default:
      return isPool(last);
  }
}

const isPool = ({ operator }: WholeDraft) => operator.kind === 'maxPool' || operator.kind === 'averagePool';

/** A sum, or the activation behind one. */
function endsSum({ operator, inputs }: WholeDraft): boolean {
  return operator.kind === 'add' || (operator.kind === 'activation' && inputs[0]?.operator.kind === 'add');
}

function plainKind([first, second]: readonly WholeDraft[]): BlockKind {
  const isStepDown =
    first?.operator.kind === 'layerNorm' && second?.operator.kind === 'conv2d' && second.operator.stride > 1;
  return isStepDown ? 'downsample' : 'conv';
}

/** The last plain blocks whose maps are a single pixel are the head. */
function withHead(blocks: readonly FoundBlock[]): FoundBlock[] {
  const isHead = ({ kind, operators }: FoundBlock) =>
    kind === 'conv' && operators.every(({ output }) => output.height === 1 && output.width === 1);
  const from = blocks.findLastIndex((block) => !isHead(block)) + 1;
  const head = blocks.slice(from).flatMap(({ operators }) => operators);
  return head.length === 0 ? [...blocks] : [...blocks.slice(0, from), { kind: 'head', operators: head }];
}

/** The first plain block, with a layer norm behind it; of several convolutions only the first. */
function withStem([first, second, ...rest]: readonly FoundBlock[]): FoundBlock[] {
  if (first === undefined) return [];
  const others = second === undefined ? rest : [second, ...rest];
  const convolutions = first.operators.filter(({ operator }) => operator.kind === 'conv2d').length;
  if (first.kind !== 'conv' || convolutions > 1) return [first, ...others];
  const [norm] = second?.operators ?? [];
  const isNorm =
    second?.kind === 'conv' && second.operators.length === 1 && norm?.operator.kind === 'layerNorm';
  if (isNorm) return [{ kind: 'stem', operators: [...first.operators, ...second.operators] }, ...rest];
  return [{ ...first, kind: 'stem' }, ...others];
}
