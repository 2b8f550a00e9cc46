/** One case by everybody: agreement first, then samples in turns, so that what disturbs the machine disturbs all alike. */
import { elementCount, operatorAt } from '../../core/graph/graph.ts';
import { streams, uniformTensor } from '../../core/protocol/random.ts';
import { unlessLost } from '../measure/errors.ts';
import type { Gpu } from '../network/gpu.ts';
import type { Tuner } from '../network/tuner.ts';
import type { CompareCase } from './cases.ts';
import type { Contender } from './contender.ts';
import { onnxRuntime } from './contender-onnxruntime.ts';
import { ours } from './contender-ours.ts';
import { tensorFlow } from './contender-tensorflow.ts';
import type { CaseResult, CompareOptions, ContenderResult } from './results.ts';

const seed = 1;
/** f32 sums of a few thousand terms in another order differ by a tenth of this. */
const mostRelativeError = 1e-4;
/** So many copies of a layer are one call of ONNX Runtime, where they are short; TensorFlow.js submits 15. */
const mostCopies = 16;

export async function compareCase(
  gpu: Gpu,
  tuner: Tuner,
  wanted: CompareCase,
  { rounds, sampleMs }: CompareOptions,
): Promise<CaseResult> {
  const { graph, plans } = wanted;
  const { device } = gpu;
  const contenders: Contender[] = [];
  const refusals: ContenderResult[] = [];
  const join = async (name: string, make: () => Promise<Contender>) => {
    try {
      contenders.push({ ...(await make()), name });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      refusals.push({ name, refused: error.message, samplesNs: [] });
    }
  };
  const input = uniformTensor(
    seed,
    streams.input,
    elementCount(operatorAt(graph, 0).output),
    graph.inputBound,
  );
  for (const { kind, kernels } of plans) {
    await join(kind === 'fused' ? 'plimsoll, fused' : 'plimsoll', () =>
      ours(gpu, tuner, graph, kernels, seed),
    );
  }
  const [own] = contenders;
  if (own === undefined) throw new Error(`Our own kernels refused ${wanted.name}: ${refusals[0]?.refused}`);
  const expected = await own.result();
  const ownNs = await timeOnce(device, own, 2);
  const copies = Math.max(1, Math.min(mostCopies, Math.floor((sampleMs * 1e6) / 2 / ownNs)));
  await join('onnxruntime-web', () => onnxRuntime(device, graph, input, seed, copies));
  const layerwise = plans[0]?.kernels ?? [];
  await join('tensorflow.js', () => tensorFlow(device, graph, layerwise, input, seed));

  const timed: {
    readonly contender: Contender;
    relativeError: number;
    executions: number;
    samplesNs: number[];
  }[] = [];
  for (const contender of contenders) {
    const relativeError = differenceOf(await contender.result(), expected);
    if (!(relativeError <= mostRelativeError)) {
      refusals.push({
        name: contender.name,
        refused: `its result differs by ${relativeError.toExponential(1)}`,
        samplesNs: [],
      });
      continue;
    }
    const once = await timeOnce(device, contender, contender.perCall);
    const calls = Math.max(1, Math.ceil((sampleMs * 1e6) / once / contender.perCall));
    timed.push({ contender, relativeError, executions: calls * contender.perCall, samplesNs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    // There and back again: nobody is always behind the same other.
    for (const { contender, executions, samplesNs } of round % 2 === 0 ? timed : timed.toReversed()) {
      samplesNs.push(await timeOnce(device, contender, executions));
    }
  }
  for (const contender of contenders) await contender.release();
  return {
    name: wanted.name,
    count: wanted.count,
    operations: wanted.operations,
    contenders: [
      ...timed.map(({ contender, relativeError, samplesNs }) => ({
        name: contender.name,
        relativeError,
        samplesNs,
        ...(contender.implementations === undefined ? {} : { implementations: contender.implementations }),
      })),
      ...refusals,
    ],
  };
}

/** Nanoseconds of one execution, from handing in the first to the end of the last on the device. */
async function timeOnce(device: GPUDevice, contender: Contender, executions: number): Promise<number> {
  const begin = performance.now();
  await contender.enqueue(executions);
  await unlessLost(device, device.queue.onSubmittedWorkDone());
  return ((performance.now() - begin) * 1e6) / executions;
}

function differenceOf(computed: Float32Array, expected: Float32Array): number {
  if (computed.length !== expected.length) return Number.POSITIVE_INFINITY;
  let errors = 0;
  let squares = 0;
  for (const [index, value] of expected.entries()) {
    errors += ((computed[index] ?? Number.NaN) - value) ** 2;
    squares += value * value;
  }
  return Math.sqrt(errors / squares);
}
