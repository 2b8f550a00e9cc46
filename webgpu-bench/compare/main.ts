/** The page of `npm run bench:webgpu`. The script calls what it puts on `window`, a case at a time. */
// Before any schema is made: see there.
import '../../core/protocol/zod-without-eval.ts';
import { elementCount, operatorAt } from '../../core/graph/graph.ts';
import { streams, uniformTensor } from '../../core/protocol/random.ts';
import { unlessLost } from '../measure/errors.ts';
import type { Gpu } from '../network/gpu.ts';
import { provenMatrices } from '../network/prove-matrices.ts';
import { memoryTuning, Tuner } from '../network/tuner.ts';
import { pageHost } from '../page/host.ts';
import { openGpu } from '../provider/device.ts';
import { candidatesFor } from '../provider/server.ts';
import type { CompareCase } from './cases.ts';
import { compareEntrants, type Entrant } from './compare.ts';
import { onnxRuntime, onnxRuntimeVersion } from './contender-onnxruntime.ts';
import { ours } from './contender-ours.ts';
import { tensorFlow, tensorFlowVersion } from './contender-tensorflow.ts';
import { type ComparePage, contenderNames } from './results.ts';

const seed = 1;
/** So many copies of a layer are one call of ONNX Runtime, where they are short; TensorFlow.js submits 15. */
const mostCopies = 16;

interface Ready {
  readonly gpu: Gpu;
  readonly tuner: Tuner;
}
let ready: Ready | undefined;

const page: ComparePage = {
  async open() {
    const gpu = (navigator as { readonly gpu?: GPU }).gpu;
    const tuning = memoryTuning();
    const host = pageHost({ plimsollVersion: '', browser: '', gpu, isSecureContext });
    const { offers, reason } = await host.findAdapters();
    const versions = { 'onnxruntime-web': onnxRuntimeVersion, 'tensorflow.js': tensorFlowVersion };
    const [offer] = offers;
    if (offer === undefined) return { reason: reason ?? 'There is no adapter.', versions };
    const opened = await openGpu(offer);
    opened.setMatrices(await provenMatrices(opened, 'f32', () => {}));
    ready = { gpu: opened, tuner: new Tuner(tuning, candidatesFor(offer.record)) };
    const { name, driver, software } = offer.record;
    return { adapter: { name, driver, software }, versions };
  },
  async compare(wanted, options) {
    if (ready === undefined) throw new Error('open() comes first');
    const { device } = ready.gpu;
    const idle = () => unlessLost(device, device.queue.onSubmittedWorkDone());
    const { name, count, operations } = wanted;
    const entrants = entrantsFor(wanted, ready, options.sampleMs * 1e6);
    return { name, count, operations, contenders: await compareEntrants(entrants, options, idle) };
  },
};

/** Ours first, and of ours the layerwise plan. */
function entrantsFor({ graph, plans }: CompareCase, { gpu, tuner }: Ready, sampleNs: number): Entrant[] {
  const { device } = gpu;
  const elements = elementCount(operatorAt(graph, 0).output);
  const input = uniformTensor(seed, streams.input, elements, graph.inputBound);
  return [
    ...plans.map(({ kind, kernels }) => ({
      name: contenderNames[kind],
      enter: () => ours(gpu, tuner, graph, kernels, seed),
    })),
    {
      name: contenderNames.onnxRuntime,
      enter: (ownNs) => {
        const copies = Math.max(1, Math.min(mostCopies, Math.floor(sampleNs / 2 / ownNs)));
        return onnxRuntime(device, graph, input, seed, copies);
      },
    },
    {
      name: contenderNames.tensorFlow,
      enter: () => tensorFlow(device, graph, plans[0]?.kernels ?? [], input, seed),
    },
  ];
}

Object.assign(globalThis, { comparePage: page });
