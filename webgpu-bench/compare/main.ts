/** The page of `npm run bench:webgpu`. The script calls what it puts on `window`, a case at a time. */
// Before any schema is made: see there.
import '../../core/protocol/zod-without-eval.ts';
import type { Gpu } from '../network/gpu.ts';
import { Tuner } from '../network/tuner.ts';
import { pageHost } from '../page/host.ts';
import { openGpu } from '../provider/device.ts';
import { candidatesFor } from '../provider/server.ts';
import { compareCase } from './compare.ts';
import { onnxRuntimeVersion } from './contender-onnxruntime.ts';
import { tensorFlowVersion } from './contender-tensorflow.ts';
import type { ComparePage } from './results.ts';

const known = new Map<string, number>();
const tuning = {
  get: (key: string) => known.get(key),
  set: (key: string, best: number) => void known.set(key, best),
};
let ready: { readonly gpu: Gpu; readonly tuner: Tuner } | undefined;

const page: ComparePage = {
  async open() {
    const gpu = (navigator as { readonly gpu?: GPU }).gpu;
    const host = pageHost({ plimsollVersion: '', browser: '', gpu, isSecureContext, tuning });
    const { offers, reason } = await host.findAdapters();
    const versions = { 'onnxruntime-web': onnxRuntimeVersion, 'tensorflow.js': tensorFlowVersion };
    const [offer] = offers;
    if (offer === undefined) return { reason: reason ?? 'There is no adapter.', versions };
    ready = { gpu: await openGpu(offer, false), tuner: new Tuner(tuning, candidatesFor(offer.record)) };
    const { name, driver, software } = offer.record;
    return { adapter: { name, driver, software }, versions };
  },
  async compare(wanted, options) {
    if (ready === undefined) throw new Error('open() comes first');
    return compareCase(ready.gpu, ready.tuner, wanted, options);
  },
};

Object.assign(globalThis, { comparePage: page });
